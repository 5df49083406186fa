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

/// What helps when a plan needs more than is available.
inline std::string remedy(const qwen3vl::MemoryPlan& plan, std::size_t needed, std::size_t available,
                          std::int64_t context) {
  if (plan.weights > available)
    return "a smaller model, or a machine with " + bytes_text(needed * 21 / 20) + " to spare";
  if (plan.kv_cache * 2 > needed - plan.weights)
    return "a shorter context: " + std::to_string(context) + " tokens take " + bytes_text(plan.kv_cache) +
           "; see --context and --max-new-tokens";
  return "smaller or fewer pictures: see --max-pixels and --fps";
}

/// Throws, with the number and a remedy, when a plan does not fit into the memory there is. What the
/// process has already counts on both sides.
inline void expect_to_fit(const qwen3vl::MemoryPlan& plan, std::int64_t context) {
  const std::size_t available = available_memory(), have = resident_memory();
  const std::size_t more = plan.peak() > have ? plan.peak() - have : 0;
  if (more <= available) return;
  throw qwen3vl::Error(
      "memory",
      "this needs " + bytes_text(plan.peak()) + ", of which " + bytes_text(available + have) + " are there",
      remedy(plan, plan.peak(), available, context) + "; `qwen3vl plan` shows what takes how much");
}

/// With the model on a device: what its memory holds at once, and what is left to the host's.
inline std::size_t device_bytes(const qwen3vl::MemoryPlan& plan) {
  return plan.weights + plan.kv_cache + plan.decoder + plan.features + plan.tower;
}
inline qwen3vl::MemoryPlan host_part(qwen3vl::MemoryPlan plan) {
  plan.weights = plan.kv_cache = plan.decoder = plan.features = plan.tower = 0;
  return plan;
}

/// The same as expect_to_fit() for the device's memory, of which `available` bytes are there for us.
inline void expect_device_to_fit(const qwen3vl::MemoryPlan& plan, std::size_t needed, std::size_t available,
                                 std::int64_t context) {
  if (needed <= available) return;
  throw qwen3vl::Error(
      "device memory",
      "this needs " + bytes_text(needed) + ", of which " + bytes_text(available) + " are there",
      remedy(plan, needed, available, context) + "; `qwen3vl plan --backend cuda` shows what takes how much");
}

}  // namespace program
