#include <qwen3vl/nn/moe.hpp>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

struct Sizes {
  int hidden_size = 33, num_experts = 5, num_experts_per_tok = 2, moe_intermediate_size = 24;
};

/// The weights of a MoE, the experts' as matrices, too.
template <class T> struct Fixture {
  CpuBench<T> bench;
  MoE<Cpu, T> moe;
  Numbers<2> gate;
  Numbers<3> gate_up, down;

  Fixture() {
    moe.configure(Sizes{});
    gate = rounded<T>(random({5, 33}, 1)), gate_up = rounded<T>(random({5, 48, 33}, 2, 0.3)),
    down = rounded<T>(random({5, 33, 24}, 3, 0.3));
    moe.gate.weight = bench.copy(gate), moe.gate_up_proj = bench.copy(gate_up),
    moe.down_proj = bench.copy(down);
  }
  static Numbers<2> part(const Numbers<3>& x, std::int64_t e, std::int64_t begin, std::int64_t rows) {
    Numbers<2> matrix({rows, x.shape[2]}, 0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < x.shape[2]; ++c) matrix(r, c) = x(e, begin + r, c);
    return matrix;
  }
  Numbers<2> expert(const Numbers<2>& x, std::int64_t e) const {
    const auto inner = reference::gated(rounded<T>(reference::linear(x, part(gate_up, e, 0, 24))),
                                        rounded<T>(reference::linear(x, part(gate_up, e, 24, 24))),
                                        reference::silu, round_to<T>);
    return rounded<T>(reference::linear(rounded<T>(inner), part(down, e, 0, 33)));
  }
  Numbers<2> expected(const Numbers<2>& x) const {
    const auto scores = rounded<T>(reference::linear(x, gate));
    Numbers<2> out({x.shape[0], 33}, 0);
    for (std::int64_t t = 0; t < x.shape[0]; ++t) {
      std::vector<int> order{0, 1, 2, 3, 4};
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return scores(t, a) > scores(t, b); });
      const double p = std::exp(scores(t, order[0])), q = std::exp(scores(t, order[1]));
      for (int j = 0; j < 2; ++j) {
        const auto y = expert(x.rows(t, 1), order[j]);
        for (std::int64_t c = 0; c < 33; ++c) out(t, c) += round_to<T>((j ? q : p) / (p + q)) * y(0, c);
      }
    }
    return out;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("MoE agrees with its equation", T, float, bf16) {
  Fixture<T> fixture;
  for (const std::int64_t tokens : {0, 1, 7, 20}) {
    const auto x = rounded<T>(random({tokens, 33}, 9, 2));
    auto out = fixture.bench.empty({tokens, 33});
    Workspace<Cpu> workspace(fixture.bench.on, 1 << 20);
    fixture.moe.forward(fixture.bench.on, workspace, fixture.bench.copy(x), out);
    CHECK(relative_error(fixture.bench.read(out), fixture.expected(x)) <= block_error<T>(6, 2, 33));
  }
}

TEST_CASE("MoE: a token's answer does not depend on its neighbours") {
  Fixture<float> fixture;
  const auto x = random({9, 33}, 9, 2);
  Workspace<Cpu> workspace(fixture.bench.on, 1 << 20);
  auto all = fixture.bench.empty({9, 33}), one = fixture.bench.empty({1, 33});
  fixture.moe.forward(fixture.bench.on, workspace, fixture.bench.copy(x), all);
  for (std::int64_t t = 0; t < 9; ++t) {
    fixture.moe.forward(fixture.bench.on, workspace, fixture.bench.copy(x.rows(t, 1)), one);
    CHECK(relative_error(fixture.bench.read(one), fixture.bench.read(all).rows(t, 1)) <=
          2 * block_error<float>(6, 2, 33));  // each that far from the truth
  }
}

TEST_CASE("MoE: the weights have the checkpoint's names") {
  CpuBench<float> bench;
  MoE<Cpu, float> moe;
  std::vector<std::string> names;
  MoE<Cpu, float>::weights(moe, Sizes{}, [&](std::string_view name, auto&, Shape shape) {
    names.push_back(std::string(name) + to_string(shape));
  });
  CHECK(names == std::vector<std::string>{"gate.weight[5, 33]", "experts.gate_up_proj[5, 48, 33]",
                                          "experts.down_proj[5, 33, 24]"});
}

TEST_CASE_TEMPLATE("MoE: memory", T, float, bf16) {
  for (const std::int64_t tokens : {1, 8, 300})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      MoE<B, T> moe;
      moe.configure(Sizes{});
      moe.gate.weight = bench.full({5, 256}, 0.01), moe.gate_up_proj = bench.full({5, 200, 256}, 0.01),
      moe.down_proj = bench.full({5, 256, 100}, 0.01);
      auto x = bench.full({tokens, 256}, 1);
      auto out = bench.empty({tokens, 256});
      return [=, &bench](Workspace<B>& workspace) { moe.forward(bench.on, workspace, x, out); };
    });
}
