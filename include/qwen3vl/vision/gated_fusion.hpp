#pragma once

#include <vector>

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/layer_norm.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/mean_rows.hpp>
#include <qwen3vl/ops/mix_levels.hpp>
#include <qwen3vl/ops/softmax.hpp>

namespace qwen3vl {

/// Article variant, of no released model: features of several blocks, aligned, gated and summed, where Qwen3-VL's
/// DeepStack has a merger for each and adds them to the decoder's layers:
///
///   A_i = LN(F_i·W_iᵀ + b_i)          one LayerNorm for all levels, eps 1e-5
///   g   = softmax(z·W_gᵀ + b_g)       z : the query, or without one the mean of A over tokens and levels
///   F   = Σ_i g_i·A_i                 out = F·W_imgᵀ + b_img
///
///   levels : [n, tokens, channels]     query : [1, channels], or empty     gates : [1, n]     out : [tokens, hidden]
template <Backend B, Element T> struct GatedFusion {
  using Space = typename B::Space;

  std::vector<Linear<B, T>> align;  // [channels, channels] each
  LayerNorm<B, T> norm;
  Linear<B, T> gate;     // [n, channels]
  Linear<B, T> project;  // [hidden, channels]

  explicit GatedFusion(int levels) : align(static_cast<std::size_t>(levels)) { norm.eps = 1e-5f; }

  static void weights(auto& self, int channels, int hidden, auto&& visit) {
    for (std::size_t i = 0; i < self.align.size(); ++i)
      Linear<B, T>::weights(self.align[i], channels, channels, true, under(visit, "align", i));
    LayerNorm<B, T>::weights(self.norm, channels, under(visit, "norm"));
    Linear<B, T>::weights(self.gate, channels, static_cast<int>(self.align.size()), true,
                          under(visit, "gate"));
    Linear<B, T>::weights(self.project, channels, hidden, true, under(visit, "project"));
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 3> levels, In<B, T, 2> query, Out<B, T, 2> gates,
               Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    const auto n = static_cast<std::int64_t>(align.size());
    const std::int64_t tokens = levels.shape[1], channels = levels.shape[2];
    expect_shape("GatedFusion", "levels", levels, {n, tokens, channels}, "as many levels as aligners");
    auto aligned = workspace.template take<T>({n, tokens, channels});
    for (std::int64_t i = 0; i < n; ++i) align_level(on, workspace, i, levels[i], aligned[i]);
    fuse(on, workspace, aligned, query, gates, out);
  }

  /// A_i, as soon as its level is there.        level, aligned : [tokens, channels]
  void align_level(B& on, Workspace<B>& workspace, std::int64_t i, In<B, T, 2> level,
                   Out<B, T, 2> aligned) const {
    const auto scope = workspace.scope();
    auto unnormed = workspace.template take<T>({level.shape[0], level.shape[1]});
    align[static_cast<std::size_t>(i)].forward(on, level, unnormed);
    norm.forward(on, unnormed, aligned);
  }

  /// g and out, of all A_i.        aligned : [n, tokens, channels]
  void fuse(B& on, Workspace<B>& workspace, In<B, T, 3> aligned, In<B, T, 2> query, Out<B, T, 2> gates,
            Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    const std::int64_t n = aligned.shape[0], tokens = aligned.shape[1], channels = aligned.shape[2];
    auto fused = workspace.template take<T>({tokens, channels});  // F
    auto mean = workspace.template take<T>({1, channels});
    if (query.empty()) mean_rows(on, reshape(aligned, {n * tokens, channels}), mean);
    gate.forward(on, query.empty() ? In<B, T, 2>(mean) : query, gates);
    softmax(on, gates, gates);
    mix_levels(on, aligned, gates, fused);
    project.forward(on, fused, out);
  }
};

}  // namespace qwen3vl
