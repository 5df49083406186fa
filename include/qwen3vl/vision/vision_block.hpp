#pragma once

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/ops/add.hpp>
#include <qwen3vl/vision/recipes.hpp>
#include <qwen3vl/vision/vision_attention.hpp>

namespace qwen3vl {

/// A block of the vision transformer (Dosovitskiy et al. 2020, eq. 2 and 3):
///
///   x ← x + attn(norm1(x));   x ← x + mlp(norm2(x))        x : [patches, channels]
///
/// or, where the recipe says post_norm, x ← norm1(x + attn(x)); x ← norm2(x + mlp(x)).
template <Backend B, Element T, class Recipe = Qwen3Vision> struct VisionBlock {
  using Space = typename B::Space;
  using Norm = typename Recipe::template Norm<B, T>;
  using MLP = typename Recipe::template MLP<B, T>;
  using SelfAttention = VisionAttention<B, T, Recipe>;

  Norm norm1, norm2;
  SelfAttention attn;
  MLP mlp;

  static void weights(auto& self, const auto& config, auto&& visit) {
    Norm::weights(self.norm1, config.hidden_size, under(visit, "norm1"));
    Norm::weights(self.norm2, config.hidden_size, under(visit, "norm2"));
    SelfAttention::weights(self.attn, config.hidden_size, under(visit, "attn"));
    MLP::weights(self.mlp, config.hidden_size, config.intermediate_size, config.hidden_size,
                 under(visit, "mlp"));
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, float, 2> cosine, In<B, float, 2> sine,
               View<const Segment, 1, Space> segments, Out<B, T, 2> x, Observer observe = {}) const {
    const auto scope = workspace.scope();
    auto normed = workspace.template take<T>({x.shape[0], x.shape[1]});
    auto update = workspace.template take<T>({x.shape[0], x.shape[1]});

    if constexpr (!Recipe::post_norm) {
      norm1.forward(on, x, normed);
      observe("norm1", normed);
    }
    attn.forward(on, workspace, Recipe::post_norm ? x : normed, cosine, sine, segments, update);
    observe("attn", update);
    add(on, update, x);

    (Recipe::post_norm ? norm1 : norm2).forward(on, x, normed);
    mlp.forward(on, workspace, normed, update);
    observe("mlp", update);
    add(on, update, Recipe::post_norm ? normed : x);
    if constexpr (Recipe::post_norm) norm2.forward(on, normed, x);
  }
};

}  // namespace qwen3vl
