#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/model/plan.hpp>

#include "budget.hpp"
#include "memory.hpp"

/// Is there memory for what `bench` was asked for? Said before anything is allocated.
namespace program {

/// What a backend's memory can hold, and what it is called in a message.
struct Room {
  const char* where;          // "memory", "device memory"
  std::size_t available = 0;  // bytes that were free when the program started
  std::size_t taken = 0;      // by the program itself: kernels' scratch
  bool device = false;        // pixels and pictures are then elsewhere
};

/// Bytes that a plan takes there at once.
inline std::size_t bytes_in(const Room& room, const qwen3vl::MemoryPlan& plan) {
  return room.taken + (room.device ? device_bytes(plan) : plan.peak());
}

/// Throws where the weights alone are too large.
inline void expect_weights_to_fit(const Room& room, const std::string& shape, const std::string& dtype,
                                  std::size_t weights) {
  if (room.taken + weights <= room.available) return;
  throw qwen3vl::Error(room.where,
                       "the weights of " + shape + " in " + dtype + " take " + bytes_text(weights) +
                           ", of which " + bytes_text(room.available) + " are there",
                       dtype == "f32" ? "--dtype bf16, a smaller --shape, or a larger machine"
                                      : "a smaller --shape, or a larger machine");
}

/// Why a row has no room, or "". `what` is to be made smaller: "--context 32768".
inline std::string no_room(const Room& room, const qwen3vl::MemoryPlan& plan, const std::string& what) {
  const std::size_t needed = bytes_in(room, plan);
  if (needed <= room.available) return "";
  return "needs " + bytes_text(needed) + " of " + room.where + ", of which " + bytes_text(room.available) +
         " are there: a smaller " + what;
}

}  // namespace program
