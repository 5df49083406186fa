// expect: RoPE
#include <qwen3vl/ops/rope/yarn.hpp>

struct NoAngle {
  int pairs() const { return 8; }
};

qwen3vl::YaRN<NoAngle> wrong;
