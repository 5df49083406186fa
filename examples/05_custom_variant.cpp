/// A variant is a recipe with one line changed. Here: a decoder without rotation ("NoPE"), one that sees the last 16
/// tokens alone, one with another activation, one whose feed-forward weights are of eight bits; a tower that sums what
/// DeepStack keeps apart. No library file is edited, nothing is registered.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string_view>
#include <type_traits>
#include <vector>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/model/sizes.hpp>
#include <qwen3vl/nn/mlp.hpp>
#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/text/text_model.hpp>
#include <qwen3vl/vision/vision_tower.hpp>

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

/// A weight format of our own: eight bits a weight and a scale a row. load() takes both as the file has them.
template <Backend B, Element T> struct EightBitLinear {
  View<const std::int8_t, 2, typename B::Space> weight;  // [out, in]
  View<const float, 1, typename B::Space> weight_scale;  // [out]

  static void weights(auto& self, int in, int out, bool, auto&& visit) {
    visit("weight", self.weight, Shape{out, in});
    visit("weight_scale", self.weight_scale, Shape{out});
  }
  std::int64_t out() const { return weight.shape[0]; }
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    auto spread = workspace.template take<T>({weight.shape[0], weight.shape[1]});
    if constexpr (std::is_same_v<typename B::Space, Host>)  // a dry run has no numbers
      for (std::int64_t o = 0; o < weight.shape[0]; ++o)
        for (std::int64_t i = 0; i < weight.shape[1]; ++i)
          spread(o, i) = T(float(weight(o, i)) * weight_scale(o));
    linear(on, x, In<B, T, 2>(spread), {}, out);
  }
};
template <Backend B, Element T> struct EightBitSwiGLU {
  EightBitLinear<B, T> gate_proj, up_proj, down_proj;
  static void weights(auto& self, int hidden, int intermediate, bool, auto&& visit) {
    EightBitLinear<B, T>::weights(self.gate_proj, hidden, intermediate, false, under(visit, "gate_proj"));
    EightBitLinear<B, T>::weights(self.up_proj, hidden, intermediate, false, under(visit, "up_proj"));
    EightBitLinear<B, T>::weights(self.down_proj, intermediate, hidden, false, under(visit, "down_proj"));
  }
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    auto gate = workspace.template take<T>({x.shape[0], gate_proj.out()});
    auto up = workspace.template take<T>({x.shape[0], up_proj.out()});
    gate_proj.forward(on, workspace, x, gate);
    up_proj.forward(on, workspace, x, up);
    activate_multiply(on, SiLU{}, gate, up, gate);
    down_proj.forward(on, workspace, gate, out);
  }
};
struct WithEightBits : Qwen3 {
  template <Backend B, Element T> using MLP = EightBitSwiGLU<B, T>;
};

/// A tower whose tapped levels are gated and summed (an article's idea) instead of going to the decoder one by one.
struct WithGatedLevels : Qwen3Vision {
  template <Backend B, Element T, class Recipe> using Fusion = GatedLevels<B, T, Recipe>;
};

/// Random weights for a model, in whatever format its blocks have them.
struct RandomNumbers {
  std::vector<std::vector<float>> floats;
  std::vector<std::vector<std::int8_t>> bytes;
  std::mt19937 random{1};

  void operator()(std::string_view name, auto& view, Shape shape) {
    const auto size = std::size_t(shape.size());
    if constexpr (std::is_same_v<WeightElement<decltype(view)>, std::int8_t>) {
      bytes.emplace_back(size);
      for (std::int8_t& weight : bytes.back()) weight = static_cast<std::int8_t>(int(random() % 255) - 127);
      set_shape(view, shape, static_cast<const std::int8_t*>(bytes.back().data()));
    } else {
      floats.emplace_back(size);
      const bool scale = name.ends_with("weight_scale");
      for (float& weight : floats.back())
        weight = scale ? 0.2f / 127 : shape.rank == 1 ? 1.0f : float(random() % 2001) / 5000 - 0.2f;
      set_shape(view, shape, static_cast<const float*>(floats.back().data()));
    }
  }
};

/// Two layers with random weights read forty tokens; a sum over the last token's vector tells variants apart.
template <class Recipe> void try_out(const char* name) {
  TextConfig config;
  config.hidden_size = 64, config.intermediate_size = 160, config.head_dim = 32, config.vocab_size = 100;
  config.num_hidden_layers = 2, config.num_attention_heads = 4, config.num_key_value_heads = 2;
  config.mrope_section = {6, 5, 5};

  Cpu cpu;
  TextModel<Cpu, float, Recipe> model(config);
  RandomNumbers numbers;
  TextModel<Cpu, float, Recipe>::weights(model, config, numbers);

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

/// A small tower looks at four tokens' worth of patches.
template <class Recipe> void look(const char* name) {
  VisionConfig config;
  config.hidden_size = 64, config.intermediate_size = 96, config.num_heads = 4, config.depth = 3;
  config.out_hidden_size = 48, config.num_position_embeddings = 16, config.deepstack_visual_indexes = {0, 1};

  Cpu cpu;
  VisionTower<Cpu, float, Recipe> tower(config);
  RandomNumbers numbers;
  VisionTower<Cpu, float, Recipe>::weights(tower, config, numbers);

  const Grid grid{1, 4, 4};
  Workspace<Cpu> workspace(cpu, 1 << 20);
  auto pixels = workspace.template take<float>({16, config.patch_elements()});
  for (int p = 0; p < 16; ++p)
    for (int i = 0; i < config.patch_elements(); ++i) pixels(p, i) = float((p * 37 + i) % 11) / 5 - 1;
  VisualFeatures<Cpu, float> seen{workspace.template take<float>({4, 48}),
                                  workspace.template take<float>({2, 4, 48})};
  tower.forward(cpu, workspace, pixels, {&grid, {1}}, seen);

  double sum = 0;
  for (int c = 0; c < 48; ++c) sum += seen.merged(3, c) * (c % 2 ? -1.0 : 1.0);
  std::printf("%-32s %10.6f\n", name, sum);
}

int main() {
  try_out<Qwen3>("Qwen3, as released");
  try_out<WithoutPositions>("without rotation");
  try_out<WithSlidingWindow>("seeing sixteen tokens");
  try_out<WithSquaredReLU>("with a squared ReLU");
  try_out<WithEightBits>("with weights of eight bits");
  look<Qwen3Vision>("a tower, as released");
  look<WithGatedLevels>("with its levels gated");
}
