#pragma once

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/scale_queries.hpp>

namespace qwen3vl {

/// Segment by segment, in place.
template <> struct ScaleQueriesKernel<Cpu> {
  template <class Scale, Element T>
  static void run(Cpu&, Scale scale, View<const Segment, 1> segments, View<T, 3> q) {
    for (std::int64_t s = 0; s < segments.shape[0]; ++s) {
      const Segment segment = segments(s);
      expect(segment.query_begin >= 0 && segment.queries >= 0 &&
                 std::int64_t(segment.query_begin) + segment.queries <= q.shape[0],
             "scale_queries", "a segment reaches beyond the queries");
      for (int i = 0; i < segment.queries; ++i) {
        const float by = scale(keys_up_to(segment, i));
        if (by == 1.0f) continue;
        for (std::int64_t h = 0; h < q.shape[1]; ++h)
          for (std::int64_t c = 0; c < q.shape[2]; ++c) {
            T& x = q(segment.query_begin + i, h, c);
            x = T(float(x) * by);
          }
      }
    }
  }
};

}  // namespace qwen3vl
