#pragma once

#include <libexif/exif-data.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

/// The only header that sees libexif.
namespace qwen3vl {

/// The orientation tag (0x0112 of the first directory), 1 … 8; 1, upright, when there is none.
///
///   tiff : the EXIF block without its "Exif\0\0", from a JPEG's APP1 segment or a PNG's eXIf chunk
///
/// Whatever cannot be read is taken as upright: a damaged tag is no reason to refuse a picture.
inline int exif_orientation(std::span<const std::uint8_t> tiff) {
  if (tiff.size() < 8 || tiff.size() > 65535) return 1;
  std::vector<std::uint8_t> block{'E', 'x', 'i', 'f', 0, 0};
  block.insert(block.end(), tiff.begin(), tiff.end());
  const std::unique_ptr<ExifData, void (*)(ExifData*)> data(exif_data_new(), exif_data_unref);
  if (!data) return 1;
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);  // read, do not repair
  exif_data_load_data(data.get(), block.data(), static_cast<unsigned>(block.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->components < 1 || entry->size < 2) return 1;
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

}  // namespace qwen3vl
