#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/media/bicubic.hpp>
#include <qwen3vl/media/turn_bytes.hpp>

/// Resizing a picture: the horizontal pass first, then the vertical one, each a weighted sum along
/// its axis (media/bicubic.hpp). A pass that would change nothing is skipped.
///
///   in : [height, width, 3]   out : [height', width', 3]   8 bit RGB; rows may be padded
///
///   resample<PilU8>(threads, in, out);                                  // one picture
///
///   Resampler<TorchvisionU8> resize(height, width, height2, width2);    // every frame of a clip:
///   while (…) resize(threads, frame, out);                              // allocates on the first call only
///
/// The policy says in which numbers; the result does not depend on the number of threads.
namespace qwen3vl {

template <class Policy> class Resampler {
 public:
  Resampler(std::int64_t height_in, std::int64_t width_in, std::int64_t height_out, std::int64_t width_out) {
    for (const std::int64_t size : {height_in, width_in, height_out, width_out})
      if (size < 1 || size > most)
        throw Error("resample",
                    "cannot resize " + sizes(height_in, width_in) + " to " + sizes(height_out, width_out),
                    "a side has 1 to " + std::to_string(most) + " pixels");
    across_ = bicubic_weights<Policy>(static_cast<int>(width_in), static_cast<int>(width_out));
    down_ = bicubic_weights<Policy>(static_cast<int>(height_in), static_cast<int>(height_out));
  }

  /// `out` must not overlap `in`. One call at a time: the scratch is the object's.
  void operator()(Threads& threads, View<const std::uint8_t, 3> in, View<std::uint8_t, 3> out) {
    expect_shape("resample", "in", in, {down_.size_in, across_.size_in, 3},
                 "this resampler is for another size");
    expect_shape("resample", "out", out, {down_.size_out, across_.size_out, 3});
    expect(pixels_are_dense(in) && pixels_are_dense(out), "resample", "the bytes of a row have gaps",
           "only whole rows may be padded");
    if (across_.changes() && down_.changes()) {
      between_.resize(static_cast<std::size_t>(in.shape[0] * out.shape[1] * 3));
      const View<Between, 3> between(between_.data(), {in.shape[0], out.shape[1], 3});
      horizontal(threads, in, between);
      vertical(threads, View<const Between, 3>(between), out);
    } else if (across_.changes()) {
      horizontal(threads, in, out);
    } else if (down_.changes()) {
      vertical(threads, in, out);
    } else {
      for (std::int64_t y = 0; y < in.shape[0]; ++y)
        std::memcpy(&out(y, 0, 0), &in(y, 0, 0), static_cast<std::size_t>(in.shape[1] * 3));
    }
  }

 private:
  using Weight = typename Policy::Weight;
  using Between = typename Policy::Between;
  static constexpr std::int64_t most = 1 << 24;

  static std::string sizes(std::int64_t height, std::int64_t width) {
    return std::to_string(width) + "x" + std::to_string(height);
  }
  template <class T> static bool pixels_are_dense(const View<T, 3>& image) {
    return (image.stride[1] == 3 || image.shape[1] == 1) && image.stride[2] == 1;
  }

  /// The sum as a pixel: fixed point rounded half up, float half to even; clamped to 0 … 255.
  template <class Out> static Out finish(Weight sum, int shift) {
    if constexpr (std::is_same_v<Out, float>)
      return sum;  // the float path rounds once, after the second pass
    else if constexpr (std::is_same_v<Weight, float>)
      return static_cast<Out>(std::nearbyint(std::min(std::max(sum, 0.f), 255.f)));
    else
      return static_cast<Out>(std::min(std::max(sum >> shift, 0), 255));
  }

  /// out[i] = finish( Σ_k weights[k] · in[k·step + i] ),   i = 0 … n − 1
  template <int Chunk, class In, class Out>
  static void weigh(const In* in, std::int64_t step, const Weight* weights, int taps, int shift,
                    std::int64_t n, Out* out) {
    const Weight start = std::is_same_v<Weight, float> ? Weight(0) : Weight(shift ? 1 << (shift - 1) : 0);
    Weight sum[Chunk];
    for (std::int64_t begin = 0; begin < n; begin += Chunk) {
      const int count = static_cast<int>(std::min<std::int64_t>(Chunk, n - begin));
      for (int i = 0; i < count; ++i) sum[i] = start;
      const In* at = in + begin;
      int k = 0;
      for (; k + 4 <= taps; k += 4, at += 4 * step) {
        const In *a = at, *b = a + step, *c = b + step, *d = c + step;
        const Weight wa = weights[k], wb = weights[k + 1], wc = weights[k + 2], wd = weights[k + 3];
        for (int i = 0; i < count; ++i)
          sum[i] += wa * Weight(a[i]) + wb * Weight(b[i]) + wc * Weight(c[i]) + wd * Weight(d[i]);
      }
      for (; k < taps; ++k, at += step) {
        const Weight w = weights[k];
        for (int i = 0; i < count; ++i) sum[i] += w * Weight(at[i]);
      }
      for (int i = 0; i < count; ++i) out[begin + i] = finish<Out>(sum[i], shift);
    }
  }

  /// Sixteen rows at a time, turned so that the same column of all of them is one run: then a weight
  /// meets 48 neighbouring bytes, and the inner loop is as plain as that of the vertical pass.
  template <class Out> void horizontal(Threads& threads, View<const std::uint8_t, 3> in, View<Out, 3> out) {
    constexpr std::int64_t tile = 32,
                           run = 3 * turned_rows;  // pixels turned back at once; one column of pixels
    const std::int64_t height = in.shape[0], width = out.shape[1];
    const std::size_t per_thread = static_cast<std::size_t>(in.shape[1] * run);
    turned_.resize(per_thread * static_cast<std::size_t>(threads.count()));
    threads.for_ranges((height + turned_rows - 1) / turned_rows, 1, [&](auto begin, auto end, int thread) {
      std::uint8_t* turned = turned_.data() + per_thread * static_cast<std::size_t>(thread);
      Out turned_out[tile * run];
      for (std::int64_t y = begin * turned_rows; y < std::min(end * turned_rows, height); y += turned_rows) {
        const int rows = static_cast<int>(std::min<std::int64_t>(turned_rows, height - y));
        const std::uint8_t* from[turned_rows];  // the last block repeats its last row
        for (int r = 0; r < turned_rows; ++r) from[r] = &in(y + std::min(r, rows - 1), 0, 0);
        rows_to_columns(from, in.shape[1] * 3, turned);
        for (std::int64_t left = 0; left < width; left += tile) {
          const std::int64_t right = std::min(left + tile, width);
          for (std::int64_t x = left; x < right; ++x) {
            const std::size_t i = static_cast<std::size_t>(x);
            weigh<run>(turned + across_.first[i] * run, run, across_.row(x), across_.counts[i], across_.shift,
                       run, turned_out + (x - left) * run);
          }
          Out* to[turned_rows];
          for (int r = 0; r < rows; ++r) to[r] = &out(y + r, left, 0);
          columns_to_rows(turned_out, (right - left) * 3, rows, to);
        }
      }
    });
  }

  template <class In> void vertical(Threads& threads, View<const In, 3> in, View<std::uint8_t, 3> out) {
    threads.for_ranges(out.shape[0], 8, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t y = begin; y < end; ++y) {
        const std::size_t i = static_cast<std::size_t>(y);
        weigh<512>(&in(down_.first[i], 0, 0), in.stride[0], down_.row(y), down_.counts[i], down_.shift,
                   in.shape[1] * 3, &out(y, 0, 0));
      }
    });
  }

  AxisWeights<Weight> across_, down_;
  std::vector<Between> between_;      // [height, width', 3]
  std::vector<std::uint8_t> turned_;  // [threads, width, 3, turned_rows]
};

/// Resizes one picture to the size of `out`.
template <class Policy>
void resample(Threads& threads, View<const std::uint8_t, 3> in, View<std::uint8_t, 3> out) {
  Resampler<Policy>(in.shape[0], in.shape[1], out.shape[0], out.shape[1])(threads, in, out);
}

}  // namespace qwen3vl
