#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include <qwen3vl/core/error.hpp>

/// The size an image is resized to: both sides multiples of the factor f = patch_size · merge_size,
/// the area inside a budget, the shape nearly kept.
///
///   h' = f·round(h/f),  w' = f·round(w/f)                        ties to even: 80/32 → 2
///   h'·w' > max:  β = √(h·w/max);  h' = f·⌊h/β/f⌋,  w' = f·⌊w/β/f⌋
///   h'·w' < min:  β = √(min/(h·w));  h' = f·⌈h·β/f⌉,  w' = f·⌈w·β/f⌉
///
/// A side more than 200 times the other is an Error. A flavour says when a side may not vanish:
///
///   ProcessorResize   after the division by β: at least f      image processor: smart_resize
///   UtilityResize     after the first rounding: at least f     utility package: smart_resize
///
/// Both in double, as the reference. Under its names, "shortest_edge" is min and "longest_edge" max:
/// areas, not edges.
namespace qwen3vl {

struct PixelSize {
  int height, width;
  friend constexpr bool operator==(const PixelSize&, const PixelSize&) = default;
};

/// Areas in pixels, both inclusive. Qwen3-VL's checkpoint files.
struct PixelBudget {
  std::int64_t min_pixels = 65'536;
  std::int64_t max_pixels = 16'777'216;
};

struct ProcessorResize {
  static constexpr bool needs_ordered_budget = false;  // max below min: max wins
  static double rounded(double side, int /*factor*/) { return side; }
  static double shrunk(double side, int factor) { return std::max<double>(side, factor); }
};

struct UtilityResize {
  static constexpr bool needs_ordered_budget = true;
  static double rounded(double side, int factor) { return std::max<double>(side, factor); }
  static double shrunk(double side, int /*factor*/) { return side; }
  /// 4 … 16384 tokens, whatever the factor.
  static PixelBudget budget(int factor) {
    const std::int64_t token = std::int64_t{factor} * factor;
    return {4 * token, 16'384 * token};
  }
};

/// "5x1999": as people write it, the width first.
inline std::string to_string_size(std::int64_t height, std::int64_t width) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// The sides as doubles, after the checks that every resize begins with.
inline void expect_resizable(const char* where, std::int64_t height, std::int64_t width, int factor) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  if (factor < 1 || factor > 65'536)
    throw Error(where, "factor " + std::to_string(factor) + " is not 1 to 65536");
  if (height < 1 || width < 1 || height >= most || width >= most)
    throw Error(where, "an image of " + to_string_size(height, width) + " pixels");
  const double ratio =
      static_cast<double>(std::max(height, width)) / static_cast<double>(std::min(height, width));
  if (ratio > 200)
    throw Error(where,
                to_string_size(height, width) + " pixels: one side is " + std::to_string(ratio) +
                    " times the other, 200 is the most",
                "crop it, or pad it");
}

/// The sides as integers, after the check that every resize ends with.
inline PixelSize expect_sensible(const char* where, double height, double width) {
  constexpr double most = 1 << 24;
  if (!(height >= 1 && width >= 1 && height <= most && width <= most))
    throw Error(where, "the budget leads to a side of 0 or of more than 16777216 pixels",
                "change the pixel budget");
  return {static_cast<int>(height), static_cast<int>(width)};
}

template <class Flavour = ProcessorResize>
PixelSize smart_resize(std::int64_t height, std::int64_t width, int factor, const PixelBudget& budget = {}) {
  expect_resizable("smart_resize", height, width, factor);
  if (budget.min_pixels < 0 || budget.max_pixels < 1 ||
      (Flavour::needs_ordered_budget && budget.max_pixels < budget.min_pixels))
    throw Error("smart_resize",
                "a budget of " + std::to_string(budget.min_pixels) + " to " +
                    std::to_string(budget.max_pixels) + " pixels",
                "0 <= min_pixels <= max_pixels");
  const double h = static_cast<double>(height), w = static_cast<double>(width), f = factor;
  const double most = static_cast<double>(budget.max_pixels), least = static_cast<double>(budget.min_pixels);
  double to_h = Flavour::rounded(std::nearbyint(h / f) * f, factor);  // half to even, the default mode
  double to_w = Flavour::rounded(std::nearbyint(w / f) * f, factor);
  if (to_h * to_w > most) {
    const double beta = std::sqrt(h * w / most);
    to_h = Flavour::shrunk(std::floor(h / beta / f) * f, factor);
    to_w = Flavour::shrunk(std::floor(w / beta / f) * f, factor);
  } else if (to_h * to_w < least) {
    const double beta = std::sqrt(least / (h * w));
    to_h = std::ceil(h * beta / f) * f;
    to_w = std::ceil(w * beta / f) * f;
  }
  return expect_sensible("smart_resize", to_h, to_w);
}

/// What one message may ask of its image, under the names of the message's JSON.
struct ItemSize {
  std::optional<std::int64_t> min_pixels = {}, max_pixels = {};         // in place of the budget's
  std::optional<std::int64_t> resized_height = {}, resized_width = {};  // both: these are rounded instead
};

/// smart_resize with the wishes of one item. A wished size is rounded within the model's budget.
template <class Flavour = ProcessorResize>
PixelSize smart_resize(std::int64_t height, std::int64_t width, int factor, const PixelBudget& budget,
                       const ItemSize& item) {
  if (item.resized_height.has_value() != item.resized_width.has_value())
    throw Error("smart_resize", "only one of resized_height and resized_width is given",
                "give both or neither");
  if (item.resized_height)
    return smart_resize<Flavour>(*item.resized_height, *item.resized_width, factor, budget);
  return smart_resize<Flavour>(
      height, width, factor,
      PixelBudget{item.min_pixels.value_or(budget.min_pixels), item.max_pixels.value_or(budget.max_pixels)});
}

}  // namespace qwen3vl
