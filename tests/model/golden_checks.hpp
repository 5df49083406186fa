#pragma once

/// The whole model against the reference, on any backend.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "golden_case.hpp"

namespace qwen3vl {

inline constexpr double f32_tolerance =
    1e-5;  // sums of some hundred floats through 8 blocks, in another order

inline void expect_integers(const SafetensorsFile& expected, const char* name,
                            const std::vector<std::int64_t>& got) {
  if (!expected.find(name)) return;
  const auto wanted = expected.at(name).flat<std::int64_t>();
  CAPTURE(name);
  CHECK(std::vector<std::int64_t>(wanted.begin(), wanted.end()) == got);
}

/// Every tensor that the reference recorded: same name, same shape, same numbers.
inline void check_case(const GoldenCase& golden, const Trace& got) {
  int compared = 0;
  double largest = 0;
  for (const TensorInfo& wanted : golden.expected.tensors()) {
    if (wanted.dtype != StoredDtype::F32 || wanted.name == "logits_bf16") continue;
    CAPTURE(wanted.name);
    const Recorded* tensor = find(got, wanted.name);
    REQUIRE(tensor != nullptr);
    REQUIRE(std::equal(tensor->shape.begin(), tensor->shape.end(), wanted.shape.dims,
                       wanted.shape.dims + wanted.shape.rank));
    const double error =
        relative_error(tensor->values.data(), wanted.flat<float>().data(), tensor->values.size());
    CHECK(error <= f32_tolerance);
    largest = std::max(largest, error);
    ++compared;
  }
  MESSAGE(golden.directory, ": ", compared, " tensors, the furthest ", largest, " away");
  CHECK(compared >= 17);
  expect_integers(golden.expected, "position_ids", got.position_ids);
  expect_integers(golden.expected, "rope_deltas", got.rope_deltas);
  expect_integers(golden.expected, "greedy_tokens", got.greedy_tokens);
}

/// The same call in the released dialect: its own positions, logits and tokens.
inline void check_released(const GoldenCase& golden, const Trace& got) {
  const auto wanted = golden.expected.at("logits").flat<float>();
  CHECK(relative_error(find(got, "logits")->values.data(), wanted.data(), wanted.size()) <= f32_tolerance);
  expect_integers(golden.expected, "position_ids", got.position_ids);
  expect_integers(golden.expected, "rope_deltas", got.rope_deltas);
  expect_integers(golden.expected, "greedy_tokens", got.greedy_tokens);
}

/// In bf16 no further from the float logits than 1.25 times the reference's own bf16 run.
inline void check_bf16(const GoldenCase& golden, const Trace& got) {
  const auto wanted = golden.expected.at("logits").flat<float>();
  const auto theirs = golden.expected.at("logits_bf16").flat<float>();
  const Recorded* ours = find(got, "logits");
  REQUIRE(ours != nullptr);
  const double own = relative_error(ours->values.data(), wanted.data(), wanted.size());
  const double yardstick = relative_error(theirs.data(), wanted.data(), wanted.size());
  MESSAGE(golden.directory, ": ", own, " from float, the reference's bf16 ", yardstick);
  CHECK(own <= 1.25 * yardstick);
}

/// The same of a mixture of experts. Where two experts are nearly as probable, bf16 decides by chance, and one visit
/// decides most of a token's error (docs/faithfulness.md). So this compares the
/// tokens that it leaves no doubt about, those whose last chosen and first refused expert are 0.02 apart in every
/// layer of the float run, `exact`.
inline void check_bf16_beyond_doubt(const GoldenCase& golden, const Trace& exact, const Trace& got) {
  const auto wanted = golden.expected.at("logits").flat<float>();
  const auto theirs = golden.expected.at("logits_bf16").flat<float>();
  const auto& ours = find(got, "logits")->values;
  const std::int64_t vocab = golden.config.text_config.vocab_size,
                     experts = golden.config.text_config.num_experts;
  const int k = golden.config.text_config.num_experts_per_tok;

  std::vector<float> a, b, c;
  for (std::int64_t t = 0; t < golden.inputs.tokens; ++t) {
    double margin = 1;
    for (int layer = 0; layer < golden.config.text_config.num_hidden_layers; ++layer) {
      const std::string name = "model.language_model.layers." + std::to_string(layer) + ".mlp.gate";
      const float* const logits = find(exact, name)->values.data() + t * experts;
      std::vector<double> p(logits, logits + experts);
      double total = 0;
      for (double& value : p) total += value = std::exp(value);
      std::sort(p.begin(), p.end(), std::greater<>());
      margin = std::min(margin, (p[k - 1] - p[k]) / total);
    }
    if (margin < 0.02) continue;
    const std::size_t first = std::size_t(t * vocab);
    a.insert(a.end(), ours.begin() + first, ours.begin() + first + vocab);
    b.insert(b.end(), theirs.begin() + first, theirs.begin() + first + vocab);
    c.insert(c.end(), wanted.begin() + first, wanted.begin() + first + vocab);
  }
  CHECK(std::int64_t(c.size()) >= 40 * vocab);
  const double own = relative_error(a.data(), c.data(), c.size()),
               yardstick = relative_error(b.data(), c.data(), c.size());
  MESSAGE("of all tokens ", relative_error(ours.data(), wanted.data(), wanted.size()), ", the reference ",
          relative_error(theirs.data(), wanted.data(), wanted.size()));
  MESSAGE("of ", c.size() / vocab, " tokens: ", own, " from float, the reference's bf16 ", yardstick);
  CHECK(own <= 1.25 * yardstick);
}

/// The three sequences of qwen3vl_batch, left-padded, packed, in chunks and one by one: the same tokens, and
/// logits no further apart than `tolerance`.
template <class B> void check_batch(B& on, double tolerance) {
  const GoldenCase golden("qwen3vl_batch", "tied");
  const Trace padded = golden.run_as<Qwen3VL<B, float>>(on, 24);
  const std::vector<float>& all = find(padded, "logits")->values;
  const std::int64_t vocab = golden.config.text_config.vocab_size, tokens = golden.inputs.tokens;

  Checkpoint checkpoint(golden.checkpoint_directory);
  const auto loaded = load<Qwen3VL<B, float>>(on, checkpoint, golden.config);
  const auto batch =
      batch_positions(golden.inputs, {golden.config.image_token_id, golden.config.video_token_id}, 2,
                      TextTimestamps{}, AfterVision::behind_all_axes);
  std::int64_t seen = 0;
  for (const Grid& grid : golden.inputs.images) seen += grid.tokens(2);

  const auto generate = [&](const std::vector<int>& sequences, std::int64_t chunk) {
    Session session(on, loaded.model, golden.config, SessionSize{int(sequences.size()), tokens + 24, chunk});
    session.expect_visual_tokens(seen);
    session.see(golden.inputs.pixel_values, golden.inputs.images);
    std::vector<SequenceInput> step;
    for (const int s : sequences) {  // without the pads: rows of different lengths, side by side
      const auto pads = std::size_t(golden.inputs.padding[s]);
      step.push_back({std::span(golden.inputs.ids).subspan(s * tokens + pads, tokens - pads),
                      std::span(batch.positions[s]).subspan(pads), std::span(batch.visual[s]).subspan(pads)});
    }
    auto logits = session.read(step);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      const float* reference = all.data() + (sequences[i] * tokens + tokens - 1) * vocab;
      CHECK(relative_error(&logits(i, 0), reference, vocab) <= tolerance);
    }
    std::vector<int> ids(sequences.size());
    std::vector<Position> at(sequences.size());
    for (int n = 0; n < 24; ++n) {
      for (std::size_t i = 0; i < sequences.size(); ++i) {
        ids[i] = argmax({&logits(i, 0), std::size_t(vocab)});
        CHECK(ids[i] == padded.greedy_tokens[sequences[i] * 24 + n]);
        const int next = batch.next[sequences[i]] + n;
        at[i] = {next, next, next};
        step[i] = {std::span(ids).subspan(i, 1), std::span(at).subspan(i, 1), {}};
      }
      if (n < 23) logits = session.read(step);
    }
  };
  generate({0, 1, 2}, 512);
  generate({0, 1, 2}, 5);
  for (const int s : {0, 1, 2}) generate({s}, 512);
}

}  // namespace qwen3vl
