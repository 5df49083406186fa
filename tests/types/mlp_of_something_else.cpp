// expect: Activation
#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/nn/mlp.hpp>

using namespace qwen3vl;

struct Whole {
  int operator()(float x) const { return static_cast<int>(x); }
};

MLP<DryRun, float, Whole> wrong;
