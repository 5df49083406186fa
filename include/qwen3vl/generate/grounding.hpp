#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <qwen3vl/io/loose_json.hpp>
#include <qwen3vl/media/mark.hpp>
#include <qwen3vl/model/model_config.hpp>

/// What an answer points at, in the order of the text:
///
///   {"bbox_2d": [x1, y1, x2, y2], "label": "a cat"}      Qwen2.5-VL, Qwen3-VL; one or a list of them
///   {"point_2d": [x, y], "label": "its nose"}
///   {"action": "click", "coordinate": [x, y]}            an agent's action, also inside a <tool_call>
///   <ref>a cat</ref><box>(x1,y1),(x2,y2)</box>           Qwen-VL, with its tags or without
///
///   const Coordinates unit = answer_coordinates(config.generation);
///   for (const Mark& mark : find_marks(answer)) … to_original(mark, item.placement(), unit) …
///
/// Under a key that names a place, four numbers are a box and two a point, whatever the key says; so are
/// lists of them, {"x": …, "y": …}, numbers in a string, and under a box's key two lists of two, its corners. Text and code fences around
/// do not matter, nor how loosely the JSON is written (io/loose_json.hpp). A list that was cut off keeps its
/// whole members. Nothing throws: what makes no sense is no mark.
namespace qwen3vl {

/// Numbers of a larger size are no place on a picture.
inline constexpr double farthest_coordinate = 1e6;
/// A longer label is cut: many marks may share one.
inline constexpr std::size_t longest_label = 200;

/// Collects marks from text; find_marks is its one use.
class MarkFinder {
 public:
  explicit MarkFinder(std::string_view answer) : text_(answer) {}

  std::vector<Mark> find() {
    for (std::size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      if (c == '{' || c == '[') {
        const std::string_view before = text_.substr(0, at);
        const OrderedJson json = read_loose_json(text_, at).value;
        const std::string_view key = json.is_array() ? key_before(before) : std::string_view();
        key.empty() ? walk(json, {}) : add_places(json, key, {});
      } else if (c == '(') {
        at = read_pairs(at);
      } else if (c == '<' && text_.substr(at).starts_with("<ref>")) {
        at += 5;
        reference_ = text_.substr(at, std::min(text_.find('<', at), text_.size()) - at);
      } else {
        ++at;
      }
    }
    return std::move(marks_);
  }

 private:
  static constexpr std::string_view keys[] = {
      "bbox_2d",       "bbox",  "box_2d", "box",        "boxes",       "bboxes",
      "point_2d",      "point", "points", "coordinate", "coordinates", "start_coordinate",
      "end_coordinate"};
  static constexpr std::string_view labels[] = {"label", "text_content", "text", "name", "action"};

  static bool names_place(std::string_view key) {
    return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
  }
  /// bbox_2d: [ …   without an object around it: its key, or ""
  static std::string_view key_before(std::string_view text) {
    text = text.substr(text.size() - std::min<std::size_t>(text.size(), 40));
    const std::size_t last = text.find_last_not_of(" \t:=\"'");
    if (last == text.npos || last + 1 == text.size()) return {};
    text = text.substr(0, last + 1);
    const std::size_t first = text.find_last_of(" \t\r\n\"',;{([`*>");
    if (first != text.npos) text.remove_prefix(first + 1);
    return names_place(text) ? text : std::string_view();
  }

  /// At most so many bytes, and no half of a character.
  static std::string cut_label(std::string_view label) {
    if (label.size() > longest_label) {
      std::size_t end = longest_label;
      while (end > 0 && (static_cast<unsigned char>(label[end]) & 0xc0) == 0x80) --end;
      label = label.substr(0, end);
    }
    return std::string(label);
  }
  static std::string_view label_of(const OrderedJson& object, std::string_view outer) {
    for (const std::string_view key : labels)
      if (const auto it = object.find(key); it != object.end() && it->is_string())
        return it->get_ref<const std::string&>();
    return outer;
  }

  void walk(const OrderedJson& json, std::string_view label) {
    if (json.is_object()) {
      label = label_of(json, label);
      for (const auto& [key, member] : json.items())
        names_place(key) ? add_places(member, key, label) : walk(member, label);
    } else if (json.is_array()) {
      for (const OrderedJson& item : json) walk(item, label);
    }
  }

