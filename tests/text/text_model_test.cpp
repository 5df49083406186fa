#include <qwen3vl/text/text_model.hpp>

#include <memory>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

TextConfig small() {
  TextConfig config;
  config.hidden_size = 40, config.intermediate_size = 70, config.num_hidden_layers = 4;
  config.num_attention_heads = 6, config.num_key_value_heads = 2, config.head_dim = 16;
  config.vocab_size = 50, config.mrope_section = {4, 2, 2};
  return config;
}

/// A prompt: what a step says of each token, and the visual features.
struct Prompt {
  std::vector<int> ids, visual;
  std::vector<Position> positions;
  Numbers<2> merged{{0, 40}};
  Numbers<3> deepstack{{0, 0, 40}};

  static Prompt of(int tokens, bool with_image) {
    Prompt prompt;
    for (int t = 0; t < tokens; ++t) {
      prompt.ids.push_back(t * 7 % 50);
      prompt.positions.push_back({t, t, t});
      prompt.visual.push_back(with_image && t >= 3 && t < 9 ? t - 3 : -1);
    }
    if (with_image) {
      prompt.merged = random({6, 40}, 21);
      prompt.deepstack = random({2, 6, 40}, 22, 0.5);
    }
    return prompt;
  }
};

template <class T, class Recipe = Qwen3> struct Fixture {
  CpuBench<T> bench;
  TextConfig config = small();
  TextModel<Cpu, T, Recipe> model{config};
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 24};
  KVCache<Cpu, T> cache{bench.on, 4, 2, 16, 3, 64};

  Fixture() { TextModel<Cpu, T, Recipe>::weights(model, config, weights); }

  /// Tokens begin … begin + n − 1 of the prompt, which `segments` place; [n, hidden] after the last norm.
  template <class Observer = Unobserved>
  Numbers<2> run(const Prompt& prompt, int begin, int n, const std::vector<Segment>& segments,
                 Observer observe = {}) {
    const auto part = [&](const auto& list) {
      return bench.list(std::vector(list.begin() + begin, list.begin() + begin + n));
    };
    Step<Cpu> step;
    step.ids = part(prompt.ids);
    step.positions = part(prompt.positions);
    step.visual = part(prompt.visual);
    step.segments = bench.list(segments);
    VisualFeatures<Cpu, T> seen;
    seen.merged = bench.copy(prompt.merged);
    seen.deepstack = bench.copy(prompt.deepstack);
    auto x = bench.empty({n, 40});
    model.embed(bench.on, step, x, observe);
    replace_rows(bench.on, seen.merged, step.visual, x);
    model.forward(bench.on, workspace, step, seen, cache, x, observe);
    return bench.read(x);
  }
  Numbers<2> whole(const Prompt& prompt) {
    const int tokens = static_cast<int>(prompt.ids.size());
    return run(prompt, 0, tokens, {{0, tokens, 0, tokens, 0}});
  }
};

/// Few tokens and many are added up in another order: four layers of seven sums and ten roundings.
template <class T> const double near = drift<T>(4 * 10, 4 * 7, 96);

}  // namespace

TEST_CASE_TEMPLATE("TextModel: a prompt in chunks of any size is the prompt in one go", T, float, bf16) {
  for (const bool with_image : {false, true}) {
    Fixture<T> fixture;
    const auto prompt = Prompt::of(30, with_image);
    const auto whole = fixture.whole(prompt);
    for (const int chunk : {1, 4, 7, 29}) {
      CAPTURE(chunk);
      for (int begin = 0; begin < 30; begin += chunk) {
        const int n = std::min(chunk, 30 - begin);
        const auto piece = fixture.run(prompt, begin, n, {{0, n, 0, begin + n, 0}});
        CHECK(relative_error(piece, whole.rows(begin, n)) <= near<T>);
      }
    }
  }
}

TEST_CASE_TEMPLATE("TextModel: a prefix that is in the cache need not be read again", T, float, bf16) {
  Fixture<T> fixture;
  const auto prompt = Prompt::of(30, true);
  const auto whole = fixture.whole(prompt);
  fixture.run(prompt, 0, 30, {{0, 30, 64, 30, 0}});                    // as sequence 1
  const auto rest = fixture.run(prompt, 6, 24, {{0, 24, 64, 30, 0}});  // its first six tokens kept:
  CHECK(relative_error(rest, whole.rows(6, 24)) <= near<T>);           // in the middle of the image
}

