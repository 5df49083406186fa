#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <qwen3vl/io/json.hpp>

/// JSON as language models write it. Everything that is JSON reads as it does by parse_json; beyond that
///
///   {'a': 1}   {a: 1}   {"a": "so "called"."}    single quotes, bare words, quotes left as they are
///   [1, 2,]    (1, 2)   True, None               a comma too many, Python's tuples and words
///   [{"a": 1, "b": [2, 3]}, {"c": "x", "d": [4   cut off: members that are whole are kept, lists of
///                                                numbers and words only as a whole: [{…}, {"c": "x"}]
///
/// Numbers that no double holds, NaN and Infinity are null. Nothing throws. Time grows with the text, and
/// what would cost more ends the reading: more than 64 levels, more than 256 keys in one object.
namespace qwen3vl {

struct LooseJson {
  OrderedJson value;
  bool whole;  // read to its closing bracket
};

class LooseJsonReader {
 public:
  LooseJsonReader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool stopped() const { return stopped_; }

  /// An object, a list, a string or a word; nothing where the text ends within the latter two.
  std::optional<OrderedJson> value(int depth = 0) {
    skip(" \t\r\n");
    if (depth > 64 || ended()) return stop();
    const char c = text_[at_];
    if (c == '{') return object(depth);
    if (c == '[' || c == '(') return list(depth);
    if (c == '"' || c == '\'') return string();
    return word(",:{}[]()\"\n");
  }

 private:
  bool ended() const { return at_ >= text_.size(); }
  std::nullopt_t stop() {
    stopped_ = true;
    return std::nullopt;
  }
  void skip(std::string_view these) {
    while (!ended() && these.find(text_[at_]) != these.npos) ++at_;
  }

  OrderedJson object(int depth) {
    OrderedJson object = OrderedJson::object();
    for (++at_; object.size() <= 256;) {
      skip(" \t\r\n,");
      if (ended()) break;
      if (text_[at_] == '}') return ++at_, object;
      const bool quoted = text_[at_] == '"' || text_[at_] == '\'';
      const std::optional<OrderedJson> key = quoted ? string() : word(",:={}[]()\"\n ");
      skip(" \t");
      if (stopped_ || ended() || (text_[at_] != ':' && text_[at_] != '=')) break;
      ++at_;
      std::optional<OrderedJson> member = value(depth + 1);
      if (member) object[key->is_string() ? key->get<std::string>() : key->dump()] = std::move(*member);
      if (stopped_) break;
    }
    stopped_ = true;
    return object;
  }

  std::optional<OrderedJson> list(int depth) {
    bool nested = false;
    OrderedJson list = OrderedJson::array();
    for (++at_;;) {
      skip(" \t\r\n,");
      if (ended() || text_[at_] == '}' || text_[at_] == ':') break;
      if (text_[at_] == ']' || text_[at_] == ')') return ++at_, list;
      std::optional<OrderedJson> item = value(depth + 1);
      nested |= item && item->is_structured();
      if (item) list.push_back(std::move(*item));
      if (stopped_) break;
    }
    if (!nested) return stop();
    stopped_ = true;
    return list;
  }

  /// A quote ends a string when what follows could follow a string: so quotes within may stand as they are.
  std::optional<OrderedJson> string() {
    const char quote = text_[at_++];
    std::string out;
    for (; !ended() && (quote == '"' || text_[at_] != '\n'); ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        escape(out);
      } else if (c != quote) {
        out += c;
      } else {
        const std::size_t next = text_.find_first_not_of(" \t\r", at_ + 1);
        if (next == text_.npos || std::string_view(",:=}])\n").find(text_[next]) != std::string_view::npos)
          return ++at_, OrderedJson(std::move(out));
        out += c;
      }
    }
    return stop();
  }

  /// At a backslash; leaves `at_` at the last byte of what it stands for.
  void escape(std::string& out) {
    if (at_ + 1 == text_.size()) return;
    const char c = text_[++at_];
    constexpr std::string_view names = "bfnrt", bytes = "\b\f\n\r\t";
    if (const std::size_t named = names.find(c); named != names.npos) {
      out += bytes[named];
    } else if (c == 'u') {
      unsigned code = hex(at_ + 1);
      if (code > 0xffff) return void(out += "\\u");
      at_ += 4;
      if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_ + 1, 2) == "\\u") {
        const unsigned low = hex(at_ + 3);
        if (low >= 0xdc00 && low < 0xe000)
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), at_ += 6;
      }
      append_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code, out);
    } else {
      if (c != '"' && c != '\'' && c != '\\' && c != '/') out += '\\';
      out += c;
    }
  }
  /// Four hexadecimal digits; more than 0xffff where they are not.
  unsigned hex(std::size_t at) const {
    const std::string_view digits = text_.substr(std::min(at, text_.size()), 4);
    unsigned code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    return digits.size() == 4 && error == std::errc() && end == digits.data() + 4 ? code : ~0u;
  }
  static void append_utf8(unsigned code, std::string& out) {
    const auto more = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
    if (code < 0x80)
      out += static_cast<char>(code);
    else if (code < 0x800)
      out += static_cast<char>(0xc0 | (code >> 6)), more(0);
    else if (code < 0x10000)
      out += static_cast<char>(0xe0 | (code >> 12)), more(6), more(0);
    else
      out += static_cast<char>(0xf0 | (code >> 18)), more(12), more(6), more(0);
  }

  /// Up to one of `ends`: a number, a name of a value, or a string without its quotes.
  std::optional<OrderedJson> word(std::string_view ends) {
    const std::size_t end = text_.find_first_of(ends, at_);
    if (end == text_.npos) {
      at_ = text_.size();
      return stop();
    }
    std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    while (!word.empty() && (word.back() == ' ' || word.back() == '\t' || word.back() == '\r'))
      word.remove_suffix(1);
    if (word == "true" || word == "True") return OrderedJson(true);
    if (word == "false" || word == "False") return OrderedJson(false);
    if (word.empty() || word == "null" || word == "None") return OrderedJson(nullptr);
    const auto is_all = [&](auto& number) {
      const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
      return std::pair(stop == word.data() + word.size(), error);
    };
    std::int64_t integer = 0;
    if (is_all(integer) == std::pair(true, std::errc())) return OrderedJson(integer);
    std::uint64_t large = 0;
    if (is_all(large) == std::pair(true, std::errc())) return OrderedJson(large);
    double number = 0;
    if (const auto [all, error] = is_all(number); all)
      return error == std::errc() && std::isfinite(number) ? OrderedJson(number) : OrderedJson(nullptr);
    return OrderedJson(std::string(word));
  }

  std::string_view text_;
  std::size_t at_;
  bool stopped_ = false;
};

/// Reads what begins with the bracket at text[at], and sets `at` behind it, or where nothing more could be
/// read: at least one byte on.
inline LooseJson read_loose_json(std::string_view text, std::size_t& at) {
  LooseJsonReader reader(text, at);
  std::optional<OrderedJson> value = reader.value();
  at = std::max(reader.at(), at + 1);
  return {value ? std::move(*value) : OrderedJson(), !reader.stopped()};
}

}  // namespace qwen3vl
