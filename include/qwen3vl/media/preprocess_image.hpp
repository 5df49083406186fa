#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/image_settings.hpp>
#include <qwen3vl/media/patchify.hpp>
#include <qwen3vl/media/placement.hpp>
#include <qwen3vl/media/resample.hpp>
#include <qwen3vl/media/smart_resize.hpp>

/// An image to what the vision tower takes.
///
///   load_image ─▶ smart_resize ─▶ resample ─▶ normalise, patchify ─▶ pixel_values
///
///   Threads threads;
///   PreprocessedImage image = preprocess_image(threads, load_image("cat.jpg"));
///   tower.forward(…, image.pixel_values, image.grid, …);
///
/// No model and no file of a checkpoint is needed.
namespace qwen3vl {

struct PreprocessedImage {
  std::unique_ptr<float[]> storage;
  View<const float, 2> pixel_values;  // [grid.patches(), columns], in storage
  Grid grid;                          // in patches
  Placement placement;                // from the model's coordinates to the user's picture
};

/// What an image will become, known before anything is computed or allocated.
struct ImagePlan {
  Grid grid;
  Placement placement;
  std::int64_t columns;  // of pixel_values

  std::int64_t values() const { return grid.patches() * columns; }
};

/// The size of every picture where the model has one. Nobody may ask for another.
inline PixelSize fixed_size(PixelSize original, int side, const ItemSize& item) {
  if (item.min_pixels || item.max_pixels || item.resized_height || item.resized_width)
    throw Error("picture", "a size is asked for, but this model sees every picture at " +
                               to_string_size(side, side) + " pixels");
  if (original.height < 1 || original.width < 1)
    throw Error("picture", "an image of " + to_string_size(original.height, original.width) + " pixels");
  return {side, side};
}

template <class Flavour = ProcessorResize>
ImagePlan plan_image(PixelSize original, const ImageSettings& settings = {}, const ItemSize& item = {}) {
  check(settings);
  const PatchLayout& layout = settings.patches;
  const PixelSize resized = settings.fixed_side > 0 ? fixed_size(original, settings.fixed_side, item)
                                                    : smart_resize<Flavour>(original.height, original.width,
                                                                            static_cast<int>(layout.factor()),
                                                                            settings.budget, item);
  const Grid grid{1, resized.height / layout.patch_size, resized.width / layout.patch_size};
  return {grid, {original, resized}, layout.columns()};
}

/// The image at the size of `out`, by the settings' arithmetic.
inline void resize_image(Threads& threads, View<const std::uint8_t, 3> image, Resampling resampling,
                         View<std::uint8_t, 3> out) {
  switch (resampling) {
    case Resampling::torchvision_u8:
      return resample<TorchvisionU8>(threads, image, out);
    case Resampling::pil_u8:
      return resample<PilU8>(threads, image, out);
    case Resampling::float_aa:
      return resample<FloatAA>(threads, image, out);
  }
}

/// Writes the patches into the caller's memory.
///
///   image : [height, width, 3]   out : [plan.grid.patches(), plan.columns]
inline void preprocess_image(Threads& threads, View<const std::uint8_t, 3> image,
                             const ImageSettings& settings, const ImagePlan& plan, View<float, 2> out) {
  const PixelSize to = plan.placement.resized;
  expect_shape("preprocess_image", "image", image,
               {plan.placement.original.height, plan.placement.original.width, 3},
               "planned for another image?");
  expect_shape("preprocess_image", "out", out, {plan.grid.patches(), plan.columns});
  Image resized;
  if (plan.placement.original != to) {
    resized = Image(to.width, to.height);
    resize_image(threads, image, settings.resampling, resized.view());
    image = std::as_const(resized).view();
  }
  if (settings.normalisation == Normalisation::fused)
    patchify<FusedNormalise>(threads, image, image, settings.patches, settings.normalise, out);
  else
    patchify<PilNormalise>(threads, image, image, settings.patches, settings.normalise, out);
}

inline PreprocessedImage preprocess_image(Threads& threads, const Image& image,
                                          const ImageSettings& settings = {}, const ItemSize& item = {}) {
  const ImagePlan plan = plan_image({image.height, image.width}, settings, item);
  auto storage = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(plan.values()));
  const View<float, 2> out(storage.get(), {plan.grid.patches(), plan.columns});
  preprocess_image(threads, image.view(), settings, plan, out);
  return {std::move(storage), out, plan.grid, plan.placement};
}

}  // namespace qwen3vl
