#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/model/plan.hpp>

#include "memory.hpp"

namespace program {

/// A picture is decoded by one library and kept by us: twice in memory for a moment, once for good.
inline void add_picture(qwen3vl::MemoryPlan& plan, std::int64_t height, std::int64_t width) {
  const std::size_t bytes = std::size_t(3) * std::size_t(height) * std::size_t(width);
  plan.pictures += bytes;
  plan.decoding = std::max(plan.decoding, bytes);
}

/// A clip's decoder stays open as long as the conversation lasts: its code and tables, some twenty frames
/// to refer to, and one in RGB.
inline void add_clip(qwen3vl::MemoryPlan& plan, std::int64_t height, std::int64_t width) {
  const std::size_t frame = std::size_t(height) * std::size_t(width);
  plan.pictures += (std::size_t{8} << 20) + 20 * frame * 3 / 2 + 3 * frame;
}

/// Throws, with the number and a remedy, when a plan does not fit into the memory there is. What the
/// process has already counts on both sides.
inline void expect_to_fit(const qwen3vl::MemoryPlan& plan, std::int64_t context) {
  const std::size_t available = available_memory(), have = resident_memory();
  const std::size_t more = plan.peak() > have ? plan.peak() - have : 0;
  if (more <= available) return;
  const std::size_t flexible = plan.peak() - plan.weights;
  std::string remedy;
  if (plan.weights > available)
    remedy = "a smaller model, or a machine with " + bytes_text(plan.peak() * 21 / 20) + " to spare";
  else if (plan.kv_cache * 2 > flexible)
    remedy = "a shorter context: " + std::to_string(context) + " tokens take " + bytes_text(plan.kv_cache) +
             "; see --context and --max-new-tokens";
  else
    remedy = "smaller or fewer pictures: see --max-pixels and --fps";
  throw qwen3vl::Error(
      "memory",
      "this needs " + bytes_text(plan.peak()) + ", of which " + bytes_text(available + have) + " are there",
      remedy + "; `qwen3vl plan` shows what takes how much");
}

}  // namespace program
