#pragma once

#include <cstdint>

#include <qwen3vl/core/backend.hpp>

namespace qwen3vl {

/// Work that comes again with other numbers in the same places: the next token's pass. A backend that can put
/// such work on record specialises this (cuda/replay.cuh); for the others, every pass is a call.
///
///   replay(on, key, [&] { model.forward(…); });
///
/// What has the same key reads and writes the same memory, in the same shapes, each time.
template <class B> class Replay {
 public:
  template <class Pass> void operator()(B&, std::int64_t, Pass pass) { pass(); }
};

}  // namespace qwen3vl
