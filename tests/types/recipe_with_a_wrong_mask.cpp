// expect: a recipe's Mask has visible\(Segment, int\)
#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/text/text_model.hpp>

using namespace qwen3vl;

struct Matrix {
  bool visible(int, int) const { return true; }
};
struct Wrong : Qwen3 {
  using Mask = Matrix;
};

TextModel<DryRun, float, Wrong> model{TextConfig{}};
