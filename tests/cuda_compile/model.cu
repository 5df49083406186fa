// Compiled for the device, run nowhere: all that a conversation with Qwen3-VL launches, in bf16 and f32.
#include <qwen3vl/cuda.cuh>
#include <qwen3vl/qwen3vl.hpp>

namespace {
using namespace qwen3vl;

template <class T> struct Pass {
  Cuda& on;
  Workspace<Cuda>& workspace;
  const Qwen3VL<Cuda, T>& model;
  VisualFeatures<Cuda, T> seen;

  void run(View<const T, 2, Device> pixels, View<const Grid, 1> grids, const Step<Cuda>& step,
           KVCache<Cuda, T>& cache, View<T, 2, Device> logits, View<float, 2, Device> out) {
    model.see(on, workspace, pixels, grids, seen);
    model.forward(on, workspace, step, seen, cache, logits);
    convert<Cuda, T, float>(on, logits, out);
  }
};
template struct Pass<bf16>;
template struct Pass<float>;

}  // namespace