TEST_CASE_TEMPLATE("TextModel: sequences of a batch are what they are alone, in any order", T, float, bf16) {
  Fixture<T> fixture;
  const auto prompt = Prompt::of(30, true);
  const auto alone = fixture.run(prompt, 0, 18, {{0, 18, 0, 18, 0}});
  const auto other = fixture.run(prompt, 18, 12, {{0, 12, 0, 12, 0}});
  const auto packed = fixture.run(prompt, 0, 30, {{0, 18, 0, 18, 0}, {18, 12, 64, 12, 0}});
  CHECK(relative_error(packed.rows(0, 18), alone) <= near<T>);
  CHECK(relative_error(packed.rows(18, 12), other) <= near<T>);
  const auto elsewhere = fixture.run(prompt, 0, 30, {{18, 12, 0, 12, 0}, {0, 18, 128, 18, 0}});
  CHECK_SAME(elsewhere, packed);
}

TEST_CASE_TEMPLATE("TextModel: left padding changes nothing", T, float, bf16) {
  Fixture<T> fixture;
  const auto prompt = Prompt::of(20, false);
  const auto alone = fixture.whole(prompt);
  Prompt padded = prompt;
  padded.ids.insert(padded.ids.begin(), 5, 0);
  padded.visual.insert(padded.visual.begin(), 5, -1);
  padded.positions.insert(padded.positions.begin(), 5, Position{1, 1, 1});
  const auto got = fixture.run(padded, 0, 25, {{0, 25, 0, 25, 5}});
  CHECK(relative_error(got.rows(5, 20), alone) <= near<T>);
  for (const double value : got.values) CHECK(std::isfinite(value));
}

TEST_CASE("TextModel: DeepStack's level k is added after layer k, to visual tokens alone") {
  Fixture<float> fixture;
  const auto prompt = Prompt::of(12, true);
  Prompt without = prompt;
  without.deepstack = Numbers<3>({0, 0, 40});
  const auto layers = [&](const Prompt& prompt) {
    std::vector<Numbers<2>> outputs;
    fixture.run(prompt, 0, 12, {{0, 12, 0, 12, 0}}, [&](std::string_view name, const auto& x) {
      if constexpr (std::remove_cvref_t<decltype(x)>::rank == 2)
        if (name.size() == 8 && name.starts_with("layers."))
          outputs.push_back(fixture.bench.read(View<const float, 2>(x)));
    });
    return outputs;
  };
  const auto with = layers(prompt), none = layers(without);
  REQUIRE(with.size() == 4);
  CHECK_SAME(with[0], none[0]);                        // a layer's own output is from before the addition
  CHECK_SAME(with[1].rows(0, 3), none[1].rows(0, 3));  // text before the image sees nothing
  CHECK(relative_error(with[1].rows(3, 6), none[1].rows(3, 6)) > 0.01);  // its tokens do

  // only the level there is: nothing happens after layer 1 unless there is a level 1
  Prompt one_level = prompt;
  one_level.deepstack = prompt.deepstack.rows(0, 1);
  const auto one = layers(one_level);
  CHECK_SAME(one[1], with[1]);
  CHECK(relative_error(one[2].rows(3, 6), with[2].rows(3, 6)) > 0.01);
}

TEST_CASE("TextModel: a prompt of text needs no visual list") {
  Fixture<float> fixture;
  const auto prompt = Prompt::of(9, false);
  Step<Cpu> step;
  step.ids = fixture.bench.list(prompt.ids);
  step.positions = fixture.bench.list(prompt.positions);
  step.segments = fixture.bench.list(std::vector<Segment>{{0, 9, 0, 9, 0}});
  auto x = fixture.bench.empty({9, 40});
  fixture.model.embed(fixture.bench.on, step, x);
  fixture.model.forward(fixture.bench.on, fixture.workspace, step, VisualFeatures<Cpu, float>{},
                        fixture.cache, x);
  CHECK_SAME(fixture.bench.read(x), fixture.whole(prompt));
}

TEST_CASE("TextModel: names of weights and of what an observer sees") {
  Fixture<float> fixture;
  CHECK(fixture.weights.names.size() == 1 + 4 * 11 + 1);
  CHECK(fixture.weights.names.front() == "embed_tokens.weight");
  CHECK(fixture.weights.names[1] == "layers.0.input_layernorm.weight");
  CHECK(fixture.weights.names.back() == "norm.weight");
  std::vector<std::string> seen;
  fixture.run(Prompt::of(3, false), 0, 3, {{0, 3, 0, 3, 0}},
              [&](std::string_view name, const auto&) { seen.emplace_back(name); });
  const std::vector<std::string> first(seen.begin(), seen.begin() + 9);
  CHECK(first == std::vector<std::string>{"embed_tokens", "rotary_emb.cos", "rotary_emb.sin",
                                          "layers.0.input_layernorm", "layers.0.self_attn.q_norm",
                                          "layers.0.self_attn.k_norm", "layers.0.self_attn", "layers.0.mlp",
                                          "layers.0"});
  CHECK(seen.back() == "norm");
  CHECK(seen.size() == 3 + 4 * 6 + 1);
}

