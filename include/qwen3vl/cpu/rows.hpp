#pragma once

#include <algorithm>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/append.hpp>
#include <qwen3vl/ops/convert.hpp>
#include <qwen3vl/ops/embed.hpp>
#include <qwen3vl/ops/take_rows.hpp>
#include <qwen3vl/ops/visual_rows.hpp>

/// The ops that move rows about: embed, take_rows, replace_rows, add_rows, append, convert. Each is a
/// copy, one row a task; the memory bounds them all.
namespace qwen3vl {

template <> struct EmbedKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> table, View<const int, 1> ids, View<T, 2> out) {
    cpu.parallel_ranges(ids.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t) {
        T* const to = out.data + t * out.stride[0];
        if (ids(t) >= 0 && ids(t) < table.shape[0])
          std::copy_n(table.data + ids(t) * table.stride[0], table.shape[1], to);
        else
          std::fill_n(to, table.shape[1], T(0.0f));
      }
    });
  }
};

template <> struct TakeRowsKernel<Cpu> {
  template <Element T> static void run(Cpu&, View<const T, 2> x, View<const int, 1> rows, View<T, 2> out) {
    for (std::int64_t i = 0; i < rows.shape[0]; ++i) {
      T* const to = out.data + i * out.stride[0];
      if (rows(i) >= 0 && rows(i) < x.shape[0])
        std::copy_n(x.data + rows(i) * x.stride[0], x.shape[1], to);
      else
        std::fill_n(to, x.shape[1], T(0.0f));
    }
  }
};

template <> struct VisualRowsKernel<Cpu> {
  template <Element T>
  static void replace(Cpu&, View<const T, 2> features, View<const int, 1> visual, View<T, 2> x) {
    for_visual(features, visual, x, [&](const T* from, T* to) { std::copy_n(from, x.shape[1], to); });
  }
  template <Element T>
  static void add(Cpu&, View<const T, 2> features, View<const int, 1> visual, View<T, 2> x) {
    for_visual(features, visual, x, [&](const T* from, T* to) {
      for (std::int64_t c = 0; c < x.shape[1]; ++c) to[c] = T(float(to[c]) + float(from[c]));
    });
  }

 private:
  template <Element T, class F>
  static void for_visual(View<const T, 2> features, View<const int, 1> visual, View<T, 2> x, F f) {
    for (std::int64_t t = 0; t < x.shape[0]; ++t)
      if (visual(t) >= 0 && visual(t) < features.shape[0])
        f(features.data + visual(t) * features.stride[0], x.data + t * x.stride[0]);
  }
};

template <> struct AppendKernel<Cpu> {
  template <Element T>
  static void run(Cpu&, View<const Segment, 1> segments, View<const T, 3> x, View<T, 3> cache) {
    for (std::int64_t s = 0; s < segments.shape[0]; ++s) {
      const Segment segment = segments(s);
      expect(within(segment, x.shape[0], cache.shape[0]) && segment.queries <= segment.keys, "append",
             "a segment reaches beyond the tokens or the cache", "a cache with more capacity");
      const std::int64_t first = segment.key_begin + segment.keys - segment.queries;
      for (std::int64_t i = 0; i < segment.queries; ++i)
        for (std::int64_t h = 0; h < x.shape[1]; ++h)
          std::copy_n(&x(segment.query_begin + i, h, 0), x.shape[2], &cache(first + i, h, 0));
    }
  }
};

template <> struct ConvertKernel<Cpu> {
  template <Element From, Element To> static void run(Cpu& cpu, View<const From, 2> x, View<To, 2> out) {
    cpu.parallel_ranges(x.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t r = begin; r < end; ++r)
        for (std::int64_t c = 0; c < x.shape[1]; ++c) out(r, c) = To(float(x(r, c)));
    });
  }
};

}  // namespace qwen3vl
