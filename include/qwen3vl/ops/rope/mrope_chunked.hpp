#pragma once

#include <qwen3vl/ops/rope/standard.hpp>

namespace qwen3vl {

/// Chunked M-RoPE (Wang et al. 2024, Qwen2-VL, §2.1): three runs of pairs, one an axis. With
/// mrope_section = [16, 24, 24]:
///
///   pair  0 … 15   16 … 39   40 … 63
///   axis    t         h         w
struct MRoPEChunked {
  int head_dim;   // 128
  float theta;    // rope_theta
  int section_t;  // mrope_section[0], in pairs
  int section_h;  // mrope_section[1], in pairs

  template <class Config> static MRoPEChunked from(const Config& config) {
    return {config.head_dim, static_cast<float>(config.rope_theta), config.mrope_section[0],
            config.mrope_section[1]};
  }
  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const int position = pair < section_t ? at.t : pair < section_t + section_h ? at.h : at.w;
    return static_cast<float>(position) * rope_frequency(theta, pair, head_dim);
  }
};
static_assert(RoPE<MRoPEChunked>);

}  // namespace qwen3vl
