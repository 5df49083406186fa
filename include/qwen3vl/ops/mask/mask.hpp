#pragma once

#include <concepts>
#include <cstdint>

#include <qwen3vl/core/annotations.hpp>

/// Attention masks. Tokens that attend to each other form a segment: a sequence of the decoder, a
/// frame of the vision tower, a window. Nothing looks outside its segment. A policy answers one
/// question: *which run of its segment's keys may a query see?*
///
///   full.hpp       all of them                          vision towers
///   causal.hpp     those up to itself, pads excluded    decoders
///
/// A run, not a matrix: no N × N buffer exists, and a kernel skips what nobody may see. Causality goes
/// by the order of the sequence, never by position ids, which vision tokens share.
namespace qwen3vl {

/// Queries query_begin … query_begin + queries − 1 (rows of q) against keys key_begin … key_begin +
/// keys − 1 (rows of k and v). The last query is the last key's token. The first `padding` keys are
/// left padding and nobody's business.
struct Segment {
  int query_begin, queries;
  int key_begin, keys;
  int padding = 0;
};

/// Do a segment's queries and keys lie among these tokens of q and rows of k and v?
QWEN3VL_HD constexpr bool within(const Segment& s, std::int64_t tokens, std::int64_t rows) {
  return s.query_begin >= 0 && s.queries >= 0 && std::int64_t(s.query_begin) + s.queries <= tokens &&
         s.key_begin >= 0 && s.keys >= 0 && std::int64_t(s.key_begin) + s.keys <= rows;
}

/// Keys begin … end − 1, counted from the segment's first.
struct KeyRange {
  int begin, end;
};

template <class M>
concept Mask = std::copyable<M> && requires(const M mask, Segment segment, int query) {
  { mask.visible(segment, query) } -> std::same_as<KeyRange>;
};

}  // namespace qwen3vl
