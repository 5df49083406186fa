// expect: (a recipe's RoPE has pairs\(\) and angle\(Position, int\)|RoPE)
#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/text/text_model.hpp>

using namespace qwen3vl;

struct Turns {
  int head_dim;
  int pairs() const { return head_dim / 2; }
  int angle(Position, int) const { return 0; }  // whole radians
};
struct Wrong : Qwen3 {
  using RoPE = Turns;
};

TextModel<DryRun, float, Wrong> model{TextConfig{}};
