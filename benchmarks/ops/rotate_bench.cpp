#include <qwen3vl/cpu/rope.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>

#include "../support/bench.hpp"

using namespace qwen3vl;

namespace {

template <class C> void rotate_case(bench::Run& run) {
  Cpu cpu(run["threads"]);
  auto x = run.tensor<bf16>(cpu, {run["tokens"], run["heads"], run["head_dim"]});
  auto cosine = run.tensor<C>(cpu, {run["tokens"], run["head_dim"] / 2}),
       sine = run.tensor<C>(cpu, {run["tokens"], run["head_dim"] / 2});
  for (std::int64_t i = 0; i < cosine.size(); ++i)  // no turn: numbers keep their size however often
    cosine.data[i] = C(1.0f), sine.data[i] = C(0.0f);
  run.bytes(2 * bench::bytes(x) + 2 * bench::bytes(cosine), bench::Ceiling::copy);
  run.measure(cpu, [&] { rotate(cpu, cosine, sine, x); });
}

}  // namespace

const bench::Case rotate_text_cpu{
    "rotate/cpu/bf16/text",  // q of 2B and of 8B
    bench::rows({"tokens", "heads", "head_dim"}, {{1, 16, 128}, {256, 16, 128}, {2048, 32, 128}}),
    rotate_case<bf16>};
const bench::Case rotate_vision_cpu{
    "rotate/cpu/bf16/vision",  // a table of float, as the towers have
    bench::rows({"tokens", "heads", "head_dim"}, {{784, 16, 64}, {784, 16, 72}}), rotate_case<float>};

const bench::Case rope_table_cpu{
    "rope_table/cpu/bf16", bench::rows({"tokens", "head_dim"}, {{1, 128}, {256, 128}}), [](bench::Run& run) {
      Cpu cpu(run["threads"]);
      std::vector<Position> positions(static_cast<std::size_t>(run["tokens"]));
      for (std::size_t t = 0; t < positions.size(); ++t)
        positions[t] = {static_cast<int>(t), static_cast<int>(t) + 1, static_cast<int>(t) + 2};
      const auto at = run.list(cpu, positions);
      auto cosine = run.tensor<bf16>(cpu, {run["tokens"], run["head_dim"] / 2}),
           sine = run.tensor<bf16>(cpu, {run["tokens"], run["head_dim"] / 2});
      run.bytes(2 * bench::bytes(cosine), bench::Ceiling::copy);
      run.measure(cpu, [&] {
        rope_table(cpu, MRoPEInterleaved{run["head_dim"], 5e6f, 20, 20}, at, cosine, sine);
      });
    }};
