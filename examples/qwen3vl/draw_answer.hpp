#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/generate/grounding.hpp>
#include <qwen3vl/generate/media_item.hpp>
#include <qwen3vl/io/output_file.hpp>
#include <qwen3vl/media/draw.hpp>
#include <qwen3vl/media/stb_image_write.hpp>

namespace program {

/// Throws now what would else be thrown after the answer.
inline void expect_writable(const std::string& path) { const qwen3vl::OutputFile attempt(path); }

/// Writes the picture with what the answer points at as PNG. `unit` is that of the model's answers. Returns how
/// many marks there were; without one nothing is written.
inline std::size_t draw_answer(std::string_view answer, qwen3vl::Coordinates unit,
                               const qwen3vl::MediaItem& item, const std::string& path) {
  using namespace qwen3vl;
  std::vector<Mark> marks = find_marks(answer);
  if (marks.empty()) return 0;
  for (Mark& mark : marks) mark = to_original(std::move(mark), item.placement(), unit);
  Image picture = *item.picture();
  draw_marks(picture, marks);
  const std::vector<std::uint8_t> png = encode_png(picture);
  OutputFile file(path);
  file.write(std::as_bytes(std::span(png)));
  file.commit();
  return marks.size();
}

}  // namespace program
