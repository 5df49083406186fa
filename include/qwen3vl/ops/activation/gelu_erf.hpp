#pragma once

#include <cmath>

#include <qwen3vl/ops/activation/activation.hpp>

namespace qwen3vl {

/// GELU, exactly: x·Φ(x) (Hendrycks & Gimpel 2016, §2), config.json's "gelu".
struct GeluErf {
  QWEN3VL_HD float operator()(float x) const { return 0.5f * x * (1.0f + erff(x * 0.7071067812f)); }
};
static_assert(Activation<GeluErf>);

}  // namespace qwen3vl
