// expect: mask\.visible\(segment, query\)
#include <qwen3vl/ops/mask/mask.hpp>

struct Matrix {
  bool visible(int, int) const { return true; }
};

template <qwen3vl::Mask M> void look(M) {}

void f() { look(Matrix{}); }
