/// However a prompt is read, the answer is the same: in chunks, behind a kept prefix, in a batch.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "cpu_golden_case.hpp"
#include "golden_checks.hpp"

using namespace qwen3vl;

namespace {

const std::vector<float>& logits_of(const Trace& trace) { return find(trace, "logits")->values; }

/// A prompt of one sequence, ready to be read, with what was seen.
struct Prompt {
  CpuGoldenCase golden;
  Cpu cpu{2};
  Checkpoint checkpoint;
  Loaded<Qwen3VL<Cpu, float>> loaded;
  BatchPositions batch;
  std::int64_t tokens;

  explicit Prompt(const char* name)
      : golden(name, "tied"),
        checkpoint(golden.checkpoint_directory),
        loaded(load<Qwen3VL<Cpu, float>>(cpu, checkpoint, golden.config)),
        batch(batch_positions(golden.inputs, {golden.config.image_token_id, golden.config.video_token_id}, 2,
                              TextTimestamps{}, AfterVision::behind_all_axes)),
        tokens(golden.inputs.tokens) {}

  using TestSession = Session<Qwen3VL<Cpu, float>, Qwen3VLConfig>;

  /// A session that has looked at the media.
  std::unique_ptr<TestSession> session(SessionSize size, std::int64_t most_patches = 16384) {
    auto session = std::make_unique<TestSession>(cpu, loaded.model, golden.config, size);
    session->expect_visual_tokens(44);
    session->see(golden.inputs.pixel_values, golden.inputs.images, most_patches);
    session->see(golden.inputs.pixel_values_videos, golden.inputs.videos, most_patches);
    return session;
  }
  SequenceInput part(std::int64_t begin, std::int64_t end) const {
    const auto n = std::size_t(end - begin);
    return {std::span(golden.inputs.ids).subspan(std::size_t(begin), n),
            std::span(batch.positions[0]).subspan(std::size_t(begin), n),
            std::span(batch.visual[0]).subspan(std::size_t(begin), n)};
  }
  std::vector<float> read(TestSession& session, std::int64_t begin, std::int64_t end) {
    const SequenceInput input = part(begin, end);
    const auto logits = session.read(std::span(&input, 1));
    return {logits.data, logits.data + logits.size()};
  }
};

}  // namespace

TEST_CASE("a prompt in chunks of 1, 7, 64 gives what the whole gives, images and videos included") {
  const CpuGoldenCase golden("qwen3vl_image_video", "tied");
  const Trace whole = golden.run<float>(24);
  for (const int chunk : {1, 7, 64}) {
    CAPTURE(chunk);
    const Trace chunked = golden.run<float>(24, chunk);
    CHECK(chunked.greedy_tokens == whole.greedy_tokens);
    const auto &a = logits_of(chunked), &b = logits_of(whole);
    CHECK(relative_error(a.data(), b.data(), b.size()) <= 1e-6);
  }
}

TEST_CASE("a kept prefix, cut anywhere, inside an image too, gives what one pass gives") {
  Prompt prompt("qwen3vl_image_video");
  auto fresh = prompt.session({1, 128, 512});
  const std::vector<float> wanted = prompt.read(*fresh, 0, prompt.tokens);
  auto session = prompt.session({1, 128, 512});
  prompt.read(*session, 0, prompt.tokens);
  for (const std::int64_t kept :
       {prompt.tokens - 1, std::int64_t{60}, std::int64_t{31}, std::int64_t{8}, std::int64_t{0}}) {
    CAPTURE(kept);
    session->rewind(0, kept);
    CHECK(session->length(0) == kept);
    const std::vector<float> got = prompt.read(*session, kept, prompt.tokens);
    CHECK(relative_error(got.data(), wanted.data(), wanted.size()) <= 1e-6);
  }
}

TEST_CASE("the tower in passes of few patches gives what one pass gives") {
  Prompt prompt("qwen3vl_image_video");
  auto whole = prompt.session({1, 128, 512}), few = prompt.session({1, 128, 512}, 16);
  const auto a = prompt.read(*few, 0, prompt.tokens), b = prompt.read(*whole, 0, prompt.tokens);
  CHECK(relative_error(a.data(), b.data(), b.size()) <= 1e-6);
}

TEST_CASE("a batch of three, left-padded, packed and one by one, gives the same tokens and logits") {
  Cpu cpu(2);
  check_batch(cpu, 1e-6);
}

TEST_CASE("a session says what it cannot do") {
  Prompt prompt("qwen3vl_image_video");
  auto session = prompt.session({1, 50, 16});
  const SequenceInput all = prompt.part(0, prompt.tokens);
  CHECK_THROWS_WITH_AS(session->read(std::span(&all, 1)),
                       doctest::Contains("the context of 50 tokens is full"), Error);
  CHECK_THROWS_WITH_AS(session->rewind(0, 10), doctest::Contains("cannot rewind"), Error);
  const std::vector<int> outside{100000};
  const std::vector<Position> at{{0, 0, 0}};
  const SequenceInput wrong{outside, at, {}};
  CHECK_THROWS_WITH_AS(session->read(std::span(&wrong, 1)), doctest::Contains("token id 100000"), Error);
  const std::vector<int> unseen{44};
  const std::vector<int> image{500};
  const SequenceInput early{image, at, unseen};
  CHECK_THROWS_WITH_AS(session->read(std::span(&early, 1)),
                       doctest::Contains("wants visual token 44, but 44 were seen"), Error);
  CHECK_THROWS_WITH_AS(
      (Prompt::TestSession(prompt.cpu, prompt.loaded.model, prompt.golden.config, {1, 1 << 30})),
      doctest::Contains("max_position_embeddings"), Error);
}
