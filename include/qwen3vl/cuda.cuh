#pragma once

/// The CUDA backend: the handle and every kernel. Compiled by nvcc; needs cuBLASLt.
#include <qwen3vl/cuda/activate.cuh>
#include <qwen3vl/cuda/add.cuh>
#include <qwen3vl/cuda/argmax.cuh>
#include <qwen3vl/cuda/attend.cuh>
#include <qwen3vl/cuda/choose.cuh>
#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/cuda/experts.cuh>
#include <qwen3vl/cuda/fusion.cuh>
#include <qwen3vl/cuda/grouped_linear.cuh>
#include <qwen3vl/cuda/layer_norm.cuh>
#include <qwen3vl/cuda/linear.cuh>
#include <qwen3vl/cuda/replay.cuh>
#include <qwen3vl/cuda/resize_table.cuh>
#include <qwen3vl/cuda/rms_norm.cuh>
#include <qwen3vl/cuda/rope.cuh>
#include <qwen3vl/cuda/rotate_adjacent.cuh>
#include <qwen3vl/cuda/rows.cuh>
#include <qwen3vl/cuda/scale_queries.cuh>
#include <qwen3vl/cuda/vision.cuh>
#include <qwen3vl/cuda/window_order.cuh>
