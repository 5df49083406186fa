#pragma once

#include <qwen3vl/nn/kv_cache.hpp>
#include <qwen3vl/ops/take_rows.hpp>
#include <qwen3vl/ops/visual_rows.hpp>
#include <qwen3vl/text/text_model.hpp>
#include <qwen3vl/vision/vision_tower.hpp>

namespace qwen3vl {

/// The tower of a vision recipe: its own `Tower` where it names one, else VisionTower.
template <Backend B, Element T, class Recipe> struct TowerOfRecipe {
  using type = VisionTower<B, T, Recipe>;
};
template <Backend B, Element T, class Recipe>
requires requires { typename Recipe::template Tower<B, T>; }
struct TowerOfRecipe<B, T, Recipe> {
  using type = typename Recipe::template Tower<B, T>;
};

/// Qwen3-VL: a vision tower and a decoder, joined at two seams.
///
///   pixel_values ─▶ visual ─▶ seen.merged ────────────▶ replaces the embeddings of the visual tokens
///                        └──▶ seen.deepstack[0 … 2] ──▶ added to the visual tokens after layers 0 … 2
///   ids ─▶ embed_tokens ─▶ x ─▶ layers ─▶ norm ─▶ lm_head ─▶ logits
///
/// see() looks once; forward() reads any step of the prompt, the whole or a chunk, for step.visual says
/// of each token which row of `seen` it is.
template <Backend B, Element T, class TextRecipe = Qwen3, class VisionRecipe = Qwen3Vision> struct Qwen3VL {
  using BackendType = B;
  using ElementType = T;
  using Space = typename B::Space;
  /// The same model on another backend: DryRun, to learn what a pass needs.
  template <Backend Other> using On = Qwen3VL<Other, T, TextRecipe, VisionRecipe>;
  using Text = TextModel<B, T, TextRecipe>;
  using Vision = typename TowerOfRecipe<B, T, VisionRecipe>::type;

  Vision visual;
  Text language_model;
  Linear<B, T> lm_head;  // [vocab, hidden]; the embedding itself where the two are tied

  template <class Config>
  explicit Qwen3VL(const Config& config) : visual(config.vision_config), language_model(config.text_config) {}

  static void weights(auto& self, const auto& config, auto&& visit) {
    Vision::weights(self.visual, config.vision_config, under(visit, "model.visual"));
    Text::weights(self.language_model, config.text_config, under(visit, "model.language_model"));
    if (!config.text_config.tie_word_embeddings)
      visit("lm_head.weight", self.lm_head.weight,
            Shape{config.text_config.vocab_size, config.text_config.hidden_size});
  }

  /// To be called when the weights are in place.
  void tie(const auto& config) {
    if (config.text_config.tie_word_embeddings) lm_head.weight = language_model.embed_tokens;
  }

  /// Are a step's angles others, the more was read before it?
  bool rotates_by_length() const { return rope_depends_on_length(language_model.rotary_emb); }

  /// pixel_values : [patches, patch_elements]     seen : rows for all their tokens
  template <class Observer = Unobserved>
  void see(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, View<const Grid, 1> grids,
           VisualFeatures<B, T> seen, Observer observe = {}) const {
    visual.forward(on, workspace, pixel_values, grids, seen, inside(observe, "model.visual"));
  }

  /// last : [step.wanted, hidden], the wanted tokens' features behind the final norm
  template <class Observer = Unobserved>
  void features(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
                KVCache<B, T>& cache, Out<B, T, 2> last, Observer observe = {}) const {
    const auto scope = workspace.scope();
    auto x = workspace.template take<T>(
        {step.tokens(), language_model.embed_tokens.shape[1]});  // [tokens, hidden]
    const auto text_names = inside(observe, "model.language_model");

    language_model.embed(on, step, x, text_names);
    if (!step.visual.empty()) replace_rows(on, seen.merged, step.visual, x);
    language_model.forward(on, workspace, step, seen, cache, x, text_names);
    take_rows(on, x, step.wanted, last);
  }

  /// logits : [step.wanted, vocab], of the tokens that follow the wanted ones
  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
               KVCache<B, T>& cache, Out<B, T, 2> logits, Observer observe = {}) const {
    const auto scope = workspace.scope();
    auto last = workspace.template take<T>(
        {step.wanted.shape[0], language_model.embed_tokens.shape[1]});  // [wanted, hidden]
    features(on, workspace, step, seen, cache, last, observe);
    lm_head.forward(on, last, logits);
    observe("logits", logits);
  }
};

}  // namespace qwen3vl
