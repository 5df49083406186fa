#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <qwen3vl/files.hpp>
#include <qwen3vl/generate.hpp>
#include <qwen3vl/input.hpp>

/// What 04_describe_image.cpp, 06_describe_video.cpp and 07_cuda.cu share: a question about one picture or
/// clip, answered on standard output. This is the whole model, from files to streamed text, on any backend;
/// the threads resize pictures.
template <qwen3vl::Backend B>
void describe(B& on, qwen3vl::Threads& threads, const std::string& directory, const qwen3vl::Part& picture,
              const std::string& question) {
  using namespace qwen3vl;
  using Model = Qwen3VL<B, bf16>;

  // the model
  const Qwen3VLConfig config =
      read_qwen3_vl_config(read_json_file(directory + "/config.json"), "config.json");
  Checkpoint checkpoint(directory);
  const auto loaded = load<Model>(on, checkpoint, config);

  // the question: chat template, placeholders expanded, ids
  const Tokenizer tokenizer = Tokenizer::load(directory);
  Encoder encoder(tokenizer);
  std::vector<MediaItem> media;
  media.push_back(MediaItem::open(picture, read_processor_settings(directory)));
  const Conversation chat{{Message{Role::user, {picture, text_part(question)}, {}, {}}}, {}};
  const TokenisedPrompt prompt =
      tokenise_prompt(chat, recognise_checkpoint_template(directory).kind, {}, media,
                      config.vision_config.spatial_merge_size, Dialect::released, encoder);

  // the answer: look, read, and choose the most probable token until the model says it is done
  constexpr int most = 64;
  Session session(on, loaded.model, config, SessionSize{1, std::int64_t(prompt.ids.size()) + most});
  Chat conversation(session, config, threads);
  const auto logits = conversation.read_in_place(prompt, media);
  Completion answer(StreamingDecoder(tokenizer, SpecialTokens::skip),
                    StopRules{.stop_ids = {*tokenizer.added_id("<|im_end|>")}, .max_new_tokens = most});
  GreedyOn greedy(on);
  generate(
      answer, greedy, logits, [&](int id) { return conversation.next_in_place(id); },
      [](std::string_view text, int) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
      });
  std::printf("\n");
}
