#pragma once

/// Messages, pictures and clips to what a model takes: chat template, tokenizer, placeholders. Needs
/// PCRE2, utf8proc and nlohmann-json, and what <qwen3vl/media.hpp> needs.
#include <qwen3vl/input/added_tokens.hpp>
#include <qwen3vl/input/bpe.hpp>
#include <qwen3vl/input/byte_map.hpp>
#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/input/control_tokens.hpp>
#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/messages.hpp>
#include <qwen3vl/input/nfc.hpp>
#include <qwen3vl/input/pcre2.hpp>
#include <qwen3vl/input/piece_cache.hpp>
#include <qwen3vl/input/placeholders.hpp>
#include <qwen3vl/input/pre_tokenize.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/input/python_json.hpp>
#include <qwen3vl/input/reasoning.hpp>
#include <qwen3vl/input/recognise_template.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/string_pool.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/input/tokenizer_data.hpp>
#include <qwen3vl/input/tokenizer_json.hpp>
#include <qwen3vl/input/utf8.hpp>
#include <qwen3vl/input/utf8proc.hpp>
#include <qwen3vl/input/vocabulary_files.hpp>
#include <qwen3vl/media.hpp>
