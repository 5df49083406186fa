#!/usr/bin/env python3
"""Condenses the reference's image data for the tests.

  python3 make.py REFERENCE        REFERENCE: folder with images/, media/, resize_and_sampling.json

Writes beside itself
  smart_resize.json   the 400 image sizes: [height, width, factor, min, max, height', width'], 0 0 for an error
  images.json         images/images.json, and for every lossless file the FNV-1a hash (64 bit) of its
                      resized RGB bytes, of both resamplers
  *.strip.png         for every JPEG some rows of the picture as PIL decodes and resizes it

The reference: Hugging Face transformers 5.17.0, PyTorch 2.11. Hashes of pictures the reference did not
keep as files, and the strips, are Pillow's; their checksums are checked against the reference's.
"""

import json
import pathlib
import sys

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
STRIP_VALUES = 60_000  # about so many bytes of pixels are kept of a JPEG


def fnv1a(data: bytes) -> str:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def decode(path):
    """As the reference saw it: upright, alpha on white, CMYK by PIL, 16 bit cut to the high byte."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA"):
        rgba = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(rgba, mask=rgba.split()[3])
        return white
    return image.convert("RGB")


def main():
    reference = pathlib.Path(sys.argv[1])
    rows = []
    for row in json.loads((reference / "resize_and_sampling.json").read_text())["image"]:
        result = row["result"] if isinstance(row["result"], list) else [0, 0]
        rows.append([row["height"], row["width"], row["factor"], row["min_pixels"], row["max_pixels"], *result])
    (HERE / "smart_resize.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")

    data = json.loads((reference / "images" / "images.json").read_text())
    patch = data["processor"]["patch_size"]
    for file in data["files"]:
        name = file["file"]
        if "error" in file:
            file["error"] = file["error"].split(" '")[0]  # without the path
            continue
        values = reference / "images" / f"{pathlib.Path(name).stem}.pixel_values.safetensors"
        if values.exists():  # one tensor of float32: the last bytes of the file
            _, h, w = file["torchvision"]["grid_thw"]
            file["torchvision"]["pixel_values_fnv1a"] = fnv1a(values.read_bytes()[-h * w * 1536 * 4 :])
        stem = pathlib.Path(name).stem
        # two media share the stem photo_1280x853; the reference kept the PNG's picture
        lossless = not name.endswith(".jpg")
        _, h, w = file["pil"]["grid_thw"]
        size = (w * patch, h * patch)
        image = decode(reference / "media" / name)
        # one axis after the other: Pillow 13 takes the cheaper pass first, the reference's Pillow the horizontal
        pil = np.asarray(image.resize((size[0], image.height), Image.BICUBIC).resize(size, Image.BICUBIC))
        assert int(pil.astype(np.uint64).sum()) == file["pil"]["checksum"], name
        if lossless:
            file["pil"]["fnv1a"] = fnv1a(pil.tobytes())
            kept = np.asarray(Image.open(reference / "images" / f"{stem}.torchvision.png").convert("RGB"))
            assert int(kept.astype(np.uint64).sum()) == file["torchvision"]["checksum"], name
            file["torchvision"]["fnv1a"] = fnv1a(kept.tobytes())
            pil_file = reference / "images" / f"{stem}.pil.png"
            if pil_file.exists():
                assert np.array_equal(pil, np.asarray(Image.open(pil_file).convert("RGB"))), name
        else:
            count = max(4, STRIP_VALUES // (3 * size[0]))
            lines = [i * size[1] // count for i in range(count)]
            file["strip_rows"] = lines
            Image.fromarray(pil[lines]).save(HERE / f"{stem}.strip.png", optimize=True)
    (HERE / "images.json").write_text(json.dumps(data, separators=(",", ":")).replace('{"file"', '\n{"file"') + "\n")


main()
