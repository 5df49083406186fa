"""Motion-JPEG in AVI, the simplest file that every video reader opens."""
import io
import struct


def _chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(kind, data):
    return _chunk(b"LIST", kind + data)


def write_avi(path, frames, fps, quality=92):
    """Writes PIL pictures of one size as a clip of `fps` frames a second."""
    width, height = frames[0].size
    encoded, cache = [], {}
    for frame in frames:
        if id(frame) not in cache:
            buffer = io.BytesIO()
            frame.save(buffer, "JPEG", quality=quality, subsampling=0)
            cache[id(frame)] = buffer.getvalue()
        encoded.append(cache[id(frame)])
    largest = max(len(data) for data in encoded)
    main = struct.pack("<14I", 1000000 // fps, largest * fps, 0, 0x10, len(frames), 0, 1, largest, width, height, 0, 0, 0, 0)
    stream = b"vidsMJPG" + struct.pack("<IHHIIIIIIIIhhhh", 0, 0, 0, 0, 1, fps, 0, len(frames), largest, 0xFFFFFFFF, 0, 0, 0, width, height)
    picture = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    header = _list(b"hdrl", _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", picture)))
    body, index, offset = b"", b"", 4
    pieces = []
    for data in encoded:
        piece = _chunk(b"00dc", data)
        index += b"00dc" + struct.pack("<III", 0x10, offset, len(data))
        offset += len(piece)
        pieces.append(piece)
    body = b"".join(pieces)
    content = b"AVI " + header + _list(b"movi", body) + _chunk(b"idx1", index)
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(content)) + content)
