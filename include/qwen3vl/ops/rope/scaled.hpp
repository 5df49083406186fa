#pragma once

#include <qwen3vl/ops/rope/dynamic_ntk.hpp>
#include <qwen3vl/ops/rope/linear_scaling.hpp>
#include <qwen3vl/ops/rope/scaling.hpp>
#include <qwen3vl/ops/rope/yarn.hpp>

namespace qwen3vl {

/// A RoPE, stretched as config.json's rope_type says: one type for all its values. Recipes of models that
/// are read from files use it; whoever knows which scaling is wanted names that one.
template <RoPE R> struct ScaledRoPE {
  RopeScaling::Type type;
  YaRN<R> yarn;
  LinearScaling<R> linear;
  DynamicNTK<R> dynamic;

  template <class Config> static ScaledRoPE from(const Config& config) {
    if constexpr (requires { config.rope_scaling.type; }) {
      return {config.rope_scaling.type, YaRN<R>::from(config), LinearScaling<R>::from(config),
              DynamicNTK<R>::from(config)};
    } else {
      const R rope = make_rope<R>(config);
      return {RopeScaling::Type::none, {rope, 1, 0, 1, 1}, {rope, 1}, {rope, 1, 1}};
    }
  }
  ScaledRoPE at_length(std::int64_t length) const {
    ScaledRoPE now = *this;
    now.dynamic = dynamic.at_length(length);
    return now;
  }
  bool depends_on_length() const { return type == RopeScaling::Type::dynamic; }
  QWEN3VL_HD int pairs() const { return linear.pairs(); }
  QWEN3VL_HD float angle(Position at, int pair) const {
    switch (type) {
      case RopeScaling::Type::yarn:
        return yarn.angle(at, pair);
      case RopeScaling::Type::linear:
        return linear.angle(at, pair);
      case RopeScaling::Type::dynamic:
        return dynamic.angle(at, pair);
      default:
        return linear.rope.angle(at, pair);
    }
  }
  QWEN3VL_HD float scaling() const { return type == RopeScaling::Type::yarn ? yarn.scaling() : 1.0f; }
};

}  // namespace qwen3vl
