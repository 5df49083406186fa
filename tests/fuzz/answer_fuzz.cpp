#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <qwen3vl/generate/grounding.hpp>
#include <qwen3vl/generate/tool_calls.hpp>
#include <qwen3vl/media/draw.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>

/// Any bytes as an answer: marks with coordinates that are numbers, which can be drawn; calls that end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace qwen3vl;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  std::vector<Mark> marks = find_marks(text);
  for (const Mark& mark : marks) {
    for (const double number : {mark.upper_left.x, mark.upper_left.y, mark.lower_right.x, mark.lower_right.y})
      if (!(std::abs(number) <= farthest_coordinate)) std::abort();
    if (mark.label.size() > longest_label) std::abort();
  }
  if (marks.size() > 20) marks.resize(20);
  Image image(64, 48);
  draw_marks(image, marks);
  find_tool_calls(text);
  return 0;
}
