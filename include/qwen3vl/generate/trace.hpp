#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/generate/dialect.hpp>
#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/recorder.hpp>
#include <qwen3vl/generate/session.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/text/position_ids.hpp>

namespace qwen3vl {

/// The arguments of the reference's forward call, by their names there:
///
///   input_ids, attention_mask       [sequences, tokens]; pads (mask 0) come first in a row
///   pixel_values, image_grid_thw    [patches, patch_elements], [images, 3]
///   pixel_values_videos, video_grid_thw, second_per_grid_ts     the last of Qwen2.5-VL: [videos]
struct ForwardInputs {
  std::int64_t sequences = 0, tokens = 0;
  std::vector<int> ids;      // [sequences, tokens]
  std::vector<int> padding;  // [sequences]: pads in front
  std::vector<Grid> images, videos;
  std::vector<float> second_per_grid;                      // of each video
  View<const float, 2> pixel_values, pixel_values_videos;  // in the file
};

inline ForwardInputs read_forward_inputs(const Safetensors& file) {
  ForwardInputs inputs;
  const auto ids = file.at("input_ids").view<std::int64_t, 2>();
  inputs.sequences = ids.shape[0], inputs.tokens = ids.shape[1];
  if (ids.size() == 0 || ids.size() > (1 << 24)) throw Error("input_ids", "is " + to_string(ids.shape, 2));
  for (std::int64_t i = 0; i < ids.size(); ++i) {
    const std::int64_t id = ids.data[i];
    if (id < 0 || id > (1 << 24)) throw Error("input_ids", "token id " + std::to_string(id));
    inputs.ids.push_back(static_cast<int>(id));
  }
  inputs.padding.assign(std::size_t(inputs.sequences), 0);
  if (file.find("attention_mask")) {
    const auto mask = file.at("attention_mask").view<std::int64_t, 2>();
    expect_shape("forward inputs", "attention_mask", mask, {inputs.sequences, inputs.tokens});
    for (std::int64_t s = 0; s < inputs.sequences; ++s) {
      std::int64_t pads = 0;
      while (pads < inputs.tokens && mask(s, pads) == 0) ++pads;
      for (std::int64_t t = pads; t < inputs.tokens; ++t)
        expect(mask(s, t) != 0, "attention_mask", "has a hole", "padding goes in front of a row");
      expect(pads < inputs.tokens, "attention_mask", "a row is all padding");
      inputs.padding[std::size_t(s)] = static_cast<int>(pads);
    }
  }
  const auto read_media = [&](const char* pixels, const char* grid_name, View<const float, 2>& values,
                              std::vector<Grid>& grids) {
    if (!file.find(grid_name)) return;
    values = file.at(pixels).view<float, 2>();
    const auto thw = file.at(grid_name).view<std::int64_t, 2>();
    expect_shape("forward inputs", grid_name, thw, {thw.shape[0], 3});
    for (std::int64_t g = 0; g < thw.shape[0]; ++g) {
      for (int a = 0; a < 3; ++a)
        expect(thw(g, a) > 0 && thw(g, a) < 65536, grid_name, "a side is not 1 to 65535");
      grids.push_back(
          {static_cast<int>(thw(g, 0)), static_cast<int>(thw(g, 1)), static_cast<int>(thw(g, 2))});
    }
  };
  read_media("pixel_values", "image_grid_thw", inputs.pixel_values, inputs.images);
  read_media("pixel_values_videos", "video_grid_thw", inputs.pixel_values_videos, inputs.videos);
  if (file.find("second_per_grid_ts"))
    for (const float seconds : file.at("second_per_grid_ts").flat<float>()) {
      expect(seconds >= 0 && seconds < 1e6f, "second_per_grid_ts", "is no number of seconds");
      inputs.second_per_grid.push_back(seconds);
    }
  return inputs;
}

/// Positions of each sequence, pads in front at 0. Grids are shared out to the sequences in order.
struct BatchPositions {
  std::vector<std::vector<Position>> positions;  // [sequences][tokens]
  std::vector<std::vector<int>> visual;          // [sequences][tokens]
  std::vector<int> next, rope_delta;             // [sequences]; delta relative to the tokens without pads
};

template <VideoTime Time>
BatchPositions batch_positions(const ForwardInputs& inputs, VisionTokenIds vision, int merge, Time time,
                               AfterVision after) {
  BatchPositions batch;
  std::size_t image = 0, video = 0;
  int image_row = 0, video_row = 0;
  for (const Grid& grid : inputs.images) video_row += static_cast<int>(grid.tokens(merge));
  for (std::int64_t s = 0; s < inputs.sequences; ++s) {
    const int pads = inputs.padding[std::size_t(s)];
    const auto row =
        std::span(inputs.ids).subspan(std::size_t(s * inputs.tokens), std::size_t(inputs.tokens));
    const auto ids = row.subspan(std::size_t(pads));
    const auto own = [&](int token, const std::vector<Grid>& grids, std::size_t& next) {
      std::int64_t left = std::count(ids.begin(), ids.end(), token);
      const std::size_t first = next;
      while (left > 0 && next < grids.size()) left -= grids[next++].tokens(merge);
      return std::span(grids).subspan(first, next - first);
    };
    const auto images = own(vision.image_token_id, inputs.images, image);
    const auto videos = own(vision.video_token_id, inputs.videos, video);
    PositionIds got = position_ids(ids, vision, images, videos, merge, time, after);
    got.positions.insert(got.positions.begin(), std::size_t(pads), Position{0, 0, 0});
    batch.positions.push_back(std::move(got.positions));
    batch.visual.push_back(visual_rows(row, vision, image_row, video_row));
    image_row += static_cast<int>(std::count(ids.begin(), ids.end(), vision.image_token_id));
    video_row += static_cast<int>(std::count(ids.begin(), ids.end(), vision.video_token_id));
    batch.next.push_back(got.next);
    batch.rope_delta.push_back(got.rope_delta);
  }
  expect(image == inputs.images.size() && video == inputs.videos.size(), "forward inputs",
         "there are more grids than placeholders");
  return batch;
}

/// One forward call of the reference, recorded, and greedy continuations of it.
struct Trace {
  std::vector<Recorded> tensors;            // in the order in which they were computed
  std::vector<std::int64_t> position_ids;   // [3, sequences, tokens]
  std::vector<std::int64_t> rope_deltas;    // [sequences, 1]
  std::vector<std::int64_t> greedy_tokens;  // [sequences, generate]
  std::int64_t sequences = 0, tokens = 0, generate = 0;
};

/// Runs the model as the reference's forward call does: images first, then videos, then the decoder over
/// all rows, in chunks of `chunk` tokens (0: whole), then `generate` greedy tokens.
template <class Model, class Config, VideoTime Time>
Trace trace(typename Model::BackendType& on, const Model& model, const Config& config,
            const ForwardInputs& inputs, std::int64_t generate, std::int64_t chunk, Time time,
            AfterVision after) {
  const int merge = config.vision_config.spatial_merge_size;
  const VisionTokenIds vision{config.image_token_id, config.video_token_id};
  const BatchPositions batch = batch_positions(inputs, vision, merge, time, after);
  const int sequences = static_cast<int>(inputs.sequences);
  Session session(on, model, config,
                  SessionSize{sequences, inputs.tokens + generate, chunk > 0 ? chunk : inputs.tokens, true});
  Recorder recorder(inputs.sequences, inputs.tokens);
  const auto observe = recorder.observer(on, [&session] { return session.places(); });

  std::int64_t visual_tokens = 0;
  for (const auto* grids : {&inputs.images, &inputs.videos})
    for (const Grid& grid : *grids) visual_tokens += grid.tokens(merge);
  session.expect_visual_tokens(visual_tokens);
  constexpr std::int64_t in_one_pass = std::int64_t{1} << 40;  // as the reference does
  if (!inputs.images.empty()) {
    session.see(inputs.pixel_values, inputs.images, in_one_pass, observe);
    recorder.next_tower_pass();
  }
  if (!inputs.videos.empty()) session.see(inputs.pixel_values_videos, inputs.videos, in_one_pass, observe);

  std::vector<SequenceInput> step;
  for (int s = 0; s < sequences; ++s)
    step.push_back({std::span(inputs.ids).subspan(std::size_t(s * inputs.tokens), std::size_t(inputs.tokens)),
                    batch.positions[s], batch.visual[s], inputs.padding[s]});
  View<const float, 2> logits = session.read(step, observe);

  Trace result{recorder.tensors(), {}, {}, {}, inputs.sequences, inputs.tokens, generate};
  for (int axis = 0; axis < 3; ++axis)
    for (const auto& row : batch.positions)
      for (const Position& p : row) result.position_ids.push_back(axis == 0 ? p.t : axis == 1 ? p.h : p.w);
  result.rope_deltas.assign(batch.rope_delta.begin(), batch.rope_delta.end());

  result.greedy_tokens.resize(std::size_t(sequences * generate));
  std::vector<int> ids(sequences);
  std::vector<Position> positions(sequences);
  for (std::int64_t n = 0; n < generate; ++n) {
    for (int s = 0; s < sequences; ++s) {
      const std::int64_t row = n == 0 ? (s + 1) * inputs.tokens - 1 : s;
      ids[s] = argmax({&logits(row, 0), std::size_t(logits.shape[1])});
      result.greedy_tokens[std::size_t(s * generate + n)] = ids[s];
      const int at = batch.next[s] + static_cast<int>(n);
      positions[s] = {at, at, at};
      step[s] = {std::span(ids).subspan(s, 1), std::span(positions).subspan(s, 1), {}, 0};
    }
    if (n + 1 < generate) logits = session.read(step);
  }
  return result;
}

/// The same as the generation counts time in a dialect of position ids.
template <class Model>
Trace trace(typename Model::BackendType& on, const Model& model, const Qwen3VLConfig& config,
            const ForwardInputs& inputs, std::int64_t generate, std::int64_t chunk, Dialect dialect) {
  return with_dialect_time(config, inputs.second_per_grid, dialect, [&](auto time, AfterVision after) {
    return trace(on, model, config, inputs, generate, chunk, time, after);
  });
}

}  // namespace qwen3vl
