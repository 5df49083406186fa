#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/file_bytes.hpp>

/// What a JPEG file says about itself before a pixel is decoded (ITU-T T.81, annex B).
namespace qwen3vl {

/// Which tables a JPEG has defined so far, by bits 0 … 3, and how its frame uses them.
struct JpegTables {
  unsigned huffman_dc = 0, huffman_ac = 0, quantisation = 0;
  unsigned used_quantisation = 0;
  std::size_t components = 0;
  bool progressive = false;
};

/// DHT. stb_image 2.27 believes a table of more than 256 symbols.
inline void read_huffman_tables(const FileBytes& file, std::span<const std::uint8_t> segment,
                                JpegTables& tables) {
  while (!segment.empty()) {
    std::size_t symbols = 0;
    for (std::size_t length = 1; length <= 16 && length < segment.size(); ++length)
      symbols += segment[length];
    if (symbols > 256 || segment.size() < 17 + symbols) file.corrupt("a JPEG with a broken Huffman table");
    (segment[0] & 0xf0 ? tables.huffman_ac : tables.huffman_dc) |= 1u << (segment[0] & 3);
    segment = segment.subspan(17 + symbols);
  }
}

/// DQT.
inline void read_quantisation_tables(const FileBytes& file, std::span<const std::uint8_t> segment,
                                     JpegTables& tables) {
  while (!segment.empty()) {
    const std::size_t size = segment[0] & 0xf0 ? 129 : 65;
    if (segment.size() < size) file.corrupt("a JPEG with a broken quantisation table");
    tables.quantisation |= 1u << (segment[0] & 3);
    segment = segment.subspan(size);
  }
}

/// SOS. stb_image 2.27 decodes with tables that nobody filled when a scan names them.
inline void check_scan(const FileBytes& file, std::span<const std::uint8_t> segment,
                       const JpegTables& tables) {
  const std::size_t components = segment.empty() ? 0 : segment[0];
  if (segment.size() < 4 + 2 * components || components == 0)
    file.corrupt("a JPEG with a broken scan header");
  const bool first_dc = segment[1 + 2 * components] == 0, refines = segment[3 + 2 * components] >> 4 != 0;
  for (std::size_t c = 0; c < components; ++c) {
    const unsigned which = segment[2 + 2 * c], dc = which >> 4 & 3, ac = which & 3;
    const bool needs_dc = !tables.progressive || (first_dc && !refines);
    const bool needs_ac = !tables.progressive || !first_dc;
    if ((needs_dc && !(tables.huffman_dc >> dc & 1)) || (needs_ac && !(tables.huffman_ac >> ac & 1)))
      file.corrupt("a JPEG without the Huffman tables it uses");
  }
}

/// SOF: the sizes, and how many 8 × 8 blocks are coded at least.
inline std::int64_t read_frame(const FileBytes& file, std::span<const std::uint8_t> segment,
                               JpegTables& tables, ImageFile& found) {
  const std::size_t components = segment.size() < 6 ? 0 : segment[5];
  if (components == 0 || components > 4 || segment.size() < 6 + 3 * components)
    file.corrupt("a JPEG of " + std::to_string(components) + " components");
  tables.components = components;
  found.height = segment[1] << 8 | segment[2], found.width = segment[3] << 8 | segment[4];
  if (found.width == 0 || found.height == 0) file.corrupt("a JPEG of no pixels");
  std::int64_t across = 1, down = 1, blocks = 0;  // the largest sampling factors
  for (std::size_t c = 0; c < components; ++c) {
    across = std::max<std::int64_t>(across, segment[7 + 3 * c] >> 4);
    down = std::max<std::int64_t>(down, segment[7 + 3 * c] & 15);
    tables.used_quantisation |= 1u << (segment[8 + 3 * c] & 3);
  }
  for (std::size_t c = 0; c < components; ++c)
    blocks += (found.width * (segment[7 + 3 * c] >> 4) / across / 8) *
              (found.height * (segment[7 + 3 * c] & 15) / down / 8);
  return blocks;
}

/// Four colours are ink, and inverted where Adobe's marker stands. Without it readers disagree about inversion, and
/// stb_image takes ink for YCbCr.
inline void expect_known_ink(const FileBytes& file, const JpegTables& tables, bool adobe) {
  if (tables.components == 4 && !adobe)
    throw Error(file.name, "a JPEG of four colours without Adobe's marker: readers disagree what it shows",
                "convert it to RGB");
}

/// Walks the segments from the first marker to the end marker.
inline ImageFile inspect_jpeg(const FileBytes& file) {
  constexpr int most_scans = 100;  // progressive files have some ten; each scan passes over all blocks
  ImageFile found{ImageFormat::jpeg, 0, 0, {}, false};
  JpegTables tables;
  std::int64_t blocks = 0;
  int scans = 0;
  bool adobe = false;
  for (std::size_t at = 2;;) {
    if (file.big(at, 1) != 0xff || file.big(at + 1, 1) == 0xff) {
      ++at;  // pixels, fill bytes, and what stands astray between segments: decoders pass over it
      continue;
    }
    const std::uint32_t marker = file.big(at + 1, 1);
    at += 2;
    if (marker == 0xd9) break;                                           // the end
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;  // these have no segment
    const std::uint32_t length = file.big(at, 2);
    if (length < 2) file.corrupt("a JPEG segment of length " + std::to_string(length));
    const auto segment = file.part(at, length).subspan(2);
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame && found.width == 0) {
      tables.progressive = marker == 0xc2;
      blocks = read_frame(file, segment, tables, found);
    }
    if (marker == 0xc4) read_huffman_tables(file, segment, tables);
    if (marker == 0xdb) read_quantisation_tables(file, segment, tables);
    if (marker == 0xda) check_scan(file, segment, tables);
    if (marker == 0xda && ++scans > most_scans) file.corrupt("a JPEG of more than 100 scans");
    adobe |= marker == 0xee && file.starts_with("Adobe", at + 2);
    if (marker == 0xe1 && found.exif.empty() && file.starts_with(std::string_view("Exif\0\0", 6), at + 2))
      found.exif = segment.subspan(6);
    at += length;
  }
  if (found.width == 0 || scans == 0) file.corrupt("a JPEG without a picture");
  expect_known_ink(file, tables, adobe);
  if (tables.used_quantisation & ~tables.quantisation)
    file.corrupt("a JPEG without the quantisation tables it uses");
  if (blocks / 8 > static_cast<std::int64_t>(file.size())) file.too_short_for(found.width, found.height);
  return found;
}

}  // namespace qwen3vl
