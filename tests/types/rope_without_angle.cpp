// expect: rope\.angle\(at, pair\)
#include <qwen3vl/ops/rope/rope.hpp>

struct NoAngle {
  int pairs() const { return 8; }
};

template <qwen3vl::RoPE R> void turn(R) {}

void f() { turn(NoAngle{}); }
