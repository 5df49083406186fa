#pragma once

#include <cstdint>
#include <span>

#include <qwen3vl/generate/sampler.hpp>
#include <qwen3vl/ops/sampling/argmax.hpp>

namespace qwen3vl {

/// The most probable token, always: the same answer to the same prompt.
struct Greedy {
  std::int32_t operator()(std::span<const float> logits) const { return argmax(logits); }
};
static_assert(Sampler<Greedy>);

}  // namespace qwen3vl
