/// One checkpoint, question after question: the words of the reference, whatever was asked before.
#include <string>

#include <doctest/doctest.h>

#include "../../examples/answerer.hpp"

using namespace qwen3vl;

namespace {

const std::string golden = QWEN3VL_GOLDEN;

std::string expected(const std::string& name) {
  return read_json_file(golden + "/end_to_end/" + name + ".json")["greedy_text"].get<std::string>();
}

}  // namespace

TEST_CASE("answerer: golden: a picture, a clip, the picture again") {
  Answerer<float> answer(QWEN3VL_TINY, 1024, 24);
  const std::string picture = golden + "/media/square_512.png";
  const std::string clip = golden + "/media/clip_lossless_160x120_24fps_4s.mkv";
  for (int round = 0; round < 2; ++round) {
    CHECK(answer({picture}, "Describe this image.") == expected("image"));
    CHECK(answer({clip}, "When does the red flash happen?") == expected("video_released"));
    CHECK(answer({clip}, "When does the red flash happen?", Dialect::transformers5) == expected("video"));
  }
}

TEST_CASE("answerer: refusal: a prompt that has no room") {
  Answerer<float> answer(QWEN3VL_TINY, 32, 8);
  CHECK_THROWS_AS(answer({golden + "/media/square_512.png"}, "Describe this image."), Error);
  CHECK_NOTHROW(answer({}, "Hi"));
}
