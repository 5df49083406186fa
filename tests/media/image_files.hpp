#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/media/crc32.hpp>

/// Image files made in memory, byte by byte, for tests.
namespace image_files {

using Bytes = std::vector<std::uint8_t>;

inline Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline void append(Bytes& to, const Bytes& what) { to.insert(to.end(), what.begin(), what.end()); }
inline void append_big(Bytes& to, std::uint32_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) to.push_back(std::uint8_t(value >> shift));
}
inline void append_little(Bytes& to, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) to.push_back(std::uint8_t(value >> (8 * i)));
}

inline Bytes png_chunk(std::string_view type, const Bytes& data) {
  Bytes chunk, body(type.begin(), type.end());
  append(body, data);
  append_big(chunk, std::uint32_t(data.size()), 4);
  append(chunk, body);
  append_big(chunk, qwen3vl::crc32(body), 4);
  return chunk;
}

/// `rows`: height times a filter byte 0 and the packed pixels. `between`: chunks before the pixels.
/// The data are deflated as one stored block: at most 65535 bytes.
inline Bytes png(std::uint32_t width, std::uint32_t height, int depth, int colour, const Bytes& rows,
                 const Bytes& between = {}) {
  Bytes header;
  append_big(header, width, 4);
  append_big(header, height, 4);
  append(header, {std::uint8_t(depth), std::uint8_t(colour), 0, 0, 0});
  Bytes data{0x78, 0x01, 1};  // zlib, then the last block, stored
  append_little(data, std::uint32_t(rows.size()), 2);
  append_little(data, std::uint32_t(~rows.size()), 2);
  append(data, rows);
  std::uint32_t a = 1, b = 0;
  for (const auto byte : rows) a = (a + byte) % 65521, b = (b + a) % 65521;
  append_big(data, b << 16 | a, 4);

  Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append(file, png_chunk("IHDR", header));
  append(file, between);
  append(file, png_chunk("IDAT", data));
  append(file, png_chunk("IEND", {}));
  return file;
}

/// An EXIF block that holds an orientation and nothing else, big-endian.
inline Bytes tiff_with_orientation(int orientation) {
  return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, std::uint8_t(orientation),
          0,   0,   0, 0,  0, 0};
}

/// Uncompressed; `pixels` are the rows as they stand in the file, padded to four bytes.
inline Bytes bmp(std::int32_t width, std::int32_t height, int bits, const Bytes& pixels) {
  Bytes file{'B', 'M'};
  append_little(file, std::uint32_t(54 + pixels.size()), 4);
  append_little(file, 0, 4);
  append_little(file, 54, 4);
  append_little(file, 40, 4);
  append_little(file, std::uint32_t(width), 4);
  append_little(file, std::uint32_t(height), 4);
  append_little(file, 1, 2);
  append_little(file, std::uint32_t(bits), 2);
  for (int i = 0; i < 6; ++i) append_little(file, 0, 4);
  append(file, pixels);
  return file;
}

}  // namespace image_files
