#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/files.hpp>
#include <qwen3vl/generate.hpp>
#include <qwen3vl/input.hpp>

/// How an Answerer sees and reads: a model as released, or a variant, which replaces a line.
struct AsReleased {
  using Text = qwen3vl::Qwen3;                          // recipe of the decoder
  using Vision = qwen3vl::Qwen3Vision;                  // of the tower
  using Video = qwen3vl::ReleasedVideo;                 // how a clip stands in the prompt
  static void change_sizes(qwen3vl::Qwen3VLConfig&) {}  // those of config.json
};

/// A checkpoint, loaded once, that answers one question after another, each by itself and always with the
/// most probable token.
///
///   Answerer<qwen3vl::bf16> answer(directory);
///   answer({"scene.png"}, "How many circles are there?")
template <qwen3vl::Element T, class Variant = AsReleased> class Answerer {
 public:
  /// Prompt and answer have room for `context` tokens together, the answer for `most`.
  explicit Answerer(const std::string& directory, std::int64_t context = 4096, std::int64_t most = 512)
      : config_(read_config(directory + "/config.json")),
        processor_(qwen3vl::read_processor_settings(directory)),
        tokenizer_(qwen3vl::Tokenizer::load(directory)),
        template_(qwen3vl::recognise_checkpoint_template(directory).kind),
        checkpoint_(directory),
        loaded_(qwen3vl::load<Model>(cpu_, checkpoint_, config_)),
        session_(cpu_, loaded_.model, config_, qwen3vl::SessionSize{1, context}) {
    rules_.stop_ids = qwen3vl::load_generation_config(directory).stop_ids;
    if (rules_.stop_ids.empty()) rules_.stop_ids = {*tokenizer_.added_id("<|im_end|>")};
    rules_.max_new_tokens = most;
  }

  /// `media`: pictures, and clips by the ends of their names.
  std::string operator()(const std::vector<std::string>& media, const std::string& question,
                         qwen3vl::Dialect dialect = qwen3vl::Dialect::released) {
    using namespace qwen3vl;
    Message message{Role::user, {}, {}, {}};
    std::vector<MediaItem> items;
    for (const std::string& path : media) {
      message.content.push_back(is_clip(path) ? video_part(path) : image_part(path));
      items.push_back(MediaItem::open(message.content.back(), processor_));
    }
    message.content.push_back(text_part(question));
    const Conversation conversation{{message}, {}};
    const int merge = config_.vision_config.spatial_merge_size;
    const auto tokenise = [&] {
      return dialect == Dialect::released
                 ? tokenise_prompt<typename Variant::Video>(conversation, template_, {}, items, merge,
                                                            encoder_)
                 : tokenise_prompt<Transformers5Video>(conversation, template_, {}, items, merge, encoder_);
    };

    Chat chat(session_, config_, cpu_.threads());
    const auto logits = until_settled([&] { return chat.read(tokenise(), items); });
    Completion answer(StreamingDecoder(tokenizer_, SpecialTokens::skip), rules_);
    Greedy greedy;
    generate(answer, greedy, logits, [&](std::int32_t id) { return chat.next(id); });
    return std::string(answer.text());
  }

 private:
  using Model = qwen3vl::Qwen3VL<qwen3vl::Cpu, T, typename Variant::Text, typename Variant::Vision>;

  static qwen3vl::Qwen3VLConfig read_config(const std::string& path) {
    qwen3vl::Qwen3VLConfig config = qwen3vl::read_qwen3_vl_config(qwen3vl::read_json_file(path), path);
    Variant::change_sizes(config);
    return config;
  }

  static bool is_clip(const std::string& path) {
    const std::string end = std::filesystem::path(path).extension().string();
    return end == ".avi" || end == ".mp4" || end == ".mkv" || end == ".webm" || end == ".mov";
  }

  qwen3vl::Cpu cpu_;
  qwen3vl::Qwen3VLConfig config_;
  qwen3vl::ProcessorSettings processor_;
  qwen3vl::Tokenizer tokenizer_;
  qwen3vl::Encoder encoder_{tokenizer_};
  qwen3vl::TemplateKind template_;
  qwen3vl::Checkpoint checkpoint_;
  qwen3vl::Loaded<Model> loaded_;
  qwen3vl::Session<Model, qwen3vl::Qwen3VLConfig> session_;
  qwen3vl::StopRules rules_;
};
