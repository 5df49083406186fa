#pragma once

#include <algorithm>
#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/linear.hpp>
#include <qwen3vl/ops/combine_experts.hpp>
#include <qwen3vl/ops/group_by_expert.hpp>
#include <qwen3vl/ops/grouped_linear.hpp>
#include <qwen3vl/ops/route.hpp>

/// The ops of a mixture of experts.
namespace qwen3vl {

/// One token a task: its probabilities in the thread's scratch, the largest taken k times.
template <> struct RouteKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> logits, View<int, 2> chosen, View<T, 2> share) {
    const std::int64_t experts = logits.shape[1], k = chosen.shape[1];
    expect(experts <= Cpu::scratch_floats / 2, "route", "too many experts");
    cpu.parallel_ranges(logits.shape[0], 16, [=, &cpu](std::int64_t begin, std::int64_t end, int thread) {
      float* const p = cpu.scratch(thread);              // [experts], softmax's numerators
      float* const taken = p + Cpu::scratch_floats / 2;  // [experts], 0 or 1
      for (std::int64_t t = begin; t < end; ++t) {
        float largest = float(logits(t, 0)), total = 0;
        for (std::int64_t e = 1; e < experts; ++e) largest = std::max(largest, float(logits(t, e)));
        for (std::int64_t e = 0; e < experts; ++e) total += p[e] = std::exp(float(logits(t, e)) - largest);
        std::fill_n(taken, experts, 0.0f);
        float sum = 0;
        for (std::int64_t j = 0; j < k; ++j) {
          std::int64_t best = -1;
          for (std::int64_t e = 0; e < experts; ++e)
            if (taken[e] == 0 && (best < 0 || p[e] > p[best])) best = e;
          taken[best] = 1;
          sum += p[best] / total;
        }
        for (std::int64_t e = 0, j = 0; e < experts && j < k; ++e) {
          if (taken[e] == 0) continue;
          chosen(t, j) = static_cast<int>(e);
          share(t, j++) = T(p[e] / total / sum);
        }
      }
    });
  }
};

/// Counting sort in one pass over the pairs; there are few.
template <> struct GroupByExpertKernel<Cpu> {
  static void run(Cpu&, View<const int, 2> chosen, View<int, 2> place, View<int, 1> token,
                  View<int, 1> begin) {
    const std::int64_t tokens = chosen.shape[0], k = chosen.shape[1], experts = begin.shape[0] - 1;
    for (std::int64_t e = 0; e <= experts; ++e) begin(e) = 0;
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t j = 0; j < k; ++j) {
        expect(chosen(t, j) >= 0 && chosen(t, j) < experts, "group_by_expert", "there is no such expert");
        if (chosen(t, j) + 1 < experts) ++begin(chosen(t, j) + 2);  // begin[e + 1] will walk through e's rows
      }
    for (std::int64_t e = 2; e <= experts; ++e) begin(e) += begin(e - 1);
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t j = 0; j < k; ++j) {
        const int row = begin(chosen(t, j) + 1)++;
        place(t, j) = row;
        token(row) = static_cast<int>(t);
      }
  }
};

/// Expert by expert: each is a matrix product of the backend's own.
template <> struct GroupedLinearKernel<Cpu> {
  template <class On, Element T>
  static void run(On& cpu, View<const T, 2> x, View<const T, 3> weight, View<const int, 1> begin,
                  View<T, 2> out) {
    for (std::int64_t e = 0; e < weight.shape[0]; ++e) {
      const std::int64_t first = begin(e), rows = begin(e + 1) - first;
      expect(first >= 0 && rows >= 0 && first + rows <= x.shape[0], "grouped_linear",
             "a group reaches beyond the rows");
      if (rows > 0)
        On::Matmul::run(cpu, x.rows(first, rows), weight[e], View<const T, 1>(), out.rows(first, rows));
    }
  }
};

/// Pieces of tokens a thread.
template <> struct CombineExpertsKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> y, View<const int, 2> place, View<const T, 2> share,
                  View<T, 2> out) {
    const std::int64_t channels = out.shape[1], k = place.shape[1];
    cpu.parallel_ranges(out.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t)
        for (std::int64_t c = 0; c < channels; ++c) {
          float sum = 0;
          for (std::int64_t j = 0; j < k; ++j) sum += float(T(float(share(t, j)) * float(y(place(t, j), c))));
          out(t, c) = T(sum);
        }
    });
  }
};

}  // namespace qwen3vl
