#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/ops/patch_positions.hpp>
#include <qwen3vl/ops/position_embedding.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/take_rows.hpp>
#include <qwen3vl/ops/window_order.hpp>
#include <qwen3vl/vision/fusion.hpp>
#include <qwen3vl/vision/patch_merger.hpp>
#include <qwen3vl/vision/vision_block.hpp>
#include <qwen3vl/vision/vision_config.hpp>

namespace qwen3vl {

/// The vision tower: patches of any number of images and video frames in, tokens for the decoder out.
///
///   pixel_values ─▶ patch_embed ─▶ + pos_embed ─▶ blocks ─▶ merger ────────────────────▶ merged
///                                        block b ─▶ fusion ─▶ deepstack[k],  b = taps[k]
///
///   pixel_values : [patches, patch_elements], in merge-block order, one grid after another
///   grids        : the (t, h, w) of each image and video, on the host
///   seen.merged  : [patches / merge², out_hidden]   seen.deepstack : [taps, patches / merge², out_hidden]
///
/// Attention stays within a frame, in a windowed tower within a window of it but for a few blocks; there the
/// patches stand window by window from patch_embed to the merger. A tap takes a block's output and leaves the stream as it is. There is
/// no norm after the last block but the merger's own.
template <Backend B, Element T, class Recipe = Qwen3Vision> struct VisionTower {
  using Space = typename B::Space;
  static_assert(RoPE<typename Recipe::RoPE>,
                "a recipe's RoPE has pairs() and angle(Position, int), an int and a float");
  static_assert(Mask<typename Recipe::Mask>, "a recipe's Mask has visible(Segment, int), a KeyRange");
  using Block = VisionBlock<B, T, Recipe>;
  using Merger = PatchMerger<B, T, MergerNorm::before_joining, Recipe>;
  using Fusion = typename Recipe::template Fusion<B, T, Recipe>;

  Linear<B, T> patch_embed;           // [channels, patch_elements]; stored [channels, 3, 2, patch, patch]
  View<const T, 2, Space> pos_embed;  // [side², channels]
  std::vector<Block> blocks;
  Merger merger;
  Fusion fusion;
  std::vector<int> deepstack_visual_indexes;  // block of tap k
  typename Recipe::RoPE rotary_pos_emb;
  int spatial_merge_size;
  int window_side = 0;                     // of a windowed tower, in merged cells
  std::vector<int> fullatt_block_indexes;  // its blocks that see the whole frame

  explicit VisionTower(const VisionSizes auto& config)
      : blocks(static_cast<std::size_t>(config.depth)),
        fusion(config),
        deepstack_visual_indexes(config.deepstack_visual_indexes),
        rotary_pos_emb{config.hidden_size / config.num_heads},
        spatial_merge_size(config.spatial_merge_size) {
    for (Block& block : blocks) block.attn.num_heads = config.num_heads;
    if constexpr (Recipe::windowed) {
      window_side = config.window_size / config.spatial_merge_size / config.patch_size;
      fullatt_block_indexes = config.fullatt_block_indexes;
      expect(window_side > 0, "VisionTower", "a window has no cells",
             "window_size is of several merged patches");
    }
  }

  static void weights(auto& self, const VisionSizes auto& config, auto&& visit) {
    auto patch = under(visit, "patch_embed.proj");
    patch("weight", self.patch_embed.weight,
          Shape{config.hidden_size, config.in_channels, config.temporal_patch_size, config.patch_size,
                config.patch_size});
    if constexpr (Recipe::patch_bias) patch("bias", self.patch_embed.bias, Shape{config.hidden_size});
    if constexpr (Recipe::learned_positions)
      visit("pos_embed.weight", self.pos_embed, Shape{config.num_position_embeddings, config.hidden_size});
    for (std::size_t b = 0; b < self.blocks.size(); ++b)
      Block::weights(self.blocks[b], config, under(visit, "blocks", b));
    Merger::weights(self.merger, config, under(visit, "merger"));
    Fusion::weights(self.fusion, config, visit);
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, View<const Grid, 1> grids,
               VisualFeatures<B, T> seen, Observer observe = {}) const {
    const auto scope = workspace.scope();
    const std::int64_t patches = pixel_values.shape[0];
    expect(!Fusion::to_decoder ||
               seen.deepstack.shape[0] >= static_cast<std::int64_t>(deepstack_visual_indexes.size()),
           "VisionTower", "seen.deepstack has fewer levels than the tower has taps");
    auto x = workspace.template take<T>({patches, patch_embed.out()});  // [patches, channels]
    auto positions = workspace.template take<Position>({patches});
    auto segments = workspace.template take<Segment>({frames(grids)});
    auto cosine = workspace.template take<float>({patches, rotary_pos_emb.pairs()});  // [patches, head_dim/2]
    auto sine = workspace.template take<float>({patches, rotary_pos_emb.pairs()});
    locate(on, grids, patches, positions, segments);
    rope_table(on, rotary_pos_emb, positions, cosine, sine);

    patch_embed.forward(on, pixel_values, x);
    observe("patch_embed", x);
    if constexpr (Recipe::learned_positions) add_positions(on, grids, x);
    observe("rotary_pos_emb.cos", cosine);
    observe("rotary_pos_emb.sin", sine);

    if constexpr (Recipe::windowed) {
      const Windows windows = cut_windows(on, workspace, grids, patches);
      VisualFeatures<B, T> by_window = seen;  // the same, window by window
      by_window.merged = workspace.template take<T>({seen.merged.shape[0], seen.merged.shape[1]});
      if constexpr (Fusion::to_decoder)
        by_window.deepstack = workspace.template take<T>(
            {seen.deepstack.shape[0], seen.deepstack.shape[1], seen.deepstack.shape[2]});
      run_blocks(on, workspace, by_cell(on, workspace, cosine, windows.cell),
                 by_cell(on, workspace, sine, windows.cell), segments, windows.segments,
                 by_cell(on, workspace, x, windows.cell), by_window, observe);
      take_rows(on, by_window.merged, windows.place, seen.merged);
      if constexpr (Fusion::to_decoder)
        for (std::size_t k = 0; k < deepstack_visual_indexes.size(); ++k)
          take_rows(on, by_window.deepstack[std::int64_t(k)], windows.place, seen.deepstack[std::int64_t(k)]);
    } else {
      run_blocks(on, workspace, cosine, sine, segments, segments, x, seen, observe);
    }
  }

 private:
  using Segments = View<const Segment, 1, Space>;

  /// x goes through the blocks and the merger. Blocks that see the whole frame attend within `frames`, the
  /// others within `windows`.
  template <class Observer>
  void run_blocks(B& on, Workspace<B>& workspace, In<B, float, 2> cosine, In<B, float, 2> sine,
                  Segments frames, Segments windows, Out<B, T, 2> x, VisualFeatures<B, T> seen,
                  Observer& observe) const {
    const auto pass = fusion.begin(workspace, x.shape[0]);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const bool full =
          !Recipe::windowed || std::find(fullatt_block_indexes.begin(), fullatt_block_indexes.end(),
                                         static_cast<int>(b)) != fullatt_block_indexes.end();
      blocks[b].forward(on, workspace, cosine, sine, full ? frames : windows, x,
                        inside(observe, "blocks", static_cast<int>(b)));
      observe_part(observe, "blocks.", b, x);
      for (std::size_t k = 0; k < deepstack_visual_indexes.size(); ++k)
        if (deepstack_visual_indexes[k] == static_cast<int>(b))
          fusion.tap(on, workspace, k, x, pass, seen, observe);
    }
    fusion.finish(on, workspace, pass, x);
    merger.forward(on, workspace, x, seen.merged);
    observe("merger", seen.merged);
  }

