// Compiled for the device, run nowhere: what the rest of the family and its variants launch besides model.cu.
#include <qwen3vl/cuda.cuh>
#include <qwen3vl/nn/moe.hpp>
#include <qwen3vl/ops/rotate_adjacent.hpp>
#include <qwen3vl/ops/scale_queries.hpp>
#include <qwen3vl/ops/sinusoidal.hpp>
#include <qwen3vl/ops/window_order.hpp>
#include <qwen3vl/vision/gated_fusion.hpp>
#include <qwen3vl/vision/query_resampler.hpp>

namespace {
using namespace qwen3vl;

template <class T> struct Blocks {
  Cuda& on;
  Workspace<Cuda>& workspace;
  const MoE<Cuda, T>& experts;
  const GatedFusion<Cuda, T>& fusion;
  const QueryResampler<Cuda, T>& resampler;

  void run(View<T, 2, Device> x, View<T, 3, Device> q, View<const Segment, 1, Device> segments,
           View<int, 1, Device> cells, View<Segment, 1, Device> windows) {
    experts.forward(on, workspace, x, x);
    fusion.forward(on, workspace, q, x, x, x);
    resampler.forward(on, workspace, x, x);
    rotate_adjacent(on, x, x, q);
    add_sinusoidal(on, View<const Position, 1, Device>(), x);
    scale_queries(on, LogNScale{}, segments, q);
    window_order(on, Grid{}, 2, 4, 0, cells, cells);
    window_segments(on, Grid{}, 2, 4, 0, windows);
  }
};
template struct Blocks<bf16>;
template struct Blocks<f16>;
template struct Blocks<float>;

}  // namespace
