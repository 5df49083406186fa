#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/threads.hpp>

namespace program {

/// What `bench` was asked for. Lists that are empty mean the backend's own defaults.
struct BenchOptions {
  std::string shape, model, dtype = "auto", backend = "cpu", image_size = "1024x1024", image, json;
  std::vector<std::string> rows{"tower", "prefill", "decode", "first-token"};
  std::vector<std::int64_t> prefill, context;
  std::int64_t chunk = 0;
  int repeat = 5;
  int threads = qwen3vl::Threads::default_count();

  bool wants(const std::string& row) const { return std::find(rows.begin(), rows.end(), row) != rows.end(); }
};

/// True: all was measured; false: Ctrl-C came before.
bool bench_on_cpu(const BenchOptions& options);
/// A build with nvcc has it in bench_on_cuda.cu; another one in bench_without_cuda.cpp, which throws.
bool bench_on_cuda(const BenchOptions& options);

/// The lists that were not given, and the chunk.
inline BenchOptions with_defaults(BenchOptions options, std::vector<std::int64_t> prefill,
                                  std::vector<std::int64_t> context, std::int64_t chunk) {
  if (options.prefill.empty()) options.prefill = std::move(prefill);
  if (options.context.empty()) options.context = std::move(context);
  if (options.chunk == 0) options.chunk = chunk;
  return options;
}

}  // namespace program