  struct Windows {
    View<int, 1, Space> cell, place;  // ops/window_order.hpp
    View<Segment, 1, Space> segments;
  };
  Windows cut_windows(B& on, Workspace<B>& workspace, View<const Grid, 1> grids, std::int64_t patches) const {
    const int merge = spatial_merge_size;
    std::int64_t count = 0;
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) count += windows(grids(g), merge, window_side);
    Windows cut{workspace.template take<int>({patches / (merge * merge)}),
                workspace.template take<int>({patches / (merge * merge)}),
                workspace.template take<Segment>({count})};
    std::int64_t cell = 0, window = 0;
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) {
      const std::int64_t cells = grids(g).tokens(merge), own = windows(grids(g), merge, window_side);
      window_order(on, grids(g), merge, window_side, static_cast<int>(cell), cut.cell.rows(cell, cells),
                   cut.place.rows(cell, cells));
      window_segments(on, grids(g), merge, window_side, static_cast<int>(cell * merge * merge),
                      cut.segments.rows(window, own));
      cell += cells, window += own;
    }
    return cut;
  }

  /// x with the rows of its cells, merge² of them each, in another order.
  template <Element E>
  View<E, 2, Space> by_cell(B& on, Workspace<B>& workspace, View<E, 2, Space> x,
                            View<int, 1, Space> cell) const {
    auto ordered = workspace.template take<E>({x.shape[0], x.shape[1]});
    const std::int64_t shape[] = {cell.shape[0], x.size() / std::max<std::int64_t>(cell.shape[0], 1)};
    take_rows(on, reshape(x, shape), cell, reshape(ordered, shape));
    return ordered;
  }

  static std::int64_t frames(View<const Grid, 1> grids) {
    std::int64_t count = 0;
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) count += grids(g).t;
    return count;
  }

  void locate(B& on, View<const Grid, 1> grids, std::int64_t patches, Out<B, Position, 1> positions,
              Out<B, Segment, 1> segments) const {
    std::int64_t patch = 0, frame = 0;
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) {
      const Grid grid = grids(g);
      const std::int64_t left = patches - patch;
      expect(grid.t > 0 && grid.h > 0 && grid.w > 0 && grid.w <= left / grid.h &&
                 grid.t <= left / grid.h / grid.w,
             "VisionTower", "the grids hold other than the patches given",
             "pixel_values and grid_thw of the same media");
      patch_positions(on, grid, spatial_merge_size, positions.rows(patch, grid.patches()));
      frame_segments(on, grid, static_cast<int>(patch), segments.rows(frame, grid.t));
      patch += grid.patches(), frame += grid.t;
    }
    expect(patch == patches, "VisionTower", "the grids hold fewer patches than were given",
           "pixel_values and grid_thw of the same media");
  }

  void add_positions(B& on, View<const Grid, 1> grids, Out<B, T, 2> x) const {
    std::int64_t patch = 0;
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) {
      add_position_embedding(on, pos_embed, grids(g), spatial_merge_size, x.rows(patch, grids(g).patches()));
      patch += grids(g).patches();
    }
  }

  static void observe_part(Unobserved, const char*, std::size_t, const auto&) {}
  template <class Observer>
  static void observe_part(Observer& observe, const char* part, std::size_t index, const auto& x) {
    observe(std::string(part).append(std::to_string(index)), x);
  }
};

}  // namespace qwen3vl
