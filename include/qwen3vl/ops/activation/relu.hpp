#pragma once

#include <cmath>

#include <qwen3vl/ops/activation/activation.hpp>

namespace qwen3vl {

/// max(0, x) (Nair & Hinton 2010).
struct ReLU {
  QWEN3VL_HD float operator()(float x) const { return x > 0 ? x : 0.0f; }
};
static_assert(Activation<ReLU>);

}  // namespace qwen3vl
