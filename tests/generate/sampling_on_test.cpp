#include "sampling_on_cases.hpp"

#include "allocations.hpp"
#include "fake_decoder.hpp"

#include <qwen3vl/cpu/argmax.hpp>
#include <qwen3vl/cpu/choose.hpp>
#include <qwen3vl/generate/generate.hpp>

using namespace qwen3vl;
using namespace qwen3vl::test;

static_assert(Sampler<SamplingOn<Cpu>, View<const float, 1>> && Sampler<GreedyOn<Cpu>, View<const float, 1>>);

TEST_CASE("sampling where the logits are, on the CPU") {
  Cpu cpu(1);
  sampling_on_cases(cpu);
}

TEST_CASE("choosing a token where the logits are allocates nothing on the CPU") {
  Cpu cpu(1);
  constexpr std::int32_t vocab = 5000;
  std::vector<float> logits(vocab);
  Random random(1);
  for (float& logit : logits) logit = static_cast<float>(10 * random.uniform());
  const LogitsOn there(cpu, logits);
  GreedyOn greedy(cpu);
  SamplingOn sampling(cpu, {.temperature = 0.7, .top_k = 20, .top_p = 0.8, .presence_penalty = 1.5}, vocab);
  const std::size_t before = allocations();
  for (int token = 0; token < 20; ++token) greedy(there.view()), sampling(there.view());
  CHECK(allocations() == before);
}

TEST_CASE("the decoding loop hands a view to a sampler that works there, and a span to others") {
  Cpu cpu(1);
  std::vector<float> logits(257, 0.0f);
  const LogitsOn there(cpu, logits);
  static_assert(std::is_same_v<decltype(as_logits<GreedyOn<Cpu>>(there.view())), View<const float, 1>>);
  static_assert(std::is_same_v<decltype(as_logits<Sampling>(there.view())), std::span<const float>>);
  Completion completion(FakeDecoder{}, StopRules{.max_new_tokens = 3});
  GreedyOn greedy(cpu);
  logits['a'] = 1;
  LogitsOn letters(cpu, logits);
  generate(completion, greedy, letters.view(), [&](std::int32_t id) {
    logits[static_cast<std::size_t>(id) + 1] = logits[static_cast<std::size_t>(id)] + 1;
    letters.bring(logits);
    return letters.view();
  });
  CHECK(completion.text() == "abc");
}
