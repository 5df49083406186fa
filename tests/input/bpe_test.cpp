#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/bpe.hpp>

using namespace qwen3vl;

namespace {

using Ids = std::vector<std::int32_t>;

/// The definition, word for word.
Ids plain_bpe(const Merges& merges, Ids ids) {
  for (;;) {
    std::size_t best = 0;
    Merges::Merge found;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i)
      if (const auto merge = merges.find(ids[i], ids[i + 1]); merge.rank < found.rank)
        found = merge, best = i;
    if (found.rank == Merges::none) return ids;
    ids[best] = found.id;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace

TEST_CASE("bpe: lowest rank first, then leftmost") {
  Merges merges(3);  // a = 0, b = 1, c = 2
  merges.add(1, 2, {0, 3});
  merges.add(0, 1, {1, 4});
  merges.add(0, 0, {2, 5});
  Bpe bpe;
  const auto merged = [&](Ids ids) {
    bpe.merge(merges, ids);
    return ids;
  };
  CHECK(merged({0, 1, 2}) == Ids{0, 3});  // "bc" has the lower rank, though "ab" is further left
  CHECK(merged({0, 0, 0}) == Ids{5, 0});  // leftmost
  CHECK(merged({0, 0, 0, 1}) == Ids{5, 4});
  CHECK(merged({2}) == Ids{2});
  CHECK(merged({}) == Ids{});
}

TEST_CASE("bpe: the scan for short pieces and the heap for long ones are the definition") {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    // A random table: tokens 0..3 are symbols, the others merges of earlier tokens.
    Merges merges(60);
    std::int32_t next = 4;
    for (std::uint32_t rank = 0; rank < 60; ++rank) {
      const auto left = static_cast<std::int32_t>(random() % static_cast<unsigned>(next));
      const auto right = static_cast<std::int32_t>(random() % static_cast<unsigned>(next));
      if (merges.find(left, right).rank == Merges::none) merges.add(left, right, {rank, next++});
    }
    Ids ids(random() % (round % 2 ? 33 : 400));
    for (auto& id : ids) id = static_cast<std::int32_t>(random() % 4);
    Ids got = ids;
    Bpe bpe;
    bpe.merge(merges, got);
    REQUIRE(got == plain_bpe(merges, ids));
  }
}

TEST_CASE("bpe: a pair that is listed twice has its last rank") {
  Merges merges(3);
  merges.add(0, 1, {0, 3});
  merges.add(1, 2, {1, 4});
  merges.add(0, 1, {2, 3});
  Ids ids{0, 1, 2};
  Bpe().merge(merges, ids);
  CHECK(ids == Ids{0, 4});
}
