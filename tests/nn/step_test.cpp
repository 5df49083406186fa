#include <qwen3vl/nn/step.hpp>

#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/cpu/cpu.hpp>

using namespace qwen3vl;

TEST_CASE("VisualFeatures: rows of the merged features and of every DeepStack level") {
  std::vector<float> numbers(5 * 2 + 3 * 5 * 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  VisualFeatures<Cpu, float> seen;
  seen.merged = {numbers.data(), {5, 2}};
  seen.deepstack = {numbers.data() + 10, {3, 5, 2}};
  const auto part = seen.rows(3, 2);
  CHECK(part.merged.shape[0] == 2);
  CHECK(part.merged(1, 1) == 9);
  CHECK(part.deepstack.shape[0] == 3);
  CHECK(part.deepstack.shape[1] == 2);
  for (int level = 0; level < 3; ++level) CHECK(part.deepstack(level, 1, 1) == seen.deepstack(level, 4, 1));
}

TEST_CASE("VisualFeatures: without DeepStack there is nothing to cut") {
  float numbers[4] = {};
  VisualFeatures<Cpu, float> seen;
  seen.merged = {numbers, {2, 2}};
  CHECK(seen.rows(1, 1).deepstack.size() == 0);
}
