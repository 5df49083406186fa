#pragma once

#include <qwen3vl/ops/rope/standard.hpp>

namespace qwen3vl {

/// Interleaved M-RoPE (Qwen3-VL): the pairs take turns t h w t h w …, until h and w have had their
/// section; the rest is t. With mrope_section = [24, 20, 20] and 64 pairs:
///
///   pair  0  1  2  3  4  5  …  57 58 59 60 61 62 63
///   axis  t  h  w  t  h  w  …   t  h  w  t  t  t  t
///
/// angle = axis position · theta^(−2i/head_dim): one ladder, so that text (t = h = w) sees StandardRoPE.
struct MRoPEInterleaved {
  int head_dim;   // 128
  float theta;    // rope_theta
  int section_h;  // mrope_section[1], in pairs
  int section_w;  // mrope_section[2], in pairs

  template <class Config> static MRoPEInterleaved from(const Config& config) {
    return {config.head_dim, static_cast<float>(config.rope_theta), config.mrope_section[1],
            config.mrope_section[2]};
  }
  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const bool h = pair % 3 == 1 && pair < 3 * section_h;
    const bool w = pair % 3 == 2 && pair < 3 * section_w;
    return static_cast<float>(h ? at.h : w ? at.w : at.t) * rope_frequency(theta, pair, head_dim);
  }
};
static_assert(RoPE<MRoPEInterleaved>);

}  // namespace qwen3vl
