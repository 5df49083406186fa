// expect: (no match for call to|no matching function for call to object of type) .*View<float, 2>
#include <qwen3vl/core/view.hpp>

float f(qwen3vl::View<float, 2> x) { return x(3); }
