#pragma once

#include <qwen3vl/model/model_config.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>
#include <qwen3vl/vision/qwen_vl_tower.hpp>

/// The models of the family. Each is the same assembly of the same blocks with recipes of its own:
///
///   model        decoder                                       tower
///   Qwen-VL      Qwen1: dynamic NTK, log-n attention           QwenVLVision: a CLIP ViT, resampler
///   Qwen2-VL     Qwen2, as below                               Qwen2Vision: LayerNorm, quick GELU
///   Qwen2.5-VL   Qwen2: chunked M-RoPE, biases                 Qwen2_5Vision: windows, RMSNorm, SwiGLU
///   Qwen3-VL     Qwen3: interleaved M-RoPE, norms of q and k   Qwen3Vision: learned positions, DeepStack
///   … MoE        Qwen3MoE: the same with experts               the same
namespace qwen3vl {

template <Backend B, Element T> using Qwen3VLDense = Qwen3VL<B, T>;                     // 2B, 4B, 8B, 32B
template <Backend B, Element T> using Qwen3VLMoE = Qwen3VL<B, T, Qwen3MoE>;             // 30B-A3B, 235B-A22B
template <Backend B, Element T> using QwenVL = Qwen3VL<B, T, Qwen1, QwenVLVision>;      // and -Chat
template <Backend B, Element T> using Qwen2VL = Qwen3VL<B, T, Qwen2, Qwen2Vision>;      // 2B, 7B, 72B
template <Backend B, Element T> using Qwen2_5VL = Qwen3VL<B, T, Qwen2, Qwen2_5Vision>;  // 3B, 7B, 32B, 72B

/// A type as a value.
template <class Model> struct ModelType { using type = Model; };

/// Calls f with the type of the generation's model: the only place where model_type becomes a type.
template <Backend B, Element T, class F> auto with_model_type(Generation generation, F&& f) {
  switch (generation) {
    case Generation::qwen_vl:
      return f(ModelType<QwenVL<B, T>>{});
    case Generation::qwen2_vl:
      return f(ModelType<Qwen2VL<B, T>>{});
    case Generation::qwen2_5_vl:
      return f(ModelType<Qwen2_5VL<B, T>>{});
    case Generation::qwen3_vl_moe:
      return f(ModelType<Qwen3VLMoE<B, T>>{});
    default:
      return f(ModelType<Qwen3VLDense<B, T>>{});
  }
}

}  // namespace qwen3vl
