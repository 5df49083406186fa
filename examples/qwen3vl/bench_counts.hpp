#pragma once

#include <algorithm>
#include <cstddef>

#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/model/model_config.hpp>

/// What a pass of the dense Qwen3-VL must compute and must read, counted from config.json's sizes: the floor
/// that no implementation gets below.
///
///   decoder   L layers   h hidden   m MLP   H heads   K kv heads   d head_dim   V vocabulary
///   tower     B blocks   c channels   i MLP   e numbers a patch   M = merge²   J = M·c   o = h   D taps
///             P patches, F of them a frame
///   s         bytes of a number
///
/// An operation is a multiplication or an addition: a product with a matrix of a × b numbers takes 2·a·b a row.
/// Counted are matrix products and attention; norms, RoPE, activations and the activations' own traffic are not.
namespace program {

/// Of one pass.
struct Work {
  double operations = 0, bytes = 0;
  friend Work operator+(Work a, Work b) { return {a.operations + b.operations, a.bytes + b.bytes}; }
};

/// What the machine gives, measured in the same run.
struct Ceilings {
  double read = 0;    // bytes a second, reading memory
  double copy = 0;    // bytes a second, copying it; counted are both ways
  double matrix = 0;  // operations a second, in a large product
};

/// No faster than the memory brings the bytes, nor than the arithmetic is done.
inline double floor_seconds(const Work& work, const Ceilings& ceilings) {
  return std::max(work.bytes / ceilings.read, work.operations / ceilings.matrix);
}

/// Numbers in the matrices that every token of the decoder goes through, the head's apart:
///
///   L·( h·(H + 2K)·d  +  H·d·h  +  3·h·m )         q, k, v;  o;  gate, up, down
inline double decoder_matrices(const qwen3vl::TextConfig& text) {
  const double h = text.hidden_size, d = text.head_dim, H = text.num_attention_heads,
               K = text.num_key_value_heads;
  return text.num_hidden_layers * (h * (H + 2 * K) * d + H * d * h + 3 * h * text.intermediate_size);
}

/// All numbers of the decoder but for embedding and head: the matrices, and the norms' L·(2h + 2d) + h.
inline double decoder_weights(const qwen3vl::TextConfig& text) {
  return decoder_matrices(text) + text.num_hidden_layers * (2.0 * text.hidden_size + 2.0 * text.head_dim) +
         text.hidden_size;
}

/// h·V: the head, and as many in the embedding.
inline double head_weights(const qwen3vl::TextConfig& text) {
  return double(text.hidden_size) * text.vocab_size;
}

/// Bytes of keys and values for one token: 2·L·K·d·s.
inline double cache_bytes_per_token(const qwen3vl::TextConfig& text, std::size_t s) {
  return 2.0 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim * double(s);
}

/// n tokens are read behind `past` others, and the last one's logits made: a prompt, or with n = 1 a token of
/// the answer.
///
///   operations  2·n·matrices  +  2·h·V  +  4·L·H·d·( n·past + n·(n + 1)/2 )      attention: q·kᵀ and p·v of
///                                                                                 the pairs that are seen
///   bytes       s·( weights + h·V + n·h )  +  2·L·K·d·s·(past + n)               every weight and every key
///                                                                                 and value once
inline Work count_tokens(const qwen3vl::TextConfig& text, double n, double past, std::size_t s) {
  const double pairs = n * past + n * (n + 1) / 2;
  const double attention = 4.0 * text.num_hidden_layers * text.num_attention_heads * text.head_dim * pairs;
  return {2 * n * decoder_matrices(text) + 2 * head_weights(text) + attention,
          double(s) * (decoder_weights(text) + head_weights(text) + n * text.hidden_size) +
              cache_bytes_per_token(text, s) * (past + n)};
}

/// Numbers of the tower:
///
///   e·c + c  +  positions·c                                     patch and position embedding
///   B·( 4·c² + 2·c·i  +  9·c + i )                              qkv, proj, fc1, fc2;  their biases, two norms
///   (1 + D)·( J² + J + J·o + o )  +  2·c + D·2·J                mergers, and their norms
inline double tower_weights(const qwen3vl::VisionConfig& vision) {
  const double c = vision.hidden_size, i = vision.intermediate_size, e = vision.patch_elements(),
               o = vision.out_hidden_size, J = c * vision.merged_patches(),
               D = double(vision.deepstack_visual_indexes.size());
  return e * c + c + vision.num_position_embeddings * c + vision.depth * (4 * c * c + 2 * c * i + 9 * c + i) +
         (1 + D) * (J * J + J + J * o + o) + 2 * c + D * 2 * J;
}

/// The tower looks at one image or clip.
///
///   operations  2·P·( e·c + B·(4·c² + 2·c·i) )  +  4·B·c·P·F  +  2·(1 + D)·(P/M)·(J² + J·o)
///   bytes       s·( weights + P·e + (1 + D)·(P/M)·o )
inline Work count_tower(const qwen3vl::VisionConfig& vision, qwen3vl::Grid grid, std::size_t s) {
  const double c = vision.hidden_size, i = vision.intermediate_size, e = vision.patch_elements(),
               o = vision.out_hidden_size, M = vision.merged_patches(), J = c * M, B = vision.depth,
               D = double(vision.deepstack_visual_indexes.size());
  const double P = double(grid.patches()), F = double(grid.h) * grid.w;
  return {2 * P * (e * c + B * (4 * c * c + 2 * c * i)) + 4 * B * c * P * F +
              2 * (1 + D) * (P / M) * (J * J + J * o),
          double(s) * (tower_weights(vision) + P * e + (1 + D) * (P / M) * o)};
}

}  // namespace program
