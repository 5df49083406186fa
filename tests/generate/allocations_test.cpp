#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/sampling.hpp>

using namespace qwen3vl;

namespace {
std::atomic<std::size_t> count{0};
}

std::size_t allocations() { return count.load(); }

void* operator new(std::size_t bytes) {
  ++count;
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("choosing a token allocates nothing") {
  constexpr std::int32_t vocab = 20000;
  std::vector<float> logits(vocab);
  Random random(1);
  for (float& logit : logits) logit = static_cast<float>(10 * random.uniform());

  const SamplingOptions greedy{.temperature = 0, .repetition_penalty = 1.05};
  const SamplingOptions instruct{.temperature = 0.7, .top_k = 20, .top_p = 0.8, .presence_penalty = 1.5};
  const SamplingOptions all{.top_k = vocab - 1, .top_p = 0.99, .min_p = 0.01, .frequency_penalty = 0.1};
  const SamplingOptions none{};
  for (const SamplingOptions& options : {greedy, instruct, all, none}) {
    Sampling sampling(options, vocab);
    const std::size_t before = allocations();
    for (int token = 0; token < 20; ++token) sampling(logits);
    CHECK(allocations() == before);
  }

  std::vector<float> equal(vocab, 1.0f);  // ties keep all of them
  Sampling sampling({.top_k = 5, .top_p = 0.5}, vocab);
  const std::size_t before = allocations();
  sampling(equal);
  CHECK(allocations() == before);
}
