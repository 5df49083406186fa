/// The whole model on the device against the reference, case by case.
#include <qwen3vl/cuda.cuh>
#include <qwen3vl/generate/greedy_on.hpp>
#include <qwen3vl/generate/sampling.hpp>
#include <qwen3vl/generate/sampling_on.hpp>

#include "../model/golden_checks.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using test::shared_cuda;

namespace {

template <class T> using Model = Qwen3VL<Cuda, T>;

void check_case(const char* name, const char* checkpoint) {
  const GoldenCase golden(name, checkpoint);
  check_case(golden, golden.run_as<Model<float>>(shared_cuda(), 24));
}
void check_bf16(const char* name, const char* checkpoint) {
  const GoldenCase golden(name, checkpoint);
  check_bf16(golden, golden.run_as<Model<bf16>>(shared_cuda(), 0));
}

}  // namespace

TEST_CASE("qwen3vl_text on CUDA: every traced tensor, f32") { check_case("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video on CUDA: every traced tensor, f32") {
  check_case("qwen3vl_image_video", "tied");
}
TEST_CASE("qwen3vl_untied on CUDA: every traced tensor, f32") { check_case("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch on CUDA: every traced tensor, f32") { check_case("qwen3vl_batch", "tied"); }

TEST_CASE("qwen3vl_text on CUDA: bf16 logits") { check_bf16("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video on CUDA: bf16 logits") { check_bf16("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied on CUDA: bf16 logits") { check_bf16("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch on CUDA: bf16 logits") { check_bf16("qwen3vl_batch", "tied"); }

TEST_CASE("on CUDA a prompt in chunks of 1, 7, 64 gives what the whole gives, images and videos included") {
  const GoldenCase golden("qwen3vl_image_video", "tied");
  const Trace whole = golden.run_as<Model<float>>(shared_cuda(), 24);
  for (const int chunk : {1, 7, 64}) {
    CAPTURE(chunk);
    const Trace chunked = golden.run_as<Model<float>>(shared_cuda(), 24, chunk);
    CHECK(chunked.greedy_tokens == whole.greedy_tokens);
    const auto &a = find(chunked, "logits")->values, &b = find(whole, "logits")->values;
    CHECK(relative_error(a.data(), b.data(), b.size()) <= f32_tolerance);
  }
}

TEST_CASE("on CUDA a batch of three, left-padded, packed and one by one, gives the same tokens and logits") {
  check_batch(shared_cuda(), f32_tolerance);
}

TEST_CASE_TEMPLATE(
    "on CUDA an unchecked handle, which plays the next tokens' passes from a record, gives the same tokens",
    T, float, bf16) {
  Cuda unchecked;
  for (const char* name : {"qwen3vl_image_video", "qwen3vl_batch"}) {
    const GoldenCase golden(name, "tied");
    const Trace checked = golden.run_as<Model<T>>(shared_cuda(), 24),
                played = golden.run_as<Model<T>>(unchecked, 24);
    CHECK(played.greedy_tokens == checked.greedy_tokens);
  }
}

TEST_CASE("on CUDA a forward pass allocates nothing, and needs what DryRun says") {
  Cuda& cuda = shared_cuda();
  const GoldenCase golden("qwen3vl_text", "tied");
  Checkpoint checkpoint(golden.checkpoint_directory);
  std::uint64_t told = 0;
  const auto loaded =
      load<Qwen3VL<Cuda, bf16>>(cuda, checkpoint, golden.config, nullptr,
                                [&](std::uint64_t done, std::uint64_t total, const std::string&) {
                                  CHECK(done <= total);
                                  told = done;
                                });
  CHECK(told == 2 * std::uint64_t(count_weights<Qwen3VL<DryRun, bf16>>(golden.config)));
  CHECK(loaded.converted.bytes() >= told);

  Session session(cuda, loaded.model, golden.config, SessionSize{1, 64, 16});
  const auto batch =
      batch_positions(golden.inputs, {golden.config.image_token_id, golden.config.video_token_id}, 2,
                      TextTimestamps{}, AfterVision::behind_all_axes);
  const SequenceInput input{
      std::span(golden.inputs.ids).first(20), std::span(batch.positions[0]).first(20), {}, 0};
  cuda.arena().reset_peak();
  const std::size_t used = cuda.arena().used();
  session.read(std::span(&input, 1));
  CHECK(cuda.arena().used() == used);
  CHECK(cuda.arena().peak() <= used);
}

TEST_CASE(
    "on CUDA logits that stay there give the tokens that they give on the host, and nothing is allocated") {
  Cuda cuda;
  const GoldenCase golden("qwen3vl_text", "tied");
  Checkpoint checkpoint(golden.checkpoint_directory);
  const auto loaded = load<Qwen3VL<Cuda, bf16>>(cuda, checkpoint, golden.config);
  const std::int32_t vocab = golden.config.text_config.vocab_size;
  const auto batch =
      batch_positions(golden.inputs, {golden.config.image_token_id, golden.config.video_token_id}, 2,
                      TextTimestamps{}, AfterVision::behind_all_axes);
  const SequenceInput prompt{
      std::span(golden.inputs.ids).first(20), std::span(batch.positions[0]).first(20), {}, 0};
  const SamplingOptions options{
      .temperature = 1.5, .top_k = 40, .top_p = 0.9, .presence_penalty = 0.5, .seed = 3};
  /// Twenty tokens, each as choose(inputs) says.
  const auto answer = [&](auto& session, auto choose) {
    session.rewind(0, 0);
    std::vector<int> ids{choose(std::span<const SequenceInput>(&prompt, 1))};
    for (int place = 20; ids.size() < 20; ++place) {
      const Position at{place, place, place};
      const SequenceInput input{std::span(&ids.back(), 1), std::span(&at, 1), {}, 0};
      const int id = choose(std::span<const SequenceInput>(&input, 1));
      ids.push_back(id);
    }
    return ids;
  };
  Session session(cuda, loaded.model, golden.config, SessionSize{1, 64, 64});
  Sampling sampling(options, vocab);
  SamplingOn there(cuda, options, vocab);
  GreedyOn greedy(cuda);
  const auto on_host = answer(session, [&](auto inputs) {
    const auto logits = session.read(inputs);
    return sampling({logits.data, std::size_t(vocab)});
  });
  const std::size_t used = cuda.arena().used();
  cuda.arena().reset_peak();
  CHECK(answer(session, [&](auto inputs) { return there(session.read_in_place(inputs)[0]); }) == on_host);
  CHECK(cuda.arena().peak() <= used);
  const auto best = answer(session, [&](auto inputs) {
    const auto logits = session.read(inputs);
    return argmax({logits.data, std::size_t(vocab)});
  });
  CHECK(answer(session, [&](auto inputs) { return greedy(session.read_in_place(inputs)[0]); }) == best);
}