TEST_CASE("TextModel refuses what does not fit") {
  Fixture<float> fixture;
  const auto prompt = Prompt::of(9, false);
  CHECK_REFUSES(fixture.run(prompt, 0, 9, {{0, 9, 0, 200, 0}}), "a segment reaches beyond");
  CHECK_REFUSES(fixture.run(prompt, 0, 9, {{0, 10, 0, 10, 0}}), "a segment reaches beyond");
  fixture.cache = KVCache<Cpu, float>(fixture.bench.on, 3, 2, 16, 1, 64);
  CHECK_REFUSES(fixture.whole(prompt), "KVCache: it has fewer layers than the model");
  fixture.cache = KVCache<Cpu, float>(fixture.bench.on, 4, 1, 16, 1, 64);
  CHECK_REFUSES(fixture.whole(prompt), "a cache of another model?");
}

namespace {

struct WithoutPositions : Qwen3 {
  struct NoRotation {
    int head_dim;
    QWEN3VL_HD int pairs() const { return head_dim / 2; }
    QWEN3VL_HD float angle(Position, int) const { return 0; }
  };
  using RoPE = NoRotation;
};

}  // namespace

TEST_CASE("TextModel: without positions, only the order of what came before is left") {
  Fixture<float, WithoutPositions> fixture;
  auto prompt = Prompt::of(9, false);
  const auto before = fixture.whole(prompt);
  std::swap(prompt.ids[2], prompt.ids[5]);
  for (Position& position : prompt.positions) position.t += 100;
  const auto after = fixture.whole(prompt);
  CHECK_SAME(after.rows(0, 2), before.rows(0, 2));
  CHECK(relative_error(after.rows(8, 1), before.rows(8, 1)) > 1e-4);  // deeper layers saw other prefixes
}

TEST_CASE("TextModel: the team's size changes no bit") {
  check_same_on_any_team<bf16>([](auto& bench) {
    TextModel<Cpu, bf16> model(small());
    RandomWeights weights(bench);
    TextModel<Cpu, bf16>::weights(model, small(), weights);
    Workspace<Cpu> workspace(bench.on, 1 << 24);
    KVCache<Cpu, bf16> cache(bench.on, 4, 2, 16, 1, 64);
    const auto prompt = Prompt::of(60, false);
    Step<Cpu> step;
    step.ids = bench.list(prompt.ids);
    step.positions = bench.list(prompt.positions);
    step.segments = bench.list(std::vector<Segment>{{0, 60, 0, 60, 0}});
    auto x = bench.empty({60, 40});
    model.embed(bench.on, step, x);
    model.forward(bench.on, workspace, step, VisualFeatures<Cpu, bf16>{}, cache, x);
    return bench.read(x);
  });
}

TEST_CASE_TEMPLATE("TextModel: memory, of a prompt and of the next token", T, float, bf16) {
  for (const int tokens : {300, 1})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      TextConfig config = small();
      config.hidden_size = 256, config.intermediate_size = 700, config.head_dim = 128;
      config.mrope_section = {24, 20, 20};
      TextModel<B, T> model(config);
      RandomWeights weights(bench);
      TextModel<B, T>::weights(model, config, weights);
      const auto prompt = Prompt::of(tokens, false);
      Step<B> step;
      step.ids = bench.list(prompt.ids);
      step.positions = bench.list(prompt.positions);
      step.visual = bench.list(std::vector<int>(static_cast<std::size_t>(tokens), 0));
      step.segments = bench.list(std::vector<Segment>{{0, tokens, 0, 310, 0}});
      VisualFeatures<B, T> seen;
      seen.merged = bench.full({1, 256}, 0.1);
      seen.deepstack = bench.full({2, 1, 256}, 0.1);
      auto cache = std::make_shared<KVCache<B, T>>(bench.on, 4, 2, 128, 1, 310);
      for (std::int64_t layer = 0; layer < 4; ++layer)  // what the ten tokens before would have left
        for (auto kv : {cache->keys(layer), cache->values(layer)})
          if constexpr (std::same_as<B, Cpu>) std::fill_n(kv.data, kv.size(), T(0.1f));
      auto x = bench.empty({tokens, 256});
      return [=, &bench](Workspace<B>& workspace) {
        model.embed(bench.on, step, x);
        replace_rows(bench.on, seen.merged, step.visual, x);
        model.forward(bench.on, workspace, step, seen, *cache, x);
      };
    });
}
