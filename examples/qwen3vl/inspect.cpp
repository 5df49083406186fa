/// inspect: what is in a checkpoint, and whether it is all there.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/expert_layout.hpp>
#include <qwen3vl/model/load.hpp>

#include "any_model.hpp"
#include "commands.hpp"
#include "forward_order.hpp"
#include "model_tree.hpp"
#include "text_table.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct InspectOptions {
  std::string directory;
  bool full = false;
};

/// A name as it may be shown: bounded, without control characters. Those of a model stay as they are.
std::string shown_name(const std::string& name) {
  const std::string quoted = in_quotes(name, 200);
  return quoted.substr(1, quoted.size() - 2);
}

TreeWeight stored_weight(const TensorInfo& tensor) {
  return {shown_name(tensor.name), tensor.shape, name_of(tensor.dtype), tensor.bytes.size(), ""};
}

/// The model's weights in its own order, each as it is stored; then what is stored beside them.
std::vector<TreeWeight> weights_of(const Qwen3VLConfig& config, const Checkpoint& checkpoint) {
  using Model = AnyModel<DryRun, bf16>;
  std::vector<TreeWeight> weights;
  std::set<std::string, std::less<>> wanted;
  Model model(config);
  Model::weights(model, config, [&](std::string_view name, auto&, Shape shape) {
    if (transposed_name(name).empty()) wanted.emplace(name);
    if (const auto layout = find_expert_layout(checkpoint, name, shape);
        layout && *layout != ExpertLayout::own) {
      for (const ExpertPart& part : expert_parts(name, shape, *layout)) {
        wanted.insert(part.name);
        const TensorInfo* stored = checkpoint.find(part.name);
        weights.push_back(stored ? stored_weight(*stored)
                                 : TreeWeight{part.name, part.shape, "", 0, "missing"});
        if (stored && !(stored->shape == part.shape))
          weights.back().note = "should be " + to_string(part.shape);
      }
      return;
    }
    const std::string_view stored_name = transposed_name(name);  // of a matrix that is stored as [in, out]
    if (!stored_name.empty()) {
      name = stored_name, shape = {shape[1], shape[0]};
      wanted.emplace(name);
    }
    const TensorInfo* tensor = checkpoint.find(name);
    weights.push_back(tensor ? stored_weight(*tensor)
                             : TreeWeight{std::string(name), shape, "", 0, "missing"});
    if (tensor && !(tensor->shape == shape)) weights.back().note = "should be " + to_string(shape);
  });
  for (const TensorInfo& tensor : checkpoint.tensors())
    if (!wanted.contains(tensor.name)) {
      weights.push_back(stored_weight(tensor));
      weights.back().note = "unused";
    }
  return weights;
}

/// All that is stored, for a model that is not known here.
std::vector<TreeWeight> weights_of(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const TensorInfo& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  ForwardOrder(names).sort(names);
  std::vector<TreeWeight> weights;
  for (const std::string& name : names) weights.push_back(stored_weight(checkpoint.at(name)));
  return weights;
}

std::string list(const std::vector<int>& numbers) {
  std::string text;
  for (const int n : numbers) text += (text.empty() ? "" : ", ") + std::to_string(n);
  return text;
}

void print_config(const Qwen3VLConfig& config) {
  const TextConfig& text = config.text_config;
  const VisionConfig& vision = config.vision_config;
  std::printf(
      "  text     %d layers, hidden %d, MLP %d; %d heads of %d, %d of keys and values; vocabulary %s, %s "
      "head\n",
      text.num_hidden_layers, text.hidden_size, text.intermediate_size, text.num_attention_heads,
      text.head_dim, text.num_key_value_heads, with_commas(text.vocab_size).c_str(),
      text.tie_word_embeddings ? "tied" : "untied");
  if (text.num_experts > 0) {
    int layers = 0;
    for (int l = 0; l < text.num_hidden_layers; ++l) layers += text.has_experts(l);
    std::printf("  experts  %d of %d a token, MLP %d each, in %d of the layers\n", text.num_experts_per_tok,
                text.num_experts, text.moe_intermediate_size, layers);
  }
  std::printf("  vision   %d blocks, hidden %d, MLP %d; %d heads of %d; patches of %d, ", vision.depth,
              vision.hidden_size, vision.intermediate_size, vision.num_heads,
              vision.hidden_size / vision.num_heads, vision.patch_size);
  if (config.generation == Generation::qwen_vl)
    std::printf("pictures of %d; %d queries, %d heads of theirs\n", vision.image_size, vision.num_queries,
                vision.resampler_heads);
  else
    std::printf(
        "merged by %d; DeepStack after %s\n", vision.spatial_merge_size,
        vision.deepstack_visual_indexes.empty() ? "no block" : list(vision.deepstack_visual_indexes).c_str());
  const std::int64_t kv = std::int64_t{4} * text.num_hidden_layers * text.num_key_value_heads * text.head_dim;
  std::printf("  context  up to %s tokens, %s bytes each in a bf16 cache\n",
              with_commas(text.max_position_embeddings).c_str(), with_commas(kv).c_str());
}

