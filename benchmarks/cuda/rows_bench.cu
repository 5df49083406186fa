#include <qwen3vl/cuda/rows.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

/// Rows far apart, as the words of a text are in the vocabulary.
std::vector<int> scattered(std::int64_t count, std::int64_t rows) {
  std::vector<int> list;
  for (std::int64_t i = 0; i < count; ++i) list.push_back(static_cast<int>((i * 7919 + 13) % rows));
  return list;
}

}  // namespace

const bench::DeviceCase embed_cuda{
    "embed",  // of 8B
    {"tokens", "vocab", "channels"},
    {{1, 151936, 4096}, {4096, 151936, 4096}},
    [](bench::DeviceRun& run) {
      const auto table = run.tensors<bf16>({run["vocab"], run["channels"]}),
                 out = run.tensors<bf16>({run["tokens"], run["channels"]});
      const auto ids = run.list(scattered(run["tokens"], run["vocab"]));
      run.bytes(2 * out.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { embed(run.on, table[i], ids, out[i]); });
    }};

const bench::DeviceCase replace_rows_cuda{
    "replace_rows",  // a picture of 1024 tokens in a prompt of 4096
    {"tokens", "visual", "channels"},
    {{4096, 1024, 4096}},
    [](bench::DeviceRun& run) {
      const auto features = run.tensors<bf16>({run["visual"], run["channels"]}),
                 x = run.tensors<bf16>({run["tokens"], run["channels"]});
      std::vector<int> rows(static_cast<std::size_t>(run["tokens"]), -1);
      for (int v = 0; v < run["visual"]; ++v) rows[static_cast<std::size_t>(v + 15)] = v;
      const auto visual = run.list(rows);
      run.bytes(2 * features.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { replace_rows(run.on, features[i], visual, x[i]); });
    }};

const bench::DeviceCase append_cuda{
    "append",  // keys of 8B, in the last place there is
    {"tokens", "kv_heads", "head_dim", "context"},
    {{1, 8, 128, 32768}, {4096, 8, 128, 32768}},
    [](bench::DeviceRun& run) {
      const auto x = run.tensors<bf16>({run["tokens"], run["kv_heads"], run["head_dim"]});
      const auto cache = run.cache<bf16>(run["context"], run["kv_heads"], run["head_dim"]);
      const auto segments = run.list(
          std::vector<Segment>{{0, static_cast<int>(run["tokens"]), 0, static_cast<int>(run["context"]), 0}});
      run.bytes(2 * x.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { append(run.on, segments, x[i], cache[i]); });
    }};

const bench::DeviceCase convert_cuda{
    "convert, logits to float", {"rows", "vocab"}, {{1, 151936}}, [](bench::DeviceRun& run) {
      const auto x = run.tensors<bf16>({run["rows"], run["vocab"]});
      const auto out = run.tensors<float>({run["rows"], run["vocab"]});
      run.bytes(x.bytes() + out.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { convert<Cuda, bf16, float>(run.on, x[i], out[i]); });
    }};
