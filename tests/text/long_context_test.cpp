/// A decoding step behind 299,999 tokens, against double precision.
#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/nn/attention.hpp>
#include <qwen3vl/text/recipes.hpp>
#include <qwen3vl/text/text_config.hpp>

using namespace qwen3vl;

namespace {

/// Numbers evenly spread within ±size, from a fixed generator.
std::vector<float> numbers(std::size_t n, std::uint64_t seed, double size) {
  std::vector<float> values(n);
  for (float& value : values) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<float>(((seed >> 40) / double(1 << 23) - 1) * size);
  }
  return values;
}

constexpr std::int64_t tokens = 300'000, hidden = 48, heads = 4, kv_heads = 2, d = 32;

std::vector<double> product(const std::vector<float>& weight, const std::vector<double>& x) {
  std::vector<double> y(weight.size() / x.size(), 0);
  for (std::size_t o = 0; o < y.size(); ++o)
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += double(weight[o * x.size() + i]) * x[i];
  return y;
}

}  // namespace

TEST_CASE("a step of attention at position 299,999, YaRN included, is right to 1e-4") {
  TextConfig config;
  config.hidden_size = hidden, config.num_attention_heads = heads, config.num_key_value_heads = kv_heads;
  config.head_dim = d, config.mrope_section = {6, 5, 5};
  config.rope_scaling.type = RopeScaling::Type::yarn, config.rope_scaling.factor = 3;
  config.rope_scaling.attention_factor = 1.1098612288668110;

  const std::vector<float> q = numbers(heads * d * hidden, 1, 0.3),
                           k = numbers(kv_heads * d * hidden, 2, 0.3),
                           v = numbers(kv_heads * d * hidden, 3, 0.3),
                           o = numbers(hidden * heads * d, 4, 0.2), ones(d, 1.0f), x = numbers(hidden, 5, 2);
  std::vector<float> keys = numbers(tokens * kv_heads * d, 6, 2),
                     values = numbers(tokens * kv_heads * d, 7, 1), out(hidden);
  Attention<Cpu, float, Qwen3> attention;
  attention.configure(config);
  attention.q_proj.weight = {q.data(), {heads * d, hidden}},
  attention.k_proj.weight = {k.data(), {kv_heads * d, hidden}};
  attention.v_proj.weight = {v.data(), {kv_heads * d, hidden}},
  attention.o_proj.weight = {o.data(), {hidden, heads * d}};
  attention.q_norm.weight = attention.k_norm.weight = {ones.data(), {d}};

  Cpu cpu(2);
  Workspace<Cpu> workspace(cpu, 1 << 20);
  const auto rope = make_rope<Qwen3::RoPE>(config);
  const Position at{tokens - 1, tokens - 1, tokens - 1};
  std::vector<float> cosine(d / 2), sine(d / 2);
  rope_table(cpu, rope, View<const Position, 1>(&at, {1}), View<float, 2>(cosine.data(), {1, d / 2}),
             View<float, 2>(sine.data(), {1, d / 2}));
  const Segment segment{0, 1, 0, int(tokens)};
  attention.forward(
      cpu, workspace, View<const float, 2>(x.data(), {1, hidden}),
      View<const float, 2>(cosine.data(), {1, d / 2}), View<const float, 2>(sine.data(), {1, d / 2}),
      View<const Segment, 1>(&segment, {1}), View<float, 3>(keys.data(), {tokens, kv_heads, d}),
      View<float, 3>(values.data(), {tokens, kv_heads, d}), View<float, 2>(out.data(), {1, hidden}));

  // The same in double. Angles are the float ones, as everywhere: a position is worth no more digits.
  const std::vector<double> input(x.begin(), x.end());
  const auto turned = [&](std::vector<double> head) {
    double squares = 0;
    for (const double e : head) squares += e * e;
    for (double& e : head) e /= std::sqrt(squares / d + 1e-6);
    std::vector<double> result(d);
    for (int i = 0; i < d / 2; ++i) {
      const double angle = rope.angle(at, i), scaling = rope.scaling();
      const double c = std::cos(angle) * scaling, s = std::sin(angle) * scaling;
      result[i] = head[i] * c - head[i + d / 2] * s, result[i + d / 2] = head[i + d / 2] * c + head[i] * s;
    }
    return result;
  };
  const std::vector<double> all_q = product(q, input), all_k = product(k, input), all_v = product(v, input);
  std::vector<double> mixed(heads * d, 0);
  for (int h = 0; h < heads; ++h) {
    const int g = h / (heads / kv_heads);
    const auto query = turned({all_q.begin() + h * d, all_q.begin() + (h + 1) * d});
    const auto own = turned({all_k.begin() + g * d, all_k.begin() + (g + 1) * d});
    double total = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
      const bool last = t == tokens - 1;
      double dot = 0;
      for (int c = 0; c < d; ++c) dot += query[c] * (last ? own[c] : keys[(t * kv_heads + g) * d + c]);
      const double p = std::exp(dot / std::sqrt(double(d)));
      total += p;
      for (int c = 0; c < d; ++c)
        mixed[h * d + c] += p * (last ? all_v[g * d + c] : values[(t * kv_heads + g) * d + c]);
    }
    for (int c = 0; c < d; ++c) mixed[h * d + c] /= total;
  }
  const std::vector<double> expected = product(o, mixed);
  double difference = 0, norm = 0;
  for (int c = 0; c < hidden; ++c)
    difference += std::pow(out[c] - expected[c], 2), norm += expected[c] * expected[c];
  MESSAGE("relative error ", std::sqrt(difference / norm));
  CHECK(std::sqrt(difference / norm) <= 1e-4);
}
