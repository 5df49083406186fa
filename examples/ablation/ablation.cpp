/// What is each part worth? The demo model answers its held-out questions with one part taken away, or put the way an
/// earlier generation had it. The weights stay as they were trained: this shows what the trained model leans on, not
/// what one trained without the part would do.
///
///   ablation --items build/dev/held-out --json ablation.json --chart ablation.png
///
/// A variant is a recipe with one line replaced; answerer.hpp assembles whatever it is given.
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <qwen3vl/media/stb_image_write.hpp>

#include "../answerer.hpp"
#include "../held_out.hpp"
#include "chart.hpp"

using namespace qwen3vl;

namespace {

struct WithoutDeepStack : AsReleased {
  static void change_sizes(Qwen3VLConfig& config) { config.vision_config.deepstack_visual_indexes.clear(); }
};

struct ChunkedMRoPE : AsReleased {
  struct Text : Qwen3 {
    using RoPE = MRoPEChunked;
  };
};

struct WithoutTimestamps : AsReleased {
  struct Video : ReleasedVideo {
    static std::string time(double) { return {}; }
  };
};

struct WithoutPositionEmbedding : AsReleased {
  struct Vision : Qwen3Vision {
    static constexpr bool learned_positions = false;
  };
};

struct HalfTheTower : AsReleased {
  static void change_sizes(Qwen3VLConfig& config) {
    VisionConfig& tower = config.vision_config;
    tower.depth /= 2;
    std::erase_if(tower.deepstack_visual_indexes, [&](int block) { return block >= tower.depth; });
  }
};

struct Options {
  std::string model = "examples/demo_model/checkpoint", items = "build/dev/held-out", json, chart;
  int count = 20;
};

/// At most `count` items of every metric, in the file's order.
std::vector<held_out::Item> first_items(const Options& options) {
  std::vector<held_out::Item> items = held_out::read_items(options.items);
  std::vector<std::pair<std::string, int>> seen;
  std::erase_if(items, [&](const held_out::Item& item) {
    auto metric =
        std::find_if(seen.begin(), seen.end(), [&](const auto& s) { return s.first == item.metric; });
    if (metric == seen.end()) metric = seen.insert(seen.end(), {item.metric, 0});
    return metric->second++ >= options.count;
  });
  return items;
}

template <class Variant>
void run(const char* name, const Options& options, const std::vector<held_out::Item>& items, Table& table) {
  Answerer<bf16, Variant> answer(options.model);
  table.begin(name);
  const bool terminal = isatty(STDERR_FILENO);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (terminal) std::fprintf(stderr, "\r%-28s %4zu of %zu", name, i + 1, items.size());
    table.count(items[i].metric, held_out::is_right(items[i], answer(items[i].media, items[i].prompt)));
  }
  if (terminal) std::fprintf(stderr, "\r%60s\r", "");
}

void ablate(const Options& options) {
  const std::vector<held_out::Item> items = first_items(options);
  Table table;
  run<AsReleased>("as trained", options, items, table);
  run<WithoutDeepStack>("without DeepStack", options, items, table);
  run<ChunkedMRoPE>("chunked M-RoPE", options, items, table);
  run<WithoutTimestamps>("without timestamps", options, items, table);
  run<WithoutPositionEmbedding>("without position embedding", options, items, table);
  run<HalfTheTower>("half the tower", options, items, table);

  std::fputs(table.text().c_str(), stdout);
  if (!options.json.empty()) write_file(options.json, table.json());
  if (!options.chart.empty()) {
    const std::vector<std::uint8_t> png = encode_png(draw_chart(table));
    write_file(options.chart, {reinterpret_cast<const char*>(png.data()), png.size()});
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "What is each part of Qwen3-VL worth? The demo model answers held-out questions with parts taken "
      "away.");
  app.add_option("--model", options.model, "checkpoint folder of a dense Qwen3-VL")->capture_default_str();
  app.add_option("--items", options.items, "questions that examples/demo_model/generate.py drew")
      ->capture_default_str();
  app.add_option("--count", options.count, "questions of each metric, at most")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--json", options.json, "write the accuracies to this file");
  app.add_option("--chart", options.chart, "draw them into this PNG file");
  CLI11_PARSE(app, argc, argv);
  try {
    ablate(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
