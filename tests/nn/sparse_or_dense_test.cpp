#include <qwen3vl/nn/sparse_or_dense.hpp>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

struct EverywhereSparse {
  int hidden_size = 33, intermediate_size = 40, num_experts = 5, num_experts_per_tok = 2,
      moe_intermediate_size = 24;
};
struct OddSparse : EverywhereSparse {
  bool has_experts(int layer) const { return layer % 2 == 1; }
};

template <class Sizes> std::vector<std::string> names_of(const Sizes& sizes, int layer) {
  SparseOrDense<Cpu, float> mlp;
  mlp.configure(sizes, layer);
  std::vector<std::string> names;
  SparseOrDense<Cpu, float>::weights(mlp, sizes, [&](std::string_view name, auto&, Shape shape) {
    names.push_back(std::string(name) + to_string(shape));
  });
  return names;
}

}  // namespace

TEST_CASE("SparseOrDense: the weights of the one that it is, by layer") {
  const std::vector<std::string> sparse{"gate.weight[5, 33]", "experts.gate_up_proj[5, 48, 33]",
                                        "experts.down_proj[5, 33, 24]"},
      dense{"gate_proj.weight[40, 33]", "up_proj.weight[40, 33]", "down_proj.weight[33, 40]"};
  CHECK(names_of(OddSparse{}, 0) == dense);
  CHECK(names_of(OddSparse{}, 1) == sparse);
  CHECK(names_of(EverywhereSparse{}, 0) == sparse);
}

TEST_CASE_TEMPLATE("SparseOrDense is its SwiGLU, or its MoE", T, float, bf16) {
  CpuBench<T> bench;
  SparseOrDense<Cpu, T> mlp;
  mlp.configure(EverywhereSparse{}, 0);
  mlp.sparse.gate.weight = bench.copy(random({5, 33}, 1));
  mlp.sparse.gate_up_proj = bench.copy(random({5, 48, 33}, 2, 0.3));
  mlp.sparse.down_proj = bench.copy(random({5, 33, 24}, 3, 0.3));
  mlp.dense.gate_proj.weight = bench.copy(random({40, 33}, 4)),
  mlp.dense.up_proj.weight = bench.copy(random({40, 33}, 5));
  mlp.dense.down_proj.weight = bench.copy(random({33, 40}, 6));
  const auto x = bench.copy(random({7, 33}, 9, 2));
  auto out = bench.empty({7, 33}), wanted = bench.empty({7, 33});
  Workspace<Cpu> workspace(bench.on, 1 << 20);
  for (const bool sparse : {true, false}) {
    mlp.has_experts = sparse;
    int gates = 0;
    mlp.forward(bench.on, workspace, x, out,
                [&](std::string_view name, const auto&) { gates += name == "gate"; });
    if (sparse)
      mlp.sparse.forward(bench.on, workspace, x, wanted);
    else
      mlp.dense.forward(bench.on, workspace, x, wanted);
    CHECK(bench.read(out).values == bench.read(wanted).values);
    CHECK(gates == (sparse ? 1 : 0));
  }
}
