#pragma once

#include <qwen3vl/ops/mask/mask.hpp>

namespace qwen3vl {

/// Every query sees every key of its segment.
struct FullMask {
  QWEN3VL_HD KeyRange visible(Segment segment, int) const { return {segment.padding, segment.keys}; }
};
static_assert(Mask<FullMask>);

}  // namespace qwen3vl
