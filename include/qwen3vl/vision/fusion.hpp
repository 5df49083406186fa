#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/vision/gated_fusion.hpp>
#include <qwen3vl/vision/patch_merger.hpp>
#include <qwen3vl/vision/vision_config.hpp>

namespace qwen3vl {

/// What becomes of the features of tapped blocks. A recipe names one of these:
///
///   DeepStack     each level has a merger, and the decoder adds what it gives after its first layers
///   GatedLevels   the levels are summed behind gates, in place of the last block's features
///
/// `to_decoder` says whether levels go to the decoder. A pass of the tower calls begin(), tap() behind every tapped
/// block, and finish() in front of the main merger.

/// DeepStack (Meng et al. 2024): Qwen3-VL's.        x : [patches, channels] → seen.deepstack[k]
template <Backend B, Element T, class Recipe> struct DeepStack {
  static constexpr bool to_decoder = true;
  using Merger = PatchMerger<B, T, MergerNorm::after_joining, Recipe>;

  std::vector<Merger> deepstack_merger_list;

  explicit DeepStack(const VisionSizes auto& config)
      : deepstack_merger_list(config.deepstack_visual_indexes.size()) {}

  static void weights(auto& self, const VisionSizes auto& config, auto&& visit) {
    for (std::size_t k = 0; k < self.deepstack_merger_list.size(); ++k)
      Merger::weights(self.deepstack_merger_list[k], config, under(visit, "deepstack_merger_list", k));
  }

  struct Pass {};
  Pass begin(Workspace<B>&, std::int64_t) const { return {}; }

  template <class Observer>
  void tap(B& on, Workspace<B>& workspace, std::size_t k, In<B, T, 2> x, Pass, VisualFeatures<B, T> seen,
           Observer& observe) const {
    const auto level = seen.deepstack[static_cast<std::int64_t>(k)];
    deepstack_merger_list[k].forward(on, workspace, x, level);
    if constexpr (!std::is_same_v<Observer, Unobserved>)
      observe(std::string("deepstack_merger_list.").append(std::to_string(k)), level);
  }

  void finish(B&, Workspace<B>&, Pass, Out<B, T, 2>) const {}
};

/// Article variant, of no released model: GatedFusion of the tapped levels, back at the tower's width, goes into the
/// main merger. Its weights are under `gated_fusion`.
template <Backend B, Element T, class Recipe> struct GatedLevels {
  static constexpr bool to_decoder = false;

  GatedFusion<B, T> gated_fusion;

  /// A gate of all that goes through the tower in one pass: images that shall not know of each other want a pass each.
  explicit GatedLevels(const VisionSizes auto& config)
      : gated_fusion(static_cast<int>(config.deepstack_visual_indexes.size())) {
    expect(!config.deepstack_visual_indexes.empty(), "GatedLevels", "has no level to choose from",
           "deepstack_visual_indexes names the blocks");
  }

  static void weights(auto& self, const VisionSizes auto& config, auto&& visit) {
    GatedFusion<B, T>::weights(self.gated_fusion, config.hidden_size, config.hidden_size,
                               under(visit, "gated_fusion"));
  }

  using Pass = View<T, 3, typename B::Space>;  // A : [levels, patches, channels]
  Pass begin(Workspace<B>& workspace, std::int64_t patches) const {
    return workspace.template take<T>(
        {static_cast<std::int64_t>(gated_fusion.align.size()), patches, gated_fusion.project.out()});
  }

  void tap(B& on, Workspace<B>& workspace, std::size_t k, In<B, T, 2> x, Pass aligned, VisualFeatures<B, T>,
           auto&) const {
    const auto level = static_cast<std::int64_t>(k);
    gated_fusion.align_level(on, workspace, level, x, aligned[level]);
  }

  void finish(B& on, Workspace<B>& workspace, Pass aligned, Out<B, T, 2> x) const {
    const auto scope = workspace.scope();
    auto gates = workspace.template take<T>({1, aligned.shape[0]});
    gated_fusion.fuse(on, workspace, aligned, {}, gates, x);
  }
};

}  // namespace qwen3vl
