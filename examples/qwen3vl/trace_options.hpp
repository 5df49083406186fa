#pragma once

#include <cstdint>
#include <string>

#include <qwen3vl/core/threads.hpp>

namespace program {

struct TraceOptions {
  std::string model, inputs, output, dtype = "f32", dialect = "released", backend = "cpu";
  std::int64_t generate = 0, chunk = 0;
  int threads = qwen3vl::Threads::default_count();
};

}  // namespace program
