#include <qwen3vl/vision/navit_packing.hpp>

#include <cmath>
#include <random>
#include <set>
#include <vector>

#include <qwen3vl/cpu/attend.hpp>
#include <qwen3vl/ops/mask/full.hpp>

#include "../support/cpu_bench.hpp"
#include "../support/reference.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("pack_first_fit: the article's example") {
  const std::vector<std::int64_t> lengths{100, 60, 80, 40, 30, 20};
  const auto places = pack_first_fit(lengths, 128);
  CHECK(places ==
        std::vector<Packed>{{0, 0, 100}, {1, 0, 60}, {2, 0, 80}, {1, 60, 40}, {2, 80, 30}, {0, 100, 20}});
  CHECK(pack_first_fit({}, 128).empty());
  CHECK_THROWS_WITH_AS(pack_first_fit(lengths, 99), doctest::Contains("an image of 100 tokens"), Error);
  CHECK_THROWS_AS(pack_first_fit(std::vector<std::int64_t>{0}, 9), Error);
}

TEST_CASE("packed images attend as if each were alone, and padding is nobody's business") {
  const std::vector<std::int64_t> lengths{5, 3, 4, 2};
  const std::int64_t capacity = 8;
  const auto places = pack_first_fit(lengths, capacity);
  const auto segments = packed_segments(places, capacity);
  const auto q = random({16, 2, 8}, 1), k = random({16, 2, 8}, 2), v = random({16, 2, 8}, 3);
  CpuBench<float> bench;
  auto out = bench.full({16, 2, 8}, 7);
  attend(bench.on, FullMask{}, bench.list(segments), bench.copy(q), bench.copy(k), bench.copy(v), 0.3f, out);
  const auto got = bench.read(out);
  std::vector<int> image(16, -1);  // of each row; −1 is padding
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::int64_t t = 0; t < places[i].length; ++t)
      image[std::size_t(places[i].buffer * capacity + places[i].begin + t)] = int(i);
  for (int t = 0; t < 16; ++t)
    for (int h = 0; h < 2; ++h)
      for (int c = 0; c < 8; ++c) {
        if (image[t] < 0) {
          CHECK(got(t, h, c) == 7);  // not written
          continue;
        }
        double total = 0, sum = 0;
        for (int j = 0; j < 16; ++j) {
          if (image[j] != image[t]) continue;  // the block-diagonal mask
          double dot = 0;
          for (int e = 0; e < 8; ++e) dot += q(t, h, e) * k(j, h, e);
          total += std::exp(0.3 * dot), sum += std::exp(0.3 * dot) * v(j, h, c);
        }
        CHECK(std::abs(got(t, h, c) - sum / total) <= 1e-5);
      }
}

TEST_CASE("kept_tokens: as many as the rate leaves, in order, in whole runs, each as often") {
  std::mt19937 random(1);
  CHECK(kept_tokens(10, 0, random).size() == 10);
  CHECK(kept_tokens(10, 0.34, random).size() == 7);
  CHECK(kept_tokens(3, 0.99, random).size() == 1);
  std::vector<int> seen(12, 0);
  for (int round = 0; round < 3000; ++round) {
    const auto kept = kept_tokens(12, 0.5, random);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    CHECK(std::set<int>(kept.begin(), kept.end()).size() == 6);
    for (const int token : kept) ++seen[std::size_t(token)];
  }
  for (const int count : seen)
    CHECK(std::abs(count - 1500) <= 5 * std::sqrt(750.0));  // five standard deviations
  const auto blocks = kept_tokens(24, 0.5, random, 4);
  REQUIRE(blocks.size() == 12);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK((blocks[i] % 4 == int(i % 4) && blocks[i] / 4 == blocks[i / 4 * 4] / 4));
  CHECK_THROWS_AS(kept_tokens(10, 0.5, random, 4), Error);
  CHECK_THROWS_AS(kept_tokens(10, 1, random), Error);
  CHECK_THROWS_AS(kept_tokens(10, NAN, random), Error);
}
