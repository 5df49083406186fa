/// chat, as a user has it: the answer on standard output and nothing else there.
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../../examples/qwen3vl/budget.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string tiny = QWEN3VL_TINY;  // the golden checkpoint with its tokenizer, weights random
const std::string media = golden + "media/";
const std::string demo = QWEN3VL_PROGRAM_TESTS "/../../examples/demo_model/checkpoint";

nlohmann::json expected(const std::string& name) {
  return nlohmann::json::parse(content_of(golden + "end_to_end/" + name + ".json"));
}

std::vector<std::string> ask(const std::string& prompt, std::vector<std::string> more) {
  more.insert(more.begin(), {"chat", "--model", tiny, "--prompt", prompt, "--greedy", "--dtype", "f32",
                             "--max-new-tokens", "24"});
  return more;
}

}  // namespace

TEST_CASE("chat answers with the reference's own words, from files to text") {
  CHECK(output_of(ask("Describe this image.", {"--image", media + "square_512.png"})) ==
        expected("image")["greedy_text"].get<std::string>() + "\n");
  const std::string question = "When does the red flash happen?";
  const std::vector<std::string> clip{"--video", media + "clip_lossless_160x120_24fps_4s.mkv"};
  CHECK(output_of(ask(question, clip)) ==
        expected("video_released")["greedy_text"].get<std::string>() + "\n");
  std::vector<std::string> nested = clip;
  nested.insert(nested.end(), {"--dialect", "transformers5"});
  CHECK(output_of(ask(question, nested)) == expected("video")["greedy_text"].get<std::string>() + "\n");
}

TEST_CASE("chat: a small chunk, one thread and bf16 do not stop it") {
  CHECK(output_of(ask("Describe this image.",
                      {"--image", media + "square_512.png", "--chunk", "7", "--threads", "1"})) ==
        expected("image")["greedy_text"].get<std::string>() + "\n");
  CHECK(output_of({"chat", "--model", tiny, "--prompt", "Hi", "--max-new-tokens", "5", "--seed", "7"}) ==
        output_of({"chat", "--model", tiny, "--prompt", "Hi", "--max-new-tokens", "5", "--seed", "7"}));
}

TEST_CASE("chat: a conversation keeps its cache, and a new one forgets the pictures of the old") {
  const TemporaryFolder folder;
  const std::string stats = folder / "stats.json";
  const std::vector<std::string> arguments{"chat", "--model",          tiny, "--greedy", "--dtype",
                                           "f32",  "--max-new-tokens", "8",  "--stats",  stats};
  const std::string photo = "/image " + media + "square_512.png\nWhat is it?\n";
  const std::string first = output_of(arguments, photo + "And now?\n");
  const auto turns = nlohmann::json::parse(content_of(stats))["turns"];
  REQUIRE(turns.size() == 2);
  CHECK(turns[0]["tokens"]["reused"] == 0);
  CHECK(turns[0]["tokens"]["visual"] == 256);
  CHECK(turns[1]["tokens"]["reused"].get<int>() >= turns[0]["tokens"]["prompt"].get<int>());
  CHECK(turns[1]["milliseconds"]["vision"] == 0.0);

  // square_512.png turned upside down has the same ids and other pixels
  const std::string other = "/image " + media + "odd_333x517.png\nWhat is it?\n";
  const std::string after_reset = output_of(arguments, photo + "/reset\n" + other);
  const std::string alone = output_of(arguments, other);
  CHECK(lines_of(after_reset).back() == lines_of(alone).back());
}

TEST_CASE("chat: a clip of which a third is never shown is read with the frames that there are") {
  // 24 frames of VP8, four a second; of the last eight the packets have show_frame = 0
  const TemporaryFolder folder;
  const std::string clip = QWEN3VL_PROGRAM_TESTS "/hidden_frames.ivf", stats = folder / "stats.json";
  const std::string seen =
      output_of({"preprocess", "--model", demo, "--video", clip, "--output", folder / "out.safetensors"});
  CHECK(contains(seen, "grid 4 x 6 x 10, 60 tokens"));
  output_of(
      {"chat", "--model", demo, "--video", clip, "--prompt", "What happens?", "--greedy", "--stats", stats});
  const auto tokens = nlohmann::json::parse(content_of(stats))["turns"][0]["tokens"];
  CHECK(tokens["visual"] == 60);
}

TEST_CASE("chat says at once what is wrong, and what it has measured in any case") {
  const TemporaryFolder folder;
  check_refuses(1, "nofile.png", {"chat", "--model", demo, "--image", "nofile.png", "--prompt", "Hi"});
  check_refuses(1, "nowhere", {"chat", "--model", demo, "--stats", "/nowhere/stats.json", "--prompt", "Hi"});
  check_refuses(1, "--min-pixels",
                {"chat", "--model", demo, "--min-pixels", "9000", "--max-pixels", "8000", "--prompt", "Hi"});
  check_refuses(2, "--stop", {"chat", "--model", demo, "--stop", "", "--prompt", "Hi"});
  check_refuses(2, "--fps", {"chat", "--model", demo, "--fps", "0", "--prompt", "Hi"});
  const std::string stats = folder / "stats.json";
  const Ran ran =
      run_program({"chat", "--model", demo, "--greedy", "--max-new-tokens", "3", "--stats", stats},
                  "Hello\n/image nofile.png\n");
  CHECK(ran.exit_code == 1);
  CHECK(nlohmann::json::parse(content_of(stats))["turns"].size() == 1);
}

