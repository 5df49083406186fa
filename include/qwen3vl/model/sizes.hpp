#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/kv_cache.hpp>
#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/nn/weight_list.hpp>

/// What a model needs, before anything is allocated. The model itself is asked: its weight list is
/// counted, its passes run on DryRun.
namespace qwen3vl {

/// Gives every weight its shape and no memory.
template <class T, int Rank, class Space>
void set_shape(View<T, Rank, Space>& view, const Shape& shape, T* data) {
  std::int64_t sizes[Rank];
  for (int r = 0; r < Rank; ++r) sizes[r] = shape[r];
  for (int r = Rank; r < shape.rank; ++r) sizes[Rank - 1] *= shape[r];  // [D, 3, 2, P, P] as [D, 3·2·P·P]
  view = View<T, Rank, Space>(data, sizes);
}

/// An address for tensors that nobody reads or writes.
template <class T> T* nowhere() { return reinterpret_cast<T*>(std::uintptr_t{256}); }

/// The model on DryRun: shapes only.
template <class Model, class Config> auto shape_model(const Config& config) {
  using Dry = typename Model::template On<DryRun>;
  Dry model(config);
  Dry::weights(model, config, [](std::string_view, auto& view, Shape shape) {
    using Element = std::remove_reference_t<decltype(*view.data)>;
    set_shape(view, shape, nowhere<Element>());
  });
  model.tie(config);
  return model;
}

/// Levels of features that the tower gives to the decoder's layers.
template <class Model, class Config> std::int64_t deepstack_levels(const Config& config) {
  if constexpr (requires { Model::Vision::Fusion::to_decoder; })
    if (!Model::Vision::Fusion::to_decoder) return 0;
  return static_cast<std::int64_t>(config.vision_config.deepstack_visual_indexes.size());
}

/// Is a step more than its arrays say, for its angles depend on how much was read? Then it is no other's repetition.
/// A model that does not say so is taken to be so.
template <class Model> bool rotates_by_length(const Model& model) {
  if constexpr (requires { model.rotates_by_length(); })
    return model.rotates_by_length();
  else
    return true;
}

/// How many weights a model has; a tied head counts once.
template <class Model, class Config> std::int64_t count_weights(const Config& config) {
  Model model(config);
  std::int64_t count = 0;
  Model::weights(model, config, [&](std::string_view, auto&, Shape shape) { count += shape.size(); });
  return count;
}

/// Bytes of all weights, each in the type that its block has it in.
template <class Model, class Config> std::size_t weight_bytes(const Config& config) {
  Model model(config);
  std::size_t bytes = 0;
  Model::weights(model, config, [&](std::string_view, auto& view, Shape shape) {
    bytes += std::size_t(shape.size()) * sizeof(WeightElement<decltype(view)>);
  });
  return bytes;
}

/// Bytes of workspace for a step of `tokens` tokens in `sequences` sequences, `wanted` of which get logits.
template <class Model, class Config>
std::size_t step_bytes(const Config& config, std::int64_t tokens, int sequences, std::int64_t wanted) {
  using T = typename Model::ElementType;
  DryRun dry;
  const auto model = shape_model<Model>(config);
  const auto& text = config.text_config;
  Workspace<DryRun> workspace(dry, DryRun::unlimited);
  KVCache<DryRun, T> cache(dry, text.num_hidden_layers, text.num_key_value_heads, text.head_dim, sequences,
                           tokens);
  Step<DryRun> step;
  step.ids = {nowhere<int>(), {tokens}};
  step.positions = {nowhere<Position>(), {tokens}};
  step.visual = {nowhere<int>(), {tokens}};
  step.segments = {nowhere<Segment>(), {sequences}};
  step.wanted = {nowhere<int>(), {wanted}};
  VisualFeatures<DryRun, T> seen;
  const std::int64_t levels = deepstack_levels<Model>(config);
  seen.merged = {nowhere<T>(), {tokens, text.hidden_size}};
  seen.deepstack = {nowhere<T>(), {levels, tokens, text.hidden_size}};
  View<T, 2, DryRun::Space> logits(nowhere<T>(), {wanted, text.vocab_size});
  model.forward(dry, workspace, step, seen, cache, logits);
  return workspace.peak();
}

/// Bytes of workspace for the tower to see these grids in one pass; the pixels, in the model's type, included.
/// To a device they come as floats, which are there until they are converted.
template <class Model, class Config>
std::size_t see_bytes(const Config& config, std::span<const Grid> grids) {
  using T = typename Model::ElementType;
  DryRun dry;
  const auto model = shape_model<Model>(config);
  const auto& vision = config.vision_config;
  Workspace<DryRun> workspace(dry, DryRun::unlimited);
  std::int64_t patches = 0;
  for (const Grid& grid : grids) patches += grid.patches();
  const auto pixels = workspace.template take<T>({patches, vision.patch_elements()});
  if constexpr (!std::is_same_v<typename Model::Space, Host> && !std::is_same_v<T, float>) {
    const auto scope = workspace.scope();
    workspace.template take<float>({patches, vision.patch_elements()});
  }
  const std::int64_t tokens = patches / vision.merged_patches();
  VisualFeatures<DryRun, T> seen;
  seen.merged = {nowhere<T>(), {tokens, vision.out_hidden_size}};
  seen.deepstack = {nowhere<T>(), {deepstack_levels<Model>(config), tokens, vision.out_hidden_size}};
  model.see(dry, workspace, pixels,
            View<const Grid, 1>(grids.data(), {static_cast<std::int64_t>(grids.size())}), seen);
  return workspace.peak();
}

}  // namespace qwen3vl
