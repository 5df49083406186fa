#pragma once

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/vision/recipes.hpp>

namespace qwen3vl {

/// Where a merger normalises: each patch before four are joined, or the joined row.
enum class MergerNorm { before_joining, after_joining };

/// Four patches become one token of the decoder: merge × merge consecutive rows (merge-block order puts
/// a square's patches side by side) are joined, then a two-layer MLP with the erf GELU:
///
///   main merger        out = mlp(join(norm(x)))     norm over channels
///   DeepStack mergers  out = mlp(norm(join(x)))     norm over merge²·channels
///
///   x : [patches, channels]     out : [patches / merge², out_hidden]
template <Backend B, Element T, MergerNorm Where, class Recipe = Qwen3Vision> struct PatchMerger {
  using Norm = typename Recipe::template Norm<B, T>;
  using MLP = typename Recipe::template MergerMLP<B, T>;

  Norm norm;
  MLP mlp;

  static void weights(auto& self, const auto& config, auto&& visit) {
    const int joined = config.hidden_size * config.spatial_merge_size * config.spatial_merge_size;
    Norm::weights(self.norm, Where == MergerNorm::before_joining ? config.hidden_size : joined,
                  under(visit, Recipe::merger_norm));
    MLP::weights(self.mlp, joined, joined, config.out_hidden_size, visit);
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    const std::int64_t joined = mlp.linear_fc1.in();
    expect(joined > 0 && x.shape[1] > 0 && joined % x.shape[1] == 0 && x.size() % joined == 0, "PatchMerger",
           "the patches do not join to whole tokens", "merge × merge patches a token, in merge-block order");
    expect(x.contiguous(), "PatchMerger", "x has gaps between its rows",
           "patches to be joined lie in one run");
    auto normed = workspace.template take<T>({x.size() / joined, joined});  // [tokens, merge²·channels]
    if constexpr (Where == MergerNorm::before_joining)
      norm.forward(on, x, reshape(normed, {x.shape[0], x.shape[1]}));
    else
      norm.forward(on, reshape(x, {normed.shape[0], joined}), normed);
    mlp.forward(on, workspace, normed, out);
  }
};

}  // namespace qwen3vl
