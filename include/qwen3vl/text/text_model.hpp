#pragma once

#include <string>
#include <vector>

#include <qwen3vl/ops/embed.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/visual_rows.hpp>
#include <qwen3vl/text/decoder_layer.hpp>
#include <qwen3vl/text/text_config.hpp>

namespace qwen3vl {

/// The decoder: embedding, layers, final norm. DeepStack's features of level k are added to the visual
/// tokens after layer k (Meng et al. 2024), the layer's keys and values being those from before.
///
///   step : tokens and where they belong     x : [tokens, hidden], filled by embed(), overwritten by forward()
template <Backend B, Element T, class Recipe = Qwen3> struct TextModel {
  using Space = typename B::Space;
  using Layer = DecoderLayer<B, T, Recipe>;
  using Norm = typename Recipe::template Norm<B, T>;
  using RoPE = typename Recipe::RoPE;
  static_assert(qwen3vl::RoPE<RoPE>,
                "a recipe's RoPE has pairs() and angle(Position, int), an int and a float");
  static_assert(Mask<typename Recipe::Mask>, "a recipe's Mask has visible(Segment, int), a KeyRange");

  View<const T, 2, Space> embed_tokens;  // [vocab, hidden]
  std::vector<Layer> layers;
  Norm norm;
  RoPE rotary_emb;

  explicit TextModel(const TextSizes auto& config)
      : layers(static_cast<std::size_t>(config.num_hidden_layers)), rotary_emb(make_rope<RoPE>(config)) {
    for (std::size_t l = 0; l < layers.size(); ++l) layers[l].configure(config, static_cast<int>(l));
    norm.eps = static_cast<float>(config.rms_norm_eps);
  }

  static void weights(auto& self, const TextSizes auto& config, auto&& visit) {
    visit("embed_tokens.weight", self.embed_tokens, Shape{config.vocab_size, config.hidden_size});
    for (std::size_t l = 0; l < self.layers.size(); ++l)
      Layer::weights(self.layers[l], config, under(visit, "layers", l));
    Norm::weights(self.norm, config.hidden_size, under(visit, "norm"));
  }

  /// x = embed_tokens[ids]
  template <class Observer = Unobserved>
  void embed(B& on, const Step<B>& step, Out<B, T, 2> x, Observer observe = {}) const {
    qwen3vl::embed(on, embed_tokens, step.ids, x);
    observe("embed_tokens", x);
  }

  /// x ← norm(layers(x))
  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
               KVCache<B, T>& cache, Out<B, T, 2> x, Observer observe = {}) const {
    const auto scope = workspace.scope();
    auto cosine = workspace.template take<T>({step.tokens(), rotary_emb.pairs()});
    auto sine = workspace.template take<T>({step.tokens(), rotary_emb.pairs()});
    rope_table(on, rope_at_length(rotary_emb, step.length), step.positions, cosine, sine);
    observe("rotary_emb.cos", cosine);
    observe("rotary_emb.sin", sine);

    for (std::size_t l = 0; l < layers.size(); ++l) {
      const auto at = static_cast<std::int64_t>(l);
      layers[l].forward(on, workspace, cosine, sine, step.segments, cache.keys(at), cache.values(at), x,
                        inside(observe, "layers", static_cast<int>(l)));
      observe_layer(observe, l, x);
      if (at < seen.deepstack.shape[0] && !step.visual.empty())
        add_rows(on, seen.deepstack[at], step.visual, x);
    }
    norm.forward(on, x, x);
    observe("norm", x);
  }

 private:
  static void observe_layer(Unobserved, std::size_t, const auto&) {}
  template <class Observer> static void observe_layer(Observer& observe, std::size_t layer, const auto& x) {
    observe(std::string("layers.").append(std::to_string(layer)), x);
  }
};

}  // namespace qwen3vl