void print_totals(const std::vector<TreeWeight>& weights) {
  TextTable table({{""}, {"parameters", TextTable::right}, {"bytes", TextTable::right}});
  const auto add = [&](const char* name, auto counts) {
    std::int64_t parameters = 0;
    std::uint64_t bytes = 0;
    for (const TreeWeight& weight : weights)
      if (counts(weight)) parameters += weight.shape.size(), bytes += weight.bytes;
    table.add({name, with_commas(parameters), size_text(bytes)});
  };
  const auto used = [](const TreeWeight& weight) { return weight.note != "unused"; };
  const auto vision = [](const TreeWeight& weight) { return weight.name.starts_with("model.visual."); };
  add("text", [&](const TreeWeight& weight) { return used(weight) && !vision(weight); });
  add("vision", [&](const TreeWeight& weight) { return used(weight) && vision(weight); });
  add("all", used);
  table.print(stdout);
}

/// Lists the weights whose note begins so; how many there are.
std::size_t list_noted(const std::vector<TreeWeight>& weights, std::string_view note, const char* title) {
  std::vector<const TreeWeight*> noted;
  for (const TreeWeight& weight : weights)
    if (weight.note.starts_with(note)) noted.push_back(&weight);
  if (noted.empty()) return 0;
  std::printf("\n%s (%zu):\n", title, noted.size());
  for (const TreeWeight* weight : noted)
    std::printf("  %s %s%s\n", weight->name.c_str(), to_string(weight->shape).c_str(),
                note == "should" ? (", " + weight->note).c_str() : "");
  return noted.size();
}

void run(const InspectOptions& options) {
  const std::string path = options.directory + "/config.json";
  const Checkpoint checkpoint(options.directory);
  const Json json = read_json_file(path);
  const std::string type = get_string(json, "model_type", path);
  const bool known = is_known_model_type(type);

  std::set<std::string> files;
  for (const TensorInfo& tensor : checkpoint.tensors()) files.insert(*tensor.file);
  std::printf("%s: %s, %zu weights in %zu %s\n", options.directory.c_str(), in_quotes(type, 40).c_str(),
              checkpoint.tensors().size(), files.size(), files.size() == 1 ? "file" : "files");
  std::vector<TreeWeight> weights;
  if (known) {
    const Qwen3VLConfig config = read_config(json, path);
    print_config(config);
    for (const std::string& warning : config.warnings) std::printf("  note     %s\n", warning.c_str());
    weights = weights_of(config, checkpoint);
  } else {
    weights = weights_of(checkpoint);
  }
  std::printf("\n");
  ModelTree(weights).print(!options.full, stdout);
  std::printf("\n");
  print_totals(weights);

  if (!known) {
    std::printf("\nnot checked: this model_type is not known weight by weight\n");
    return;
  }
  const std::size_t missing = list_noted(weights, "missing", "missing");
  const std::size_t wrong = list_noted(weights, "should", "of another shape than config.json says");
  list_noted(weights, "unused", "unused: the model has no place for them");
  if (missing + wrong > 0) throw Exit{1};
  std::printf("\ncomplete: every weight of the model is there and has its shape\n");
}

}  // namespace

void add_inspect(CLI::App& app) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      app.add_subcommand("inspect", "Show a checkpoint as the tree of its modules, and check it");
  command->add_option("directory", options->directory, "Checkpoint folder")->required()->type_name("DIR");
  command->add_flag("--full", options->full, "Every layer, also where all are alike");
  command->footer(
      "A line sums up what is below it. Layers that are alike are one line, \"layers.0 … 27 (28 ×)\"; below "
      "it\n"
      "stands one of them. Only the headers of the files are read. At the end come the weights that the "
      "model\n"
      "misses, those of a wrong shape, and those it has no place for.\n\n"
      "Exit codes: 0 complete, 1 a weight is missing or has another shape, or a file cannot be read.\n\n"
      "Example\n"
      "  qwen3vl inspect Qwen3-VL-2B-Instruct");
  command->callback([options] { run(*options); });
}

}  // namespace program
