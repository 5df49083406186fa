/// The models of the family in bf16 on a GPU.
#include <qwen3vl/cuda.cuh>
#include <qwen3vl/model/any_model.hpp>

template class qwen3vl::AnyModel<qwen3vl::Cuda, qwen3vl::bf16>;
