#pragma once

#include <qwen3vl/ops/mask/mask.hpp>

namespace qwen3vl {

/// Query i of a segment (from its first) sees the keys before it and itself:
///
///   padding ≤ key ≤ i + (keys − queries)          keys − queries : what is in the cache already
struct CausalMask {
  QWEN3VL_HD KeyRange visible(Segment segment, int query) const {
    return {segment.padding, segment.keys - segment.queries + query + 1};
  }
};
static_assert(Mask<CausalMask>);

}  // namespace qwen3vl
