/// A variant is a recipe with one line changed. Here: a decoder without rotation ("NoPE"), one with
/// another feed-forward block, one that sees the last 16 tokens alone. No library file is edited, nothing
/// is registered.
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/model/sizes.hpp>
#include <qwen3vl/nn/mlp.hpp>
#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/text/text_model.hpp>

using namespace qwen3vl;

/// A RoPE of our own: no rotation at all, to see what positions contribute.
struct NoRotation {
  int head_dim;
  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position, int) const { return 0; }
};
struct WithoutPositions : Qwen3 {
  using RoPE = NoRotation;
};

/// A mask of our own: the 16 tokens up to the query.
struct LastSixteen {
  QWEN3VL_HD KeyRange visible(Segment segment, int query) const {
    const KeyRange causal = CausalMask{}.visible(segment, query);
    return {causal.end - 16 > causal.begin ? causal.end - 16 : causal.begin, causal.end};
  }
};
struct WithSlidingWindow : Qwen3 {
  using Mask = LastSixteen;
};

/// A feed-forward block of our own: squared ReLU (So et al. 2021), from the parts of the library.
struct SquaredReLU {
  QWEN3VL_HD float operator()(float x) const { return x > 0 ? x * x : 0.0f; }
};
template <Backend B, Element T> struct SquaredReLUMLP {
  qwen3vl::MLP<B, T, SquaredReLU> block;
  static void weights(auto& self, int hidden, int intermediate, bool, auto&& visit) {
    qwen3vl::MLP<B, T, SquaredReLU>::weights(self.block, hidden, intermediate, hidden, visit);
  }
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    block.forward(on, workspace, x, out);
  }
};
struct WithSquaredReLU : Qwen3 {
  template <Backend B, Element T> using MLP = SquaredReLUMLP<B, T>;
};

/// Two layers with random weights read forty tokens; the length of the last token's vector tells variants apart.
template <class Recipe> void try_out(const char* name) {
  TextConfig config;
  config.hidden_size = 64, config.intermediate_size = 160, config.head_dim = 32, config.vocab_size = 100;
  config.num_hidden_layers = 2, config.num_attention_heads = 4, config.num_key_value_heads = 2;
  config.mrope_section = {6, 5, 5};

  Cpu cpu;
  TextModel<Cpu, float, Recipe> model(config);
  std::vector<std::vector<float>> memory;
  std::mt19937 random(1);
  TextModel<Cpu, float, Recipe>::weights(model, config, [&](std::string_view, auto& view, Shape shape) {
    memory.emplace_back(std::size_t(shape.size()));
    for (float& weight : memory.back())
      weight = shape.rank == 1 ? 1.0f : float(random() % 2001) / 5000 - 0.2f;
    set_shape(view, shape, static_cast<const float*>(memory.back().data()));
  });

  constexpr int tokens = 40;
  std::vector<int> ids(tokens);
  std::vector<Position> positions(tokens);
  for (int t = 0; t < tokens; ++t) ids[std::size_t(t)] = t * 37 % 100, positions[std::size_t(t)] = {t, t, t};
  const Segment all{0, tokens, 0, tokens};
  Step<Cpu> step;
  step.ids = {ids.data(), {tokens}};
  step.positions = {positions.data(), {tokens}};
  step.segments = {&all, {1}};
  KVCache<Cpu, float> cache(cpu, config.num_hidden_layers, config.num_key_value_heads, config.head_dim, 1,
                            tokens);
  Workspace<Cpu> workspace(cpu, 1 << 20);
  auto x = workspace.template take<float>({tokens, config.hidden_size});
  model.embed(cpu, step, x);
  model.forward(cpu, workspace, step, {}, cache, x);

  double sum = 0;
  for (int c = 0; c < config.hidden_size; ++c) sum += x(tokens - 1, c) * (c % 2 ? -1.0 : 1.0);
  std::printf("%-32s %10.6f\n", name, sum);
}

int main() {
  try_out<Qwen3>("Qwen3, as released");
  try_out<WithoutPositions>("without rotation");
  try_out<WithSlidingWindow>("seeing sixteen tokens");
  try_out<WithSquaredReLU>("with a squared ReLU");
}
