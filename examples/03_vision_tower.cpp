/// The vision tower of a checkpoint looks at a picture: pixels to tokens, every stage watched.
///
///   03_vision_tower DIR picture.png
#include <cstdio>
#include <string>
#include <vector>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/files.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/preprocess_image.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>  // once in a program

using namespace qwen3vl;

int main(int argc, char** argv) try {
  if (argc != 3) return std::fprintf(stderr, "usage: %s DIR PICTURE\n", argv[0]), 2;
  const std::string directory = argv[1];

  // the model: config.json, and weights that stay in the mapped file
  Cpu cpu;
  const Qwen3VLConfig config =
      read_qwen3_vl_config(read_json_file(directory + "/config.json"), "config.json");
  Checkpoint checkpoint(directory);
  const auto loaded = load<Qwen3VL<Cpu, bf16>>(cpu, checkpoint, config);

  // the picture: resized, normalised, cut into patches
  const PreprocessedImage image =
      preprocess_image(cpu.threads(), load_image(argv[2]), read_processor_settings(directory).image);
  const Grid grid = image.grid;
  const std::int64_t patches = grid.patches(), tokens = grid.tokens(config.vision_config.spatial_merge_size);
  const std::int64_t levels = std::int64_t(config.vision_config.deepstack_visual_indexes.size());
  const std::int64_t hidden = config.text_config.hidden_size;

  // scratch: the pass itself tells, on DryRun, how much it needs
  Workspace<Cpu> workspace(cpu, see_bytes<Qwen3VL<Cpu, bf16>>(config, std::span(&grid, 1)));
  auto pixels = workspace.take<bf16>({patches, config.vision_config.patch_elements()});
  convert<Cpu, float, bf16>(cpu, image.pixel_values, pixels);

  std::vector<bf16> features(std::size_t((levels + 1) * tokens * hidden));
  VisualFeatures<Cpu, bf16> seen;
  seen.merged = {features.data(), {tokens, hidden}};
  seen.deepstack = {features.data() + tokens * hidden, {levels, tokens, hidden}};

  loaded.model.see(cpu, workspace, pixels, View<const Grid, 1>(&grid, {1}), seen,
                   [](std::string_view name, const auto& x) {
                     std::printf("%-44.*s %s\n", int(name.size()), name.data(),
                                 to_string(x.shape, x.rank).c_str());
                   });
  std::printf(
      "%lld patches became %lld tokens of %lld numbers, and as many for each of %lld decoder layers\n",
      (long long)patches, (long long)tokens, (long long)hidden, (long long)levels);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
