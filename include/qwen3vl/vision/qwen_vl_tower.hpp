#pragma once

#include <vector>

#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/ops/resize_table.hpp>
#include <qwen3vl/vision/query_resampler.hpp>
#include <qwen3vl/vision/vision_block.hpp>
#include <qwen3vl/vision/vision_config.hpp>

namespace qwen3vl {

template <Backend B, Element T> struct QwenVLTower;

/// The blocks of Qwen-VL's tower, a CLIP ViT: nothing rotates, the erf GELU, and q, k, v side by side for each head.
struct QwenVLVision : Qwen3Vision {
  static constexpr bool rotates = false, qkv_per_head = true, patch_bias = false;
  template <Backend B, Element T> using Tower = QwenVLTower<B, T>;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, GeluErf>;
};

/// The tower of the first Qwen-VL (Bai et al. 2023, §2.1): every image is resized to one size and becomes as many
/// tokens as the resampler has queries.
///
///   pixels ─▶ conv1 ─▶ + positional_embedding ─▶ ln_pre ─▶ blocks ─▶ attn_pool ─▶ ln_post ─▶ · proj
///
///   pixel_values : [patches, 3·patch²] of squares in raster order, one image after another
///   grids        : {1, rows, rows} of each image, on the host
///   seen.merged  : [images · num_queries, out_hidden_size]
///
/// Of the config it asks num_queries and resampler_heads besides the sizes that every tower has; the learned table
/// of num_position_embeddings is resized to the image's grid. proj is stored [in, out]; here it is [out, in].
template <Backend B, Element T> struct QwenVLTower {
  using Space = typename B::Space;
  using Block = VisionBlock<B, T, QwenVLVision>;

  Linear<B, T> patch_embed;                      // conv1: [width, 3·patch²]
  View<const T, 2, Space> positional_embedding;  // [num_position_embeddings, width]
  LayerNorm<B, T> ln_pre, ln_post;
  std::vector<Block> blocks;
  QueryResampler<B, T> attn_pool;
  Linear<B, T> proj;  // [out_hidden_size, out_hidden_size]

  explicit QwenVLTower(const VisionSizes auto& config) : blocks(static_cast<std::size_t>(config.depth)) {
    for (Block& block : blocks) block.attn.num_heads = config.num_heads;
    attn_pool.num_heads = config.resampler_heads;
  }

  static void weights(auto& self, const VisionSizes auto& config, auto&& visit) {
    const int width = config.hidden_size, out = config.out_hidden_size;
    visit("patch_embed.proj.weight", self.patch_embed.weight,
          Shape{width, 3, config.patch_size, config.patch_size});
    visit("positional_embedding", self.positional_embedding, Shape{config.num_position_embeddings, width});
    LayerNorm<B, T>::weights(self.ln_pre, width, under(visit, "ln_pre"));
    for (std::size_t b = 0; b < self.blocks.size(); ++b)
      Block::weights(self.blocks[b], config, under(visit, "blocks", b));
    QueryResampler<B, T>::weights(self.attn_pool, width, out, config.num_queries, under(visit, "attn_pool"));
    LayerNorm<B, T>::weights(self.ln_post, out, under(visit, "ln_post"));
    visit("proj.transposed", self.proj.weight, Shape{out, out});
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, View<const Grid, 1> grids,
               VisualFeatures<B, T> seen, Observer observe = {}) const {
    const auto scope = workspace.scope();
    const std::int64_t patches = pixel_values.shape[0], images = grids.shape[0],
                       queries = attn_pool.query.shape[0];
    check(patches, grids, seen.merged.shape[0] == images * queries);
    auto x = workspace.template take<T>({patches, patch_embed.out()});            // [patches, width]
    auto resampled = workspace.template take<T>({images * queries, proj.out()});  // [tokens, out_hidden_size]
    auto segments = workspace.template take<Segment>({images});
    for (std::int64_t g = 0, first = 0; g < images; ++g) {
      const std::int64_t count = grids(g).patches();
      const Segment image{static_cast<int>(first), static_cast<int>(count), static_cast<int>(first),
                          static_cast<int>(count), 0};
      on.copy_in(segments.data + g, &image, sizeof image);
      resize_table(on, positional_embedding, x.rows(first, count));
      first += count;
    }
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
      blocks[b].forward(on, workspace, no_table, no_table, segments, x,
                        inside(observe, "blocks", static_cast<int>(b)));
    observe("blocks", x);
    for (std::int64_t g = 0, first = 0; g < images; ++g) {
      const std::int64_t count = grids(g).patches();
      attn_pool.forward(on, workspace, x.rows(first, count), resampled.rows(g * queries, queries));
      first += count;
    }
    observe("attn_pool", resampled);
    ln_post.forward(on, resampled, resampled);
    proj.forward(on, resampled, seen.merged);
    observe("proj", seen.merged);
  }

 private:
  static void check(std::int64_t patches, View<const Grid, 1> grids, bool rows_fit) {
    expect(rows_fit, "QwenVLTower", "seen has other rows than num_queries an image");
    for (std::int64_t g = 0; g < grids.shape[0]; ++g) {
      patches -= grids(g).patches();
      expect(grids(g).t == 1 && grids(g).h == grids(g).w && grids(g).h > 0, "QwenVLTower",
             "an image is no square");
    }
    expect(patches == 0, "QwenVLTower", "the images have other patches than pixel_values");
  }
};

}  // namespace qwen3vl
