#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>

/// What is made of a prompt's last token instead of the next token: Qwen3-VL-Embedding and -Reranker. The
/// models are Qwen3-VL; only the last step differs.
namespace qwen3vl {

/// The embedding of a prompt: the last token's features after the final norm, cut to their first `dimensions`
/// (Matryoshka representation learning, Kusupati et al. 2022; 0: all), and divided by their length.
///
///   hidden : [hidden]     result : [dimensions], of length 1
inline std::vector<float> embedding(std::span<const float> hidden, std::size_t dimensions = 0) {
  if (dimensions == 0) dimensions = hidden.size();
  if (dimensions > hidden.size() || hidden.empty())
    throw Error("embedding", std::to_string(dimensions) + " dimensions of " + std::to_string(hidden.size()));
  double squares = 0;
  for (const float x : hidden.first(dimensions)) squares += static_cast<double>(x) * x;
  const double length = std::max(std::sqrt(squares), 1e-12);  // of a zero vector zeros, as in the reference
  std::vector<float> unit;
  for (const float x : hidden.first(dimensions)) unit.push_back(static_cast<float>(x / length));
  return unit;
}

/// How relevant a document is: the probability of "yes" where only "yes" and "no" can be said.
///
///   score = e^l[yes] / (e^l[yes] + e^l[no]) = σ(l[yes] − l[no])        logits : [vocab], of the last token
inline float relevance(std::span<const float> logits, int yes, int no) {
  const auto size = static_cast<long long>(logits.size());
  if (yes < 0 || no < 0 || yes >= size || no >= size || yes == no)
    throw Error("relevance",
                "the tokens of yes and no are " + std::to_string(yes) + " and " + std::to_string(no),
                "two ids of the vocabulary");
  const double difference = static_cast<double>(logits[std::size_t(no)]) - logits[std::size_t(yes)];
  return static_cast<float>(1 / (1 + std::exp(difference)));
}

}  // namespace qwen3vl
