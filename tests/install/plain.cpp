// A foreign project takes the standard-library part alone: which axis turns which pair, and a view.
#include <cstdio>

#include <qwen3vl/qwen3vl.hpp>

int main() {
  using namespace qwen3vl;
  float numbers[6] = {0, 1, 2, 3, 4, 5};
  const View<float, 2> view(numbers, {2, 3});
  const MRoPEInterleaved rope{128, 5e6f, 20, 20};
  const Position here{7, 3, 5};
  std::printf("%g %g %g\n", double(view(1, 2)), double(rope.angle(here, 0)), double(bf16(1.0f)));
  return view(1, 2) == 5 && rope.angle(here, 0) == 7 && rope.pairs() == 64 ? 0 : 1;
}
