#pragma once

#include <cstdint>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/sampling/sampling_options.hpp>

/// The next token, drawn from the logits of all, in the reference's order:
///
///   logits ─▶ penalties ─▶ temperature ─▶ top-k ─▶ top-p ─▶ min-p ─▶ draw with u        ops/sampling/*.hpp
///
///   logits : [tokens that may be chosen]
///   uses   : [at least as many], empty where nothing is penalised; 0 for a token that has not been there,
///            else 1 + how often it was chosen. Where anything is penalised, the chosen token's is brought up to date.
///   chosen : [1], the id; −1 where a score is NaN or +∞, and where all are −∞: then `uses` stays as it is
///   u      : 0 ≤ u < 1, evenly random. At temperature 0 it does not matter, and the largest score wins.
///
/// Nothing is allocated, for `memory` is made once, with the same options; seed and choose_below are not looked at.
/// The same numbers give the same token on every backend, but for the rounding of weights: where p or u falls
/// onto the border between two tokens to some ten digits, one backend may take the one and another the other.
namespace qwen3vl {

template <class B> struct ChooseKernel {  // specialised once per backend: cpu/choose.hpp, cuda/choose.cuh
  static_assert(has_kernel<B>,
                "choose has no kernel for this backend: include <qwen3vl/cpu/choose.hpp> or "
                "<qwen3vl/cuda/choose.cuh>");
  struct Memory {
    Memory(auto&&...) {}
  };
  static void run(auto&&...) {}
};

/// What a backend keeps for its choices: Memory(on, options, vocab_size).
template <Backend B> using ChoiceMemory = typename ChooseKernel<KernelsOf<B>>::Memory;

template <Backend B>
void choose(B& on, ChoiceMemory<B>& memory, In<B, float, 1> logits, const SamplingOptions& options, double u,
            Out<B, int, 1> uses, Out<B, int, 1> chosen) {
  expect(logits.shape[0] >= 1 && logits.shape[0] < (std::int64_t{1} << 31), "choose",
         "there are no logits, or too many");
  expect(!options.penalises() || uses.shape[0] >= logits.shape[0], "choose",
         "penalties want to know the uses of every token");
  expect(u >= 0 && u < 1, "choose", "u is not in [0, 1)");
  expect_shape("choose", "chosen", chosen, {1});
  expect_dense_rows("choose", "logits", logits);
  expect_dense_rows("choose", "uses", uses);
  ChooseKernel<KernelsOf<B>>::run(on, memory, logits, options, u, uses, chosen);
}

}  // namespace qwen3vl
