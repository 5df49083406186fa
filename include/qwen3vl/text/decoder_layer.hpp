#pragma once

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/nn/attention.hpp>
#include <qwen3vl/nn/kv_cache.hpp>
#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/ops/add.hpp>
#include <qwen3vl/text/recipes.hpp>

namespace qwen3vl {

/// A pre-norm decoder layer. The members have the checkpoint's names. An MLP that needs more of the config than
/// two widths has weights(self, config, visit) and configure(config), or configure(config, layer); one with insides
/// worth seeing takes an observer.
///
///   x ← x + self_attn(input_layernorm(x));   x ← x + mlp(post_attention_layernorm(x))
///
///   x : [tokens, hidden]     cosine, sine : [tokens, head_dim/2]
template <Backend B, Element T, class Recipe = Qwen3> struct DecoderLayer {
  using Space = typename B::Space;
  using Norm = typename Recipe::template Norm<B, T>;
  using MLP = typename Recipe::template MLP<B, T>;
  using SelfAttention = Attention<B, T, Recipe>;

  Norm input_layernorm;
  SelfAttention self_attn;
  Norm post_attention_layernorm;
  MLP mlp;

  /// `layer` is its place in the decoder, from 0.
  void configure(const auto& config, int layer = 0) {
    input_layernorm.eps = post_attention_layernorm.eps = static_cast<float>(config.rms_norm_eps);
    self_attn.configure(config);
    if constexpr (requires { mlp.configure(config, layer); })
      mlp.configure(config, layer);
    else if constexpr (requires { mlp.configure(config); })
      mlp.configure(config);
  }

  static void weights(auto& self, const auto& config, auto&& visit) {
    Norm::weights(self.input_layernorm, config.hidden_size, under(visit, "input_layernorm"));
    SelfAttention::weights(self.self_attn, config, under(visit, "self_attn"));
    Norm::weights(self.post_attention_layernorm, config.hidden_size,
                  under(visit, "post_attention_layernorm"));
    if constexpr (requires { MLP::weights(self.mlp, config, under(visit, "mlp")); })
      MLP::weights(self.mlp, config, under(visit, "mlp"));
    else
      MLP::weights(self.mlp, config.hidden_size, config.intermediate_size, false, under(visit, "mlp"));
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> cosine, In<B, T, 2> sine,
               View<const Segment, 1, Space> segments, View<T, 3, Space> keys, View<T, 3, Space> values,
               Out<B, T, 2> x, Observer observe = {}) const {
    const auto scope = workspace.scope();
    auto normed = workspace.template take<T>({x.shape[0], x.shape[1]});
    auto update = workspace.template take<T>({x.shape[0], x.shape[1]});

    input_layernorm.forward(on, x, normed);
    observe("input_layernorm", normed);
    self_attn.forward(on, workspace, normed, cosine, sine, segments, keys, values, update,
                      inside(observe, "self_attn"));
    observe("self_attn", update);
    add(on, update, x);

    post_attention_layernorm.forward(on, x, normed);
    if constexpr (requires { mlp.forward(on, workspace, normed, update, inside(observe, "mlp")); })
      mlp.forward(on, workspace, normed, update, inside(observe, "mlp"));
    else
      mlp.forward(on, workspace, normed, update);
    observe("mlp", update);
    add(on, update, x);
  }
};

}  // namespace qwen3vl
