/// From media files to text: rendered prompt, ids, grids, logits and greedy tokens equal the reference's.
#include <cmath>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/generate/chat.hpp>
#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/input/messages.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>

using namespace qwen3vl;

namespace {

const std::string golden = QWEN3VL_GOLDEN;

template <class T> std::vector<T> values(const SafetensorsFile& file, const char* name) {
  const auto flat = file.at(name).flat<T>();
  return {flat.begin(), flat.end()};
}

/// The media of a conversation by their names in tests/golden/media.
void find_media(Conversation& chat) {
  for (Message& message : chat.messages)
    for (Part& part : message.content)
      if (!part.source.empty()) part.source = golden + "/media/" + part.source;
}

std::vector<std::int64_t> thw(const std::vector<MediaItem>& media, bool video) {
  std::vector<std::int64_t> numbers;
  for (const MediaItem& item : media)
    if (item.is_video() == video)
      numbers.insert(numbers.end(), {item.grid().t, item.grid().h, item.grid().w});
  return numbers;
}

void check(const std::string& name, Dialect dialect) {
  CAPTURE(name);
  const OrderedJson json = read_ordered_json_file(golden + "/end_to_end/" + name + ".json");
  const SafetensorsFile expected(golden + "/end_to_end/" + name + ".expected.safetensors");
  const std::string directory = QWEN3VL_TINY, words = QWEN3VL_TOKENIZER;

  Conversation chat{read_messages(json["messages"], name), {}};
  find_media(chat);
  const ProcessorSettings settings = read_processor_settings(directory);
  std::vector<MediaItem> media;
  for (const Message& message : chat.messages)
    for (const Part& part : message.content)
      if (!part.source.empty()) media.push_back(MediaItem::open(part, settings));
  if (expected.find("image_grid_thw"))
    CHECK(thw(media, false) == values<std::int64_t>(expected, "image_grid_thw"));
  if (expected.find("video_grid_thw"))
    CHECK(thw(media, true) == values<std::int64_t>(expected, "video_grid_thw"));

  const Tokenizer tokenizer = Tokenizer::load(words);
  Encoder encoder(tokenizer);
  const TemplateMatch match = recognise_checkpoint_template(words);
  CHECK(match.warning.empty());
  CHECK(render_chat(match.kind, chat) == json["prompt"].get<std::string>());
  const TokenisedPrompt prompt = tokenise_prompt(chat, match.kind, {}, media, 2, dialect, encoder);
  const auto ids = values<std::int64_t>(expected, "input_ids");
  CHECK(std::vector<std::int64_t>(prompt.ids.begin(), prompt.ids.end()) == ids);

  Cpu cpu(2);
  const std::string config_path = directory + "/config.json";
  const Qwen3VLConfig config = read_qwen3_vl_config(read_json_file(config_path), config_path);
  Checkpoint checkpoint(directory);
  const auto loaded = load<Qwen3VL<Cpu, float>>(cpu, checkpoint, config, &cpu.threads());
  Session session(cpu, loaded.model, config,
                  SessionSize{1, static_cast<std::int64_t>(prompt.ids.size()) + 24, 100});
  Chat talk(session, config, cpu.threads());
  View<const float, 1> logits = talk.read(prompt, media);

  const auto wanted = values<float>(expected, "last_logits");
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    difference += std::pow(double(logits(i)) - double(wanted[i]), 2);
    norm += std::pow(double(wanted[i]), 2);
  }
  CHECK(std::sqrt(difference / norm) <= 1e-5);

  const auto tokens = values<std::int64_t>(expected, "greedy_tokens");
  std::vector<std::int32_t> got;
  for (std::size_t n = 0; n < tokens.size(); ++n) {
    got.push_back(argmax({&logits(0), std::size_t(logits.shape[0])}));
    if (n + 1 < tokens.size()) logits = talk.next(got.back());
  }
  CHECK(std::vector<std::int64_t>(got.begin(), got.end()) == tokens);
  CHECK(decode(tokenizer, got, SpecialTokens::skip) == json["greedy_text"].get<std::string>());
}

}  // namespace

TEST_CASE("end to end: text") { check("text", Dialect::released); }
TEST_CASE("end to end: image") { check("image", Dialect::released); }
TEST_CASE("end to end: two images") { check("two_images", Dialect::released); }
TEST_CASE("end to end: video, as transformers 5 writes the prompt") {
  check("video", Dialect::transformers5);
}
TEST_CASE("end to end: video, as released") { check("video_released", Dialect::released); }

TEST_CASE("a message's rate goes before the number of frames in the checkpoint's files") {
  ProcessorSettings settings = read_processor_settings(QWEN3VL_TINY);
  settings.video.sampling.num_frames = 4;
  Part part = video_part(golden + "/media/clip_lossless_160x120_24fps_4s.mkv");
  CHECK(MediaItem::open(part, settings).frame_indices().size() == 4);
  part.options.fps = 2;
  CHECK(MediaItem::open(part, settings).frame_indices().size() == 8);
}

TEST_CASE("frames at a stride follow the rate of the checkpoint's files, unless a message has its own") {
  ProcessorSettings settings = read_processor_settings(QWEN3VL_TINY);
  settings.clip_rule = ClipRule::each_frame;
  settings.video.sampling.fps = 1;
  Part part = video_part(golden + "/media/clip_lossless_160x120_24fps_4s.mkv");
  CHECK(MediaItem::open(part, settings).frame_indices() == std::vector<std::int64_t>{0, 24, 48, 72});
  settings.video.sampling.num_frames = 2;
  CHECK(MediaItem::open(part, settings).frame_indices() == std::vector<std::int64_t>{0, 48});
  part.options.fps = 2;
  CHECK(MediaItem::open(part, settings).frame_indices().size() == 8);
}

TEST_CASE("a clip as a list of frames has its times before it is looked at, too") {
  ProcessorSettings settings = read_processor_settings(QWEN3VL_TINY);
  settings.clip_rule = ClipRule::each_frame;
  Part part = video_part("");
  for (int i = 0; i < 4; ++i) part.frames.push_back(golden + "/media/square_512.png");
  part.options.sample_fps = 0.5;
  MediaItem item = MediaItem::open(part, settings);
  CHECK(item.second_per_grid() == 4);
  Threads threads(1);
  item.pixels(threads);
  CHECK(item.second_per_grid() == 4);
}