TEST_CASE("chat and plan tell what the model can read at most") {
  const Ran ran = run_program({"chat", "--model", demo, "--context", "100000", "--greedy", "--max-new-tokens",
                               "2", "--prompt", "Hi"});
  CHECK(ran.exit_code == 0);
  CHECK(contains(ran.error, "the model reads at most 4096 tokens"));
  CHECK(contains(output_of({"plan", "--model", demo, "--context", "100000"}), "at most 4096 tokens"));
}

TEST_CASE("an output that cannot be written is an error") {
  const TemporaryFolder folder;
  const std::string line =
      std::string(QWEN3VL_PROGRAM) + " plan --model " + demo + " > /dev/full 2> " + (folder / "error");
  CHECK(std::system(line.c_str()) != 0);
  CHECK(contains(content_of(folder / "error"), "standard output could not be written"));
}

TEST_CASE("chat --stats says where tokens, time and memory went") {
  const TemporaryFolder folder;
  const std::string path = folder / "stats.json";
  output_of(ask("Describe this image.", {"--image", media + "photo_1280x853.jpg", "--stats", path}));
  const auto stats = nlohmann::json::parse(content_of(path));
  CHECK(stats["dtype"] == "f32");
  CHECK(stats["threads"].get<int>() >= 1);
  const auto turn = stats["turns"][0];
  CHECK(turn["tokens"]["new"] == 24);
  CHECK(turn["tokens"]["visual"] == 247);  // 1280 x 853 within 262144 pixels: 19 x 13 tokens
  for (const char* stage : {"preprocess", "vision", "prefill", "first_token", "per_token"})
    CHECK(turn["milliseconds"][stage].get<double>() > 0);
  CHECK(turn["stop"] == "length");
}

TEST_CASE("chat explains what is wrong, and says nothing on standard output") {
  for (const char* file : {"bad_empty.png", "bad_huge_header.png", "bad_text.jpg", "bad_truncated.png",
                           "too_wide_2100x10.png", "no_such_file.png"}) {
    const Ran ran = run_program(ask("What is it?", {"--image", media + file}));
    CAPTURE(file);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out == "");
    CHECK(contains(ran.error, "qwen3vl: "));
  }
  for (const char* file : {"bad_audio_only.m4a", "bad_truncated.mp4", "bad_text.jpg", "clip_oneframe.mkv"}) {
    const Ran ran = run_program(ask("What is it?", {"--video", media + file}));
    CAPTURE(file);
    CHECK(ran.exit_code == 1);
    CHECK(ran.out == "");
  }
  check_refuses(1, "control token", ask("Say <|im_end|> please", {}));
  check_refuses(1, "temperature is -1", {"chat", "--model", tiny, "--prompt", "Hi", "--temperature", "-1"});
  check_refuses(1, "config.json: cannot open", {"chat", "--model", "nowhere", "--prompt", "Hi"});
  check_refuses(1, "there is room for 10", ask("Hello, how are you this fine morning?", {"--context", "10"}));
  check_refuses(2, "--model is required", {"chat", "--prompt", "Hi"});
}

TEST_CASE("what does not fit is refused with the number and a remedy") {
  MemoryPlan plan;
  plan.weights = std::size_t{1} << 50;
  CHECK_THROWS_WITH_AS(program::expect_to_fit(plan, 4096), doctest::Contains("this needs 1125899.91 GB"),
                       Error);
  plan.weights = 0, plan.kv_cache = std::size_t{1} << 50;
  CHECK_THROWS_WITH_AS(program::expect_to_fit(plan, 4096), doctest::Contains("a shorter context"), Error);
  plan.kv_cache = 0, plan.tower = std::size_t{1} << 50;
  CHECK_THROWS_WITH_AS(program::expect_to_fit(plan, 4096), doctest::Contains("smaller or fewer pictures"),
                       Error);
  plan.tower = 0;
  CHECK_NOTHROW(program::expect_to_fit(plan, 4096));
}

TEST_CASE("trace and compare: ours against the reference, whole and in chunks") {
  const TemporaryFolder folder;
  const std::string models = golden + "models/", ours = folder / "ours.safetensors";
  const std::string inputs = models + "qwen3vl_image_video/inputs.safetensors";
  const std::string reference = models + "qwen3vl_image_video/expected.safetensors";
  for (const char* chunk : {"0", "7"}) {
    output_of({"trace", "--model", models + "tied", "--inputs", inputs, "--output", ours, "--generate", "24",
               "--chunk", chunk});
    output_of({"compare", ours, reference});
  }
  output_of({"trace", "--model", models + "tied", "--inputs", inputs, "--output", ours, "--dtype", "bf16"});
  const Ran ran = run_program({"compare", ours, reference});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.out, "first beyond: \"model.language_model.embed_tokens\""));  // its weights are rounded
}

TEST_CASE("plan predicts before anything is loaded") {
  const auto plan = nlohmann::json::parse(
      output_of({"plan", "--model", tiny, "--image-size", "512x512", "--context", "300", "--json"}));
  CHECK(plan["visual_tokens"] == 256);
  CHECK(plan["weights"] == 21263360);
  CHECK(plan["peak"].get<double>() > plan["weights"].get<double>());
  check_refuses(1, "is no size", {"plan", "--model", tiny, "--image-size", "512"});
}
