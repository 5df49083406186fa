/// tokenize: text to ids, and back.
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/io/json.hpp>

#include "commands.hpp"
#include "standard_input.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct TokenizeOptions {
  std::string model;
  bool jsonl = false, decode = false, skip_special = false;
};

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    throw Error("standard output", "cannot write: " + system_message(errno));
}

/// "[9707, 11, 1879, 0]"
void append_ids(std::span<const std::int32_t> ids, std::string& out) {
  out += '[';
  char digits[16];
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ", ";
    out.append(digits, std::to_chars(digits, digits + sizeof digits, ids[i]).ptr);
  }
  out += ']';
}

/// A JSON list of ids. Read here and not by the JSON library, which takes some sixty bytes of memory a number.
std::vector<std::int32_t> parse_ids(std::string_view text, const std::string& where) {
  std::vector<std::int32_t> ids;
  const char *at = text.data(), *const end = at + text.size();
  const auto skip = [&] {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  };
  const auto refuse = [&](const char* what) {
    throw Error(where, std::string(what) + " at byte " + std::to_string(at - text.data()),
                "a JSON list of ids, such as [9707, 11, 1879, 0]");
  };
  const auto take = [&](char wanted) {
    skip();
    const bool there = at < end && *at == wanted;
    if (there) ++at;
    return there;
  };
  if (!take('[')) refuse("no [");
  if (!take(']')) {
    do {
      skip();
      std::int32_t id = 0;
      const auto [behind, error] = std::from_chars(at, end, id);
      if (error != std::errc() || id < 0 || (*at == '0' && behind - at > 1))
        refuse("no id from 0 to 2147483647");
      at = behind;
      ids.push_back(id);
    } while (take(','));
    if (!take(']')) refuse("neither , nor ]");
  }
  skip();
  if (at != end) refuse("something behind the list");
  return ids;
}

void encode_input(const Tokenizer& tokenizer, StandardInput& input, bool jsonl) {
  Encoder encoder(tokenizer);
  std::string out;
  std::vector<std::int32_t> ids;
  const auto answer = [&](std::string_view text) {
    ids.clear();
    out.clear();
    encoder.append(text, ids);
    append_ids(ids, out);
    out += '\n';
    print(out);
  };
  if (!jsonl) return answer(input.rest());
  for (std::string_view line; input.next_line(line);) {
    const Json json = parse_json(line, input.where());
    if (!json.is_string())
      throw Error(input.where(), "is " + describe_json(json) + ", should be a JSON string",
                  "one text a line, in quotes");
    answer(json.get_ref<const std::string&>());
  }
}

void decode_input(const Tokenizer& tokenizer, StandardInput& input, bool jsonl, SpecialTokens special) {
  if (!jsonl) return print(decode(tokenizer, parse_ids(input.rest(), "standard input"), special));
  for (std::string_view line; input.next_line(line);)
    print(to_text(Json(decode(tokenizer, parse_ids(line, input.where()), special)), input.where(), -1) +
          "\n");
}

void run(const TokenizeOptions& options) {
  const auto tokenizer = Tokenizer::load(options.model);
  StandardInput input;
  if (options.decode)
    decode_input(tokenizer, input, options.jsonl,
                 options.skip_special ? SpecialTokens::skip : SpecialTokens::keep);
  else
    encode_input(tokenizer, input, options.jsonl);
  std::fflush(stdout);
}

}  // namespace

void add_tokenize(CLI::App& app) {
  const auto options = std::make_shared<TokenizeOptions>();
  CLI::App* command = app.add_subcommand("tokenize", "Turn text into ids, or ids into text");
  command->add_option("--model", options->model, "Folder with tokenizer.json, or vocab.json and merges.txt")
      ->required()
      ->type_name("DIR");
  command->add_flag("--jsonl", options->jsonl, "Line by line: a JSON string each, answered by its ids");
  CLI::Option* decode =
      command->add_flag("--decode", options->decode, "The other way: a JSON list of ids to text");
  command->add_flag("--skip-special", options->skip_special, "Leave <|im_end|> and its like out of the text")
      ->needs(decode);
  command->footer(
      "Reads standard input and writes standard output. All of the input is the text, a last line end too;\n"
      "<|im_start|> and its like become the control tokens they name. Decoded text is written as it is.\n\n"
      "Examples\n"
      "  printf 'Hello, world!' | qwen3vl tokenize --model DIR            [9707, 11, 1879, 0]\n"
      "  echo '[9707, 11, 1879, 0]' | qwen3vl tokenize --model DIR --decode\n"
      "  qwen3vl tokenize --model DIR --jsonl < texts.jsonl > ids.jsonl");
  command->callback([options] { run(*options); });
}

}  // namespace program
