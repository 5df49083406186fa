#pragma once

#include <cmath>

#include <qwen3vl/ops/activation/activation.hpp>

namespace qwen3vl {

/// x·σ(x), also called Swish-1 (Elfwing, Uchibe & Doya 2017, eq. 5), config.json's "silu".
struct SiLU {
  QWEN3VL_HD float operator()(float x) const { return x / (1.0f + expf(-x)); }
};
static_assert(Activation<SiLU>);

}  // namespace qwen3vl
