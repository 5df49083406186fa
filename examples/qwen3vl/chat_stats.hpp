#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <qwen3vl/generate/chat.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/output_file.hpp>

#include "memory.hpp"

namespace program {

using Clock = std::chrono::steady_clock;

inline double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// One turn: tokens, and where the time went.
struct TurnStats {
  std::int64_t prompt_tokens = 0, reused_tokens = 0, visual_tokens = 0, new_tokens = 0;
  double preprocess = 0, vision = 0, prefill = 0, first_token = 0, decode = 0;  // milliseconds
  std::string stop;

  qwen3vl::OrderedJson json() const {
    qwen3vl::OrderedJson out;
    out["tokens"] = {
        {"prompt", prompt_tokens}, {"reused", reused_tokens}, {"visual", visual_tokens}, {"new", new_tokens}};
    out["milliseconds"] = {
        {"preprocess", preprocess},
        {"vision", vision},
        {"prefill", prefill},
        {"first_token", first_token},
        {"per_token", new_tokens > 1 ? decode / static_cast<double>(new_tokens - 1) : 0.0}};
    out["stop"] = stop;
    return out;
  }
};

/// Adds the time since the last call to the stage that was running.
class StageTimer {
 public:
  explicit StageTimer(TurnStats& turn) : turn_(turn), last_(Clock::now()), running_(&turn.preprocess) {}
  void operator()(qwen3vl::Stage next) {
    *running_ += milliseconds_since(last_);
    last_ = Clock::now();
    running_ = next == qwen3vl::Stage::preprocess ? &turn_.preprocess
               : next == qwen3vl::Stage::vision   ? &turn_.vision
               : next == qwen3vl::Stage::prefill  ? &turn_.prefill
                                                  : &turn_.decode;
  }

 private:
  TurnStats& turn_;
  Clock::time_point last_;
  double* running_;
};

struct ChatStats {
  std::string model, dtype;
  int threads = 0;
  double load = 0;  // milliseconds
  std::size_t planned_bytes = 0;
  std::vector<TurnStats> turns;

  void write(const std::string& path) const {
    qwen3vl::OrderedJson out;
    out["model"] = model;
    out["dtype"] = dtype;
    out["threads"] = threads;
    out["load_milliseconds"] = load;
    out["planned_memory_bytes"] = planned_bytes;
    out["peak_memory_bytes"] = peak_memory();
    out["turns"] = qwen3vl::OrderedJson::array();
    for (const TurnStats& turn : turns) out["turns"].push_back(turn.json());
    qwen3vl::write_file(path, qwen3vl::to_text(out, path) + "\n");
  }
};

}  // namespace program
