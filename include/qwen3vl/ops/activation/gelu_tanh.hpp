#pragma once

#include <cmath>

#include <qwen3vl/ops/activation/activation.hpp>

namespace qwen3vl {

/// The tanh form of GELU (Hendrycks & Gimpel 2016, §2), config.json's "gelu_pytorch_tanh".
struct GeluTanh {
  QWEN3VL_HD float operator()(float x) const {
    return 0.5f * x * (1.0f + tanhf(0.7978845608f * (x + 0.044715f * x * x * x)));
  }
};
static_assert(Activation<GeluTanh>);

}  // namespace qwen3vl
