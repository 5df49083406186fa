#pragma once

#include <vector>

#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/ops/resize_table.hpp>
#include <qwen3vl/vision/query_resampler.hpp>
#include <qwen3vl/vision/vision_block.hpp>

namespace qwen3vl {

template <Backend B, Element T> struct QwenVLTower;

/// The blocks of Qwen-VL's tower, a CLIP ViT: nothing rotates, the erf GELU, and q, k, v side by side for each head.
struct QwenVLVision : Qwen3Vision {
  static constexpr bool rotates = false, qkv_per_head = true, patch_bias = false;
  template <Backend B, Element T> using Tower = QwenVLTower<B, T>;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, GeluErf>;
};

/// The sizes of Qwen-VL's `visual`; names are the file's where it has one.
struct QwenVLVisionConfig {
  int hidden_size = 1664;        // width
  int intermediate_size = 8192;  // width · mlp_ratio
  int depth = 48;                // layers
  int num_heads = 16;            // heads
  int patch_size = 14;
  int output_dim = 4096;
  int resampler_heads = 32;  // heads of 128
  int n_queries = 256;
  int position_rows = 256;  // of the learned table, 16²
};

/// The tower of the first Qwen-VL (Bai et al. 2023, §2.1): every image is resized to one size and becomes as many
/// tokens as the resampler has queries.
///
///   pixels ─▶ conv1 ─▶ + positional_embedding ─▶ ln_pre ─▶ blocks ─▶ attn_pool ─▶ ln_post ─▶ · proj
///
///   pixel_values : [patches, 3·patch²] of squares in raster order, one image after another
///   grids        : {1, rows, rows} of each image, on the host
///   seen.merged  : [images · n_queries, output_dim]
///
/// The table of positions is resized to the image's grid. proj is stored [in, out]; here it is [out, in].
template <Backend B, Element T> struct QwenVLTower {
  using Space = typename B::Space;
  using Block = VisionBlock<B, T, QwenVLVision>;

  Linear<B, T> patch_embed;                      // conv1: [width, 3·patch²]
  View<const T, 2, Space> positional_embedding;  // [position_rows, width]
  LayerNorm<B, T> ln_pre, ln_post;
  std::vector<Block> blocks;
  QueryResampler<B, T> attn_pool;
  Linear<B, T> proj;  // [output_dim, output_dim]

  explicit QwenVLTower(const QwenVLVisionConfig& config) : blocks(static_cast<std::size_t>(config.depth)) {
    for (Block& block : blocks) block.attn.num_heads = config.num_heads;
    attn_pool.num_heads = config.resampler_heads;
  }

  static void weights(auto& self, const QwenVLVisionConfig& config, auto&& visit) {
    const int width = config.hidden_size, out = config.output_dim;
    visit("patch_embed.proj.weight", self.patch_embed.weight,
          Shape{width, 3, config.patch_size, config.patch_size});
    visit("positional_embedding", self.positional_embedding, Shape{config.position_rows, width});
    LayerNorm<B, T>::weights(self.ln_pre, width, under(visit, "ln_pre"));
    for (std::size_t b = 0; b < self.blocks.size(); ++b)
      Block::weights(self.blocks[b], config, under(visit, "blocks", b));
    QueryResampler<B, T>::weights(self.attn_pool, width, out, config.n_queries, under(visit, "attn_pool"));
    LayerNorm<B, T>::weights(self.ln_post, out, under(visit, "ln_post"));
    visit("proj.transposed", self.proj.weight, Shape{out, out});
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, View<const Grid, 1> grids,
               VisualFeatures<B, T> seen, Observer observe = {}) const {
    std::int64_t patch = 0;
    const std::int64_t queries = attn_pool.query.shape[0];
    expect(seen.merged.shape[0] == grids.shape[0] * queries, "QwenVLTower",
           "seen has other rows than n_queries an image");
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) {
      const std::int64_t patches = grids(g).patches();
      expect(grids(g).t == 1 && grids(g).h == grids(g).w && grids(g).h > 0 &&
                 patch + patches <= pixel_values.shape[0],
             "QwenVLTower", "an image is no square, or has other patches than pixel_values");
      look(on, workspace, pixel_values.rows(patch, patches), seen.merged.rows(g * queries, queries), observe);
      patch += patches;
    }
  }

 private:
  /// One image.
  template <class Observer>
  void look(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, Out<B, T, 2> out,
            Observer& observe) const {
    const auto scope = workspace.scope();
    const std::int64_t patches = pixel_values.shape[0];
    auto x = workspace.template take<T>({patches, patch_embed.out()});
    auto seen = workspace.template take<T>({out.shape[0], out.shape[1]});
    auto segment = workspace.template take<Segment>({1});
    const Segment all{0, static_cast<int>(patches), 0, static_cast<int>(patches), 0};
    on.copy_in(segment.data, &all, sizeof all);

    resize_table(on, positional_embedding, x);
    {
      const auto inner = workspace.scope();
      auto embedded = workspace.template take<T>({patches, x.shape[1]});
      patch_embed.forward(on, pixel_values, embedded);
      add(on, embedded, x);
    }
    ln_pre.forward(on, x, x);
    observe("ln_pre", x);
    const In<B, float, 2> no_table{};
    for (std::size_t b = 0; b < blocks.size(); ++b)
      blocks[b].forward(on, workspace, no_table, no_table, segment, x,
                        inside(observe, "blocks", static_cast<int>(b)));
    observe("blocks", x);
    attn_pool.forward(on, workspace, x, seen);
    observe("attn_pool", seen);
    ln_post.forward(on, seen, seen);
    proj.forward(on, seen, out);
  }
};

}  // namespace qwen3vl
