#pragma once

#include <cmath>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/normalise.hpp>
#include <qwen3vl/media/patchify.hpp>
#include <qwen3vl/media/smart_resize.hpp>

namespace qwen3vl {

/// Which arithmetic resizes: the policies of media/bicubic.hpp, chosen when running.
enum class Resampling { torchvision_u8, pil_u8, float_aa };

/// Which rounding normalises: the policies of media/normalise.hpp, chosen when running.
enum class Normalisation { fused, pil };

/// How pixels become patches. The defaults are those of Qwen3-VL's preprocessor_config.json; a
/// checkpoint's file has the last word.
struct ImageSettings {
  PatchLayout patches;  // patch_size 16, temporal_patch_size 2, merge_size 2
  PixelBudget budget;   // size.shortest_edge and size.longest_edge, which are areas
  int fixed_side = 0;   // pixels; not 0: every picture becomes a square of this side, whatever its own are
  Normalise normalise;  // image_mean, image_std
  Resampling resampling = Resampling::torchvision_u8;  // the default image processor's
  Normalisation normalisation = Normalisation::fused;  // likewise
};

/// Throws unless images can be made into patches with these settings.
inline void check(const ImageSettings& settings) {
  const char* where = "image settings";
  const PatchLayout& layout = settings.patches;
  if (layout.patch_size < 1 || layout.patch_size > 256)
    throw Error(where, "patch_size " + std::to_string(layout.patch_size) + " is not 1 to 256");
  if (layout.merge_size < 1 || layout.merge_size > 256)
    throw Error(where, "merge_size " + std::to_string(layout.merge_size) + " is not 1 to 256");
  if (layout.temporal_patch_size != layout.frames())
    throw Error(where, "temporal_patch_size is " + std::to_string(layout.temporal_patch_size) +
                           ", should be " + std::to_string(layout.frames()));
  if (settings.fixed_side < 0 || settings.fixed_side > (1 << 14) || settings.fixed_side % layout.factor())
    throw Error(where, "pictures of " + std::to_string(settings.fixed_side) +
                           " pixels a side, should be a multiple of " + std::to_string(layout.factor()));
  for (int c = 0; c < 3; ++c)
    if (!std::isfinite(settings.normalise.mean[c]) || !(settings.normalise.std[c] > 0))
      throw Error(where, "image_mean or image_std is not a usable number", "std is above 0");
}

}  // namespace qwen3vl
