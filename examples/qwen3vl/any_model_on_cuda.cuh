#pragma once

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/cuda.cuh>
#include <qwen3vl/model/any_model.hpp>

// Compiled once, in any_model_on_cuda_f32.cu and any_model_on_cuda_bf16.cu; what is tried out on DryRun, in
// any_model_f32.cpp and any_model_bf16.cpp.
extern template class qwen3vl::AnyModel<qwen3vl::Cuda, float>;
extern template class qwen3vl::AnyModel<qwen3vl::Cuda, qwen3vl::bf16>;
extern template class qwen3vl::AnyModel<qwen3vl::DryRun, float>;
extern template class qwen3vl::AnyModel<qwen3vl::DryRun, qwen3vl::bf16>;
