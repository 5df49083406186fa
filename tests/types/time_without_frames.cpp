// expect: (VideoTime|no matching function for call to .*position_ids)
#include <qwen3vl/text/position_ids.hpp>

using namespace qwen3vl;

struct Seconds {
  double time(std::size_t, int frame) const { return frame; }
};

PositionIds f(std::span<const int> ids, std::span<const Grid> none) {
  return position_ids(ids, {1, 2}, none, none, 2, Seconds{});
}
