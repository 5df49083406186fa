// expect: Activation
#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/ops/activate.hpp>

using namespace qwen3vl;

struct Rounded {
  int operator()(float x) const { return static_cast<int>(x); }
};

void f(DryRun& on, View<float, 2, DryRun::Space> x) { activate(on, Rounded{}, x, x); }
