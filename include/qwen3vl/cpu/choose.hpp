#pragma once

#include <cstddef>
#include <span>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/choose.hpp>
#include <qwen3vl/ops/sampling/choose_token.hpp>
#include <qwen3vl/ops/sampling/penalised.hpp>

namespace qwen3vl {

/// One thread, on lists of the tokens that are still possible.
template <> struct ChooseKernel<Cpu> {
  struct Memory {
    ChoiceLists lists;
    Memory(Cpu&, const SamplingOptions& options, std::int64_t vocab_size)
        : lists(options, static_cast<std::size_t>(vocab_size)) {}
  };

  static void run(Cpu&, Memory& memory, View<const float, 1> logits, const SamplingOptions& options, double u,
                  View<int, 1> uses, View<int, 1> chosen) {
    const auto count = static_cast<std::size_t>(logits.shape[0]);
    std::span<const float> scores(logits.data, count);
    if (options.penalises()) {
      expect(memory.lists.scores.size() >= count, "choose", "the memory is of other options or fewer tokens");
      for (std::size_t i = 0; i < count; ++i)
        memory.lists.scores[i] = penalised(scores[i], uses.data[i], options);
      scores = std::span(memory.lists.scores).first(count);
    }
    const std::int32_t id = choose_token(scores, options, u, memory.lists);
    chosen(0) = id;
    if (id >= 0 && options.penalises()) uses(id) = used_again(uses(id));
  }
};

}  // namespace qwen3vl
