#pragma once

#include <cmath>

#include <qwen3vl/ops/activation/activation.hpp>

namespace qwen3vl {

/// x·σ(1.702 x) (Hendrycks & Gimpel 2016, §2), config.json's "quick_gelu".
struct QuickGelu {
  QWEN3VL_HD float operator()(float x) const { return x / (1.0f + expf(-1.702f * x)); }
};
static_assert(Activation<QuickGelu>);

}  // namespace qwen3vl
