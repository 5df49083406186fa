/// bench: the counts behind the floors, what has no room, and the command itself. Nothing here is timed.
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/model/models.hpp>
#include <qwen3vl/model/sizes.hpp>

#include "../../examples/qwen3vl/bench_counts.hpp"
#include "../../examples/qwen3vl/bench_fit.hpp"
#include "../../examples/qwen3vl/bench_report.hpp"
#include "../../examples/qwen3vl/bench_timing.hpp"
#include "../../examples/qwen3vl/checkpoint_shapes.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;
using namespace program;

TEST_CASE("counts: a token of 8B behind 1024, by hand") {
  const TextConfig text = config_of_shape("8b").text_config;
  // 36 layers of 4096·(32 + 16)·128 + 32·128·4096 + 3·4096·12288
  CHECK(decoder_matrices(text) == 36.0 * (25'165'824 + 16'777'216 + 150'994'944));
  CHECK(head_weights(text) == 622'329'856.0);
  CHECK(cache_bytes_per_token(text, 2) == 147'456.0);
  const Work token = count_tokens(text, 1, 1024, 2);
  CHECK(token.operations == 13'891'534'848.0 + 1'244'659'712.0 + 604'569'600.0);  // matrices, head, 1025 keys
  CHECK(token.bytes == 15'136'819'200.0 + 151'142'400.0);  // weights, 1025 keys and values
}

TEST_CASE("counts: a chunk sees its own earlier tokens and all before it") {
  const TextConfig text = config_of_shape("tiny").text_config;
  const double pair = 4.0 * 4 * 4 * 32;  // layers, heads, head_dim: of one query with one key
  const double apart = count_tokens(text, 2, 3, 2).operations - count_tokens(text, 2, 0, 2).operations;
  CHECK(apart == 6 * pair);  // two queries, three keys more each
  const double first = count_tokens(text, 1, 0, 2).operations, both = count_tokens(text, 2, 0, 2).operations;
  CHECK(both - first == 2 * decoder_matrices(text) + 2 * pair);
  CHECK(count_tokens(text, 7, 5, 4).bytes == 2 * count_tokens(text, 7, 5, 2).bytes);
}

TEST_CASE("counts: the tiny tower looks at 8 x 8 patches, by hand, and frames do not see each other") {
  const VisionConfig vision = config_of_shape("tiny").vision_config;
  const Work look = count_tower(vision, {1, 8, 8}, 2);
  // 2·64·(1536·64 + 4·(4·64² + 2·64·128)), attention 4·4·64·64·64, four mergers 2·16·(256² + 256·64)
  CHECK(look.operations == 29'360'128.0 + 4'194'304.0 + 10'485'760.0);
  CHECK(count_tower(vision, {3, 8, 8}, 2).operations == 3 * look.operations);
  CHECK(count_tower(vision, {1, 16, 8}, 2).operations > 2 * look.operations);
}

TEST_CASE("counts: all weights are in them") {
  for (const char* shape : {"tiny", "2b", "4b", "8b", "32b"}) {
    CAPTURE(shape);
    const Qwen3VLConfig config = config_of_shape(shape);
    const int heads = config.text_config.tie_word_embeddings ? 1 : 2;
    CHECK(decoder_weights(config.text_config) + heads * head_weights(config.text_config) +
              tower_weights(config.vision_config) ==
          double(count_weights<Qwen3VLDense<DryRun, bf16>>(config)));
  }
}

TEST_CASE("a floor is the larger of what memory and arithmetic need") {
  const Ceilings ceilings{10, 5, 100};
  CHECK(floor_seconds({100, 20}, ceilings) == 2);
  CHECK(floor_seconds({500, 20}, ceilings) == 5);
  const BenchRow row{"decode_8", 4, 1, {100, 20}, 3};
  CHECK(row.share(ceilings) == 0.5);
  CHECK(row.tokens_per_second() == 0.25);
  CHECK(row.bound(ceilings) == std::string("memory"));
}

TEST_CASE("what has no room is said with the number and a remedy, before anything is allocated") {
  const Room room{"device memory", 20'000'000'000, 1'000'000'000, true};
  CHECK_NOTHROW(expect_weights_to_fit(room, "8b", "bf16", 17'500'000'000));
  try {
    expect_weights_to_fit(room, "8b", "f32", 35'100'000'000);
    FAIL("35 GB do not fit");
  } catch (const Error& error) {
    const std::string said = error.what();
    CHECK(
        contains(said, "device memory: the weights of 8b in f32 take 35.10 GB, of which 20.00 GB are there"));
    CHECK(contains(said, "--dtype bf16"));
  }
  MemoryPlan plan;
  plan.weights = 17'500'000'000, plan.kv_cache = 1'500'000'000, plan.pixels = 5'000'000'000;
  CHECK(no_room(room, plan, "--context") == "");  // pixels are on the host
  plan.kv_cache = 1'500'000'001;
  CHECK(no_room(room, plan, "--context") ==
        "needs 20.00 GB of device memory, of which 20.00 GB are there: a smaller --context");
  CHECK(no_room({"memory", 20'000'000'000, 0, false}, plan, "--context") != "");
}

TEST_CASE("passes: those to warm up are left out, a median of what is left") {
  int passes = 0;
  CHECK(time_passes(2, 3, [&] { ++passes; }).size() == 3);
  CHECK(passes == 5);
  CHECK(program::median({3, 1, 2}) == 2);
  CHECK(program::median({4, 1, 2, 3}) == 2.5);
}

namespace {

const std::vector<std::string> small{"bench", "--shape",   "tiny", "--image-size", "64x64", "--prefill",
                                     "16,40", "--context", "8,24", "--repeat",     "1"};

std::set<std::string> names_of(const Json& report) {
  std::set<std::string> names;
  for (const Json& row : report.at("rows")) {
    names.insert(row.at("name").get<std::string>());
    for (const char* number : {"milliseconds", "floor_milliseconds", "share", "tokens_per_second"}) {
      const double value = row.at(number).get<double>();
      CHECK(std::isfinite(value));
      CHECK(value > 0);
    }
    CHECK(row.at("share").get<double>() ==
          doctest::Approx(row.at("floor_milliseconds").get<double>() / row.at("milliseconds").get<double>()));
  }
  return names;
}

}  // namespace

TEST_CASE("bench --shape tiny: every row in the table and in the JSON, with the machine's ceilings") {
  const TemporaryFolder folder;
  auto command = small;
  command.insert(command.end(), {"--json", folder / "bench.json", "--threads", "2"});
  const std::string said = output_of(command);
  const std::set<std::string> rows{"tower",    "prefill_16", "prefill_40",
                                   "decode_8", "decode_24",  "first_token"};
  for (const std::string& row : rows) CHECK(contains(said, "\n" + row + " "));
  const Json report = read_json_file(folder / "bench.json");
  CHECK(names_of(report) == rows);
  CHECK(report.at("backend") == "cpu");
  CHECK(report.at("shape") == "tiny");
  CHECK(report.at("dtype") == "bf16");
  CHECK(report.at("threads") == 2);
  CHECK(report.at("machine").get<std::string>() != "");
  CHECK(report.at("left_out").empty());
  CHECK_FALSE(report.at("interrupted").get<bool>());
  CHECK(report.at("memory").at("weights_bytes") == 21'263'360);
  CHECK(report.at("memory").at("host_peak_bytes").get<double>() > 21'263'360);
  for (const auto& [name, rate] : report.at("ceilings").items()) CHECK(rate.get<double>() > 0);
}

TEST_CASE("bench --model: a checkpoint's own sizes and type, two rows alone, a picture's file") {
  const TemporaryFolder folder;
  const std::string json = folder / "bench.json";
  output_of({"bench", "--model", QWEN3VL_TINY, "--rows", "first-token,tower", "--image",
             golden + "media/odd_333x517.png", "--repeat", "1", "--json", json});
  CHECK(names_of(read_json_file(json)) == std::set<std::string>{"tower", "first_token"});
  CHECK(read_json_file(json).at("shape") == QWEN3VL_TINY);
}

TEST_CASE("bench leaves out what the model cannot read, and says so") {
  const TemporaryFolder folder;
  const std::string said =
      output_of({"bench", "--shape", "tiny", "--rows", "prefill", "--prefill", "16,262145", "--repeat", "1",
                 "--dtype", "f32", "--json", folder / "bench.json"});
  CHECK(contains(said, "prefill_262145  left out: the model reads at most 262144 tokens"));
  const Json report = read_json_file(folder / "bench.json");
  CHECK(report.at("dtype") == "f32");
  CHECK(names_of(report) == std::set<std::string>{"prefill_16"});
  REQUIRE(report.at("left_out").size() == 1);
  CHECK(report.at("left_out")[0].at("name") == "prefill_262145");
}

TEST_CASE("bench refuses, in words") {
  const TemporaryFolder folder;
  check_refuses(2, "--shape or --model is required", {"bench"});
  check_refuses(2, "excludes", {"bench", "--shape", "tiny", "--model", "x"});
  check_refuses(2, "--shape", {"bench", "--shape", "3b"});
  check_refuses(2, "--rows", {"bench", "--shape", "tiny", "--rows", "towers"});
  check_refuses(2, "--prefill", {"bench", "--shape", "tiny", "--prefill", "0"});
  check_refuses(2, "--image", {"bench", "--shape", "tiny", "--image", folder / "none.png"});
  check_refuses(1, "is no size", {"bench", "--shape", "tiny", "--image-size", "64"});
  check_refuses(1, "more pixels than a picture may have",
                {"bench", "--shape", "tiny", "--image-size", "100000x100000"});
  check_refuses(1, "cannot write", {"bench", "--shape", "tiny", "--json", folder / "none/bench.json"});
  check_refuses(1, "config.json: cannot open", {"bench", "--model", folder / "none"});
  check_refuses(1, "reads at most 262144",
                {"bench", "--shape", "tiny", "--rows", "decode", "--context", "262144"});
  folder.write("config.json", to_text(config_json(config_of_shape("30b-a3b"), "bfloat16"), "config.json"));
  check_refuses(1, "counts the work of the dense Qwen3-VL", {"bench", "--model", folder / ""});
}
