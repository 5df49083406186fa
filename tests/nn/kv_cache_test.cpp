#include <qwen3vl/nn/kv_cache.hpp>

#include <limits>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/cpu/cpu.hpp>

#include "../support/close.hpp"

using namespace qwen3vl;

TEST_CASE("KVCache: [layers, kv_heads, sequences · capacity, head_dim], keys before values") {
  Cpu cpu(1);
  KVCache<Cpu, float> cache(cpu, 3, 2, 4, 5, 7);
  CHECK(cache.sequences() == 5);
  CHECK(cache.capacity() == 7);
  CHECK(cache.bytes() == 2u * 3 * 2 * 4 * 5 * 7 * sizeof(float));

  const auto keys = cache.keys(0);  // [rows, kv_heads, head_dim]
  CHECK(keys.shape[0] == 35);
  CHECK(keys.shape[1] == 2);
  CHECK(keys.shape[2] == 4);
  CHECK(&keys(1, 0, 0) - &keys(0, 0, 0) == 4);       // the rows of a head lie side by side
  CHECK(&keys(0, 1, 0) - &keys(0, 0, 0) == 35 * 4);  // then the next head's
  CHECK(&cache.keys(1)(0, 0, 0) - &keys(0, 0, 0) == 2 * 35 * 4);
  CHECK(&cache.values(0)(0, 0, 0) - &keys(0, 0, 0) == 3 * 2 * 35 * 4);
  CHECK(&cache.values(2)(34, 1, 3) - &keys(0, 0, 0) == 2 * 3 * 2 * 35 * 4 - 1);  // the last number of all
}

TEST_CASE("KVCache: none, moved, and on DryRun") {
  Cpu cpu(1);
  CHECK(KVCache<Cpu, bf16>().bytes() == 0);
  CHECK(KVCache<Cpu, bf16>(cpu, 2, 2, 4, 1, 0).bytes() == 0);
  KVCache<Cpu, bf16> cache(cpu, 1, 1, 2, 1, 3);
  cache.keys(0)(2, 0, 1) = bf16(5.0f);
  const KVCache<Cpu, bf16> moved = std::move(cache);
  CHECK(float(moved.keys(0)(2, 0, 1)) == 5);

  DryRun dry;
  const KVCache<DryRun, bf16> planned(dry, 28, 8, 128, 1, 262144);
  CHECK(planned.bytes() == 2ull * 28 * 8 * 128 * 262144 * 2);
}

TEST_CASE("KVCache refuses sizes that no memory has, and layers it has not") {
  Cpu cpu(1);
  const auto cache = [&](int layers, std::int64_t capacity) {
    return KVCache<Cpu, bf16>(cpu, layers, 8, 128, 1, capacity);
  };
  CHECK_REFUSES(cache(28, std::numeric_limits<std::int64_t>::max()), "KVCache: no memory has that size");
  CHECK_REFUSES(cache(28, -1), "KVCache: no memory has that size");
  CHECK_REFUSES(cache(-1, 10), "KVCache: no memory has that size");
  CHECK_REFUSES(cache(28, std::int64_t{1} << 40), "no memory for");
  const auto two = cache(2, 4);
  CHECK_REFUSES(two.keys(2), "fewer layers than the model");
  CHECK_REFUSES(two.values(-1), "fewer layers than the model");
}
