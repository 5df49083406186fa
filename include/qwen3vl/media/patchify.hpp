#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/media/normalise.hpp>

/// Pixels to rows of patches, normalised on the way, in one pass.
///
///   out[n, ((c·2 + τ)·P + y)·P + x] = normalise_c( frame_τ[row·P + y, col·P + x, c] )
///
///   first, second : [height, width, 3], τ = 0 and 1; a still image is both
///   out           : [(height/P)·(width/P), 3·2·P·P]      P = patch_size
///
/// Patch n is the one at (row, col) in merge-block order: blocks of m × m patches in raster order,
/// and raster order inside a block, so that m² rows in succession become one token. Grid 4 × 6, m = 2:
///
///    0  1 |  4  5 |  8  9
///    2  3 |  6  7 | 10 11
///   ------+-------+------
///   12 13 | 16 17 | 20 21
///   14 15 | 18 19 | 22 23
///
/// or, of the first generation, in raster order throughout, and with one frame: out[n, (c·P + y)·P + x].
namespace qwen3vl {

/// In which order patches come; one in raster order is of a single frame.
enum class PatchOrder { merge_blocks, raster };

struct PatchLayout {
  int patch_size = 16;          // pixels, P
  int temporal_patch_size = 2;  // frames in a patch; 2 since Qwen2-VL, 1 in raster order
  int merge_size = 2;           // patches, m; in raster order, m² for a token is all it says
  PatchOrder order = PatchOrder::merge_blocks;

  int frames() const { return order == PatchOrder::raster ? 1 : 2; }  // what temporal_patch_size has to be
  std::int64_t factor() const { return std::int64_t{patch_size} * merge_size; }  // sides are multiples of it
  std::int64_t columns() const { return std::int64_t{3} * temporal_patch_size * patch_size * patch_size; }
  std::int64_t patches(std::int64_t height, std::int64_t width) const {
    return (height / patch_size) * (width / patch_size);
  }
};

/// One frame of one patch: to[c·step + y·P + x] = normalise_c(pixel (y, x)). With P known when compiling
/// the bytes are normalised as they lie, r g b r g b …, and the channels part afterwards: twice as fast
/// as a table of 256 values. FixedP = 0 takes any P.
template <class Flavour, int FixedP>
void write_patch(const std::uint8_t* pixels, std::int64_t row_step, std::int64_t P,
                 const Normalise& normalise, std::int64_t step, float* to) {
  if constexpr (FixedP > 0) {
    float mean[3 * FixedP], std[3 * FixedP], values[3 * FixedP];
    for (int i = 0; i < 3 * FixedP; ++i) mean[i] = normalise.mean[i % 3], std[i] = normalise.std[i % 3];
    for (int y = 0; y < FixedP; ++y, pixels += row_step, to += FixedP) {
      for (int i = 0; i < 3 * FixedP; ++i) values[i] = Flavour::value(pixels[i], mean[i], std[i]);
      for (int c = 0; c < 3; ++c)
        for (int x = 0; x < FixedP; ++x) to[c * step + x] = values[3 * x + c];
    }
  } else {
    for (std::int64_t y = 0; y < P; ++y, pixels += row_step, to += P)
      for (std::int64_t x = 0; x < P; ++x)
        for (int c = 0; c < 3; ++c)
          to[c * step + x] = Flavour::value(pixels[3 * x + c], normalise.mean[c], normalise.std[c]);
  }
}

/// One temporal group, the arguments checked.
template <class Flavour, int FixedP>
void write_patches(Threads& threads, View<const std::uint8_t, 3> first, View<const std::uint8_t, 3> second,
                   const PatchLayout& layout, const Normalise& normalise, View<float, 2> out) {
  const bool raster = layout.order == PatchOrder::raster;
  const std::int64_t P = layout.patch_size, m = raster ? 1 : layout.merge_size,
                     step = layout.frames() * P * P;  // from a channel to the next
  const std::int64_t blocks_down = first.shape[0] / (P * m), blocks_across = first.shape[1] / (P * m);
  const bool still = first.data == second.data, twice = still && !raster;
  threads.for_each(blocks_down, [&](std::int64_t block_row) {
    std::int64_t n = block_row * blocks_across * m * m;
    for (std::int64_t block = 0; block < blocks_across; ++block)
      for (std::int64_t i = 0; i < m * m; ++i, ++n) {
        const std::int64_t top = (block_row * m + i / m) * P, left = (block * m + i % m) * P;
        float* patch = &out(n, 0);
        write_patch<Flavour, FixedP>(&first(top, left, 0), first.stride[0], P, normalise, step, patch);
        if (!still)
          write_patch<Flavour, FixedP>(&second(top, left, 0), second.stride[0], P, normalise, step,
                                       patch + P * P);
        for (int c = 0; twice && c < 3; ++c)
          std::memcpy(patch + (c * 2 + 1) * P * P, patch + c * 2 * P * P, sizeof(float) * std::size_t(P * P));
      }
  });
}

/// One temporal group.
template <class Flavour = FusedNormalise>
void patchify(Threads& threads, View<const std::uint8_t, 3> first, View<const std::uint8_t, 3> second,
              const PatchLayout& layout, const Normalise& normalise, View<float, 2> out) {
  const std::int64_t P = layout.patch_size, height = first.shape[0], width = first.shape[1];
  expect(P > 0 && layout.merge_size > 0 && P <= 1024 && layout.merge_size <= 1024, "patchify",
         "patch_size and merge_size are 1 to 1024");
  const bool raster = layout.order == PatchOrder::raster;
  expect(layout.temporal_patch_size == layout.frames(), "patchify",
         raster ? "temporal_patch_size is not 1" : "temporal_patch_size is not 2",
         raster ? "in raster order a patch is of one frame" : "a patch spans two frames");
  expect(!raster || first.data == second.data, "patchify", "two frames, but a patch in raster order has one");
  const std::int64_t factor = layout.factor();
  if (height % factor || width % factor)
    throw Error("patchify",
                std::to_string(width) + "x" + std::to_string(height) + " pixels are not a multiple of " +
                    std::to_string(factor),
                "resize first; see media/smart_resize.hpp");
  expect_shape("patchify", "first", first, {height, width, 3});
  expect_shape("patchify", "second", second, {height, width, 3}, "the frames of a clip share one size");
  expect_shape("patchify", "out", out, {layout.patches(height, width), layout.columns()});
  expect_dense_rows("patchify", "out", out);
  for (const auto& frame : {first, second})
    expect(frame.size() == 0 || (frame.stride[1] == 3 && frame.stride[2] == 1), "patchify",
           "the bytes of a row have gaps", "only whole rows may be padded");

  if (P == 16)  // Qwen3-VL
    write_patches<Flavour, 16>(threads, first, second, layout, normalise, out);
  else if (P == 14)  // the older generations
    write_patches<Flavour, 14>(threads, first, second, layout, normalise, out);
  else
    write_patches<Flavour, 0>(threads, first, second, layout, normalise, out);
}

}  // namespace qwen3vl