  static std::optional<double> coordinate(const OrderedJson& json) {
    if (!json.is_number()) return std::nullopt;
    const double number = json.get<double>();
    if (!(std::abs(number) <= farthest_coordinate)) return std::nullopt;
    return number;
  }
  /// The numbers of [a, b, …], of [[a, b], [c, d]], of {"x1": a, …}; empty where it is anything else.
  static std::vector<double> numbers_of(const OrderedJson& json) {
    std::vector<double> numbers;
    const auto add = [&](const OrderedJson& item) {
      const std::optional<double> number = coordinate(item);
      if (number) numbers.push_back(*number);
      return number.has_value();
    };
    if (json.is_array() && json.size() <= 4) {
      for (const OrderedJson& item : json)
        if (!add(item)) return {};
    } else if (json.is_object()) {
      for (const char* key : {"x", "y", "x1", "y1", "x2", "y2"})
        if (json.contains(key) && !add(json[key])) return {};
    }
    return numbers;
  }

  void add_places(const OrderedJson& json, std::string_view key, std::string_view label, int depth = 0) {
    if (json.is_string() && depth < 4) {  // "[1, 2, 3, 4]", "(1, 2)", "1, 2"
      std::string text = json.get<std::string>();
      if (text.find_first_of("[(") == text.npos) text = std::string("[").append(text).append("]");
      std::size_t at = text.find_first_of("[(");
      return add_places(read_loose_json(text, at).value, key, label, depth + 1);
    }
    const std::vector<double> n = numbers_of(json);
    if (n.size() == 4) {
      marks_.push_back(box_mark({n[0], n[1]}, {n[2], n[3]}, cut_label(label)));
    } else if (n.size() == 2) {
      marks_.push_back(point_mark({n[0], n[1]}, cut_label(label)));
    } else if (json.is_array() && depth < 4) {
      const bool pairs = key.starts_with('b') && !json.empty() && numbers_of(json.front()).size() == 2;
      const std::vector<double> a = pairs ? numbers_of(json.front()) : n,
                                b = pairs ? numbers_of(json.back()) : n;
      if (pairs && json.size() == 2 && b.size() == 2)
        marks_.push_back(box_mark({a[0], a[1]}, {b[0], b[1]}, cut_label(label)));
      for (const OrderedJson& item : json)
        if (!pairs && item.is_structured()) add_places(item, key, label, depth + 1);
    } else if (json.is_object()) {
      walk(json, label);
    }
  }

  /// (x1,y1),(x2,y2): two pairs in a row, no more and no fewer, are the corners of a box.
  std::size_t read_pairs(std::size_t at) {
    std::vector<Point> pairs;
    for (std::optional<Point> pair; (pair = read_pair(at));) pairs.push_back(*pair);
    if (pairs.size() == 2) marks_.push_back(box_mark(pairs[0], pairs[1], cut_label(reference_)));
    return pairs.empty() ? at + 1 : at;
  }
  /// Moves `at` behind the pair, and behind a comma after it when another begins there.
  std::optional<Point> read_pair(std::size_t& at) const {
    std::size_t i = at;
    const auto skip = [&](char wanted) {
      while (i < text_.size() && text_[i] == ' ') ++i;
      return i < text_.size() && text_[i] == wanted && ++i;
    };
    const auto number = [&](double& to) {
      while (i < text_.size() && text_[i] == ' ') ++i;
      const auto [end, error] = std::from_chars(text_.data() + i, text_.data() + text_.size(), to);
      i = static_cast<std::size_t>(end - text_.data());
      return error == std::errc() && std::abs(to) <= farthest_coordinate;
    };
    Point pair{};
    if (!skip('(') || !number(pair.x) || !skip(',') || !number(pair.y) || !skip(')')) return std::nullopt;
    at = i;
    skip(',');
    if (skip('(')) at = i - 1;
    return pair;
  }

  std::string_view text_, reference_;
  std::vector<Mark> marks_;
};

inline std::vector<Mark> find_marks(std::string_view answer) { return MarkFinder(answer).find(); }

/// The unit of a generation's answers: Qwen2.5-VL alone counts pixels of the picture it saw.
constexpr Coordinates answer_coordinates(Generation generation) {
  return generation == Generation::qwen2_5_vl ? Coordinates::resized : Coordinates::relative;
}

}  // namespace qwen3vl
