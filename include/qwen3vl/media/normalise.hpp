#pragma once

#include <cstdint>

/// 8-bit values to the numbers the vision tower was trained on:
///
///   y = (x / 255 − mean) / std
///
/// A policy says where the reference rounds to float on the way:
///
///   FusedNormalise   (x − mean·255) / (std·255), the products rounded first    fast image processor
///   PilNormalise     (float(x·(1/255)) − mean) / std                           PIL image processor
///
/// They differ in the last bits: x = 127, mean = std = ½ gives −0.00392156886 and −0.00392156839.
namespace qwen3vl {

/// `image_mean` and `image_std`, RGB, in units of the full range. Qwen3-VL's own, to [−1, 1]; the
/// older generations use CLIP's.
struct Normalise {
  float mean[3] = {0.5f, 0.5f, 0.5f};
  float std[3] = {0.5f, 0.5f, 0.5f};
};

struct FusedNormalise {
  static float value(int x, float mean, float std) {
    const float center = mean * 255.f, width = std * 255.f;
    return (static_cast<float>(x) - center) / width;
  }
};

struct PilNormalise {
  static float value(int x, float mean, float std) {
    const float unit = static_cast<float>(x * (1 / 255.0));
    return (unit - mean) / std;
  }
};

}  // namespace qwen3vl
