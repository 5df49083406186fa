#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/generate/grounding.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/media/mark.hpp>

/// Questions with known answers, as examples/demo_model/generate.py draws them, and their judge.
///
///   items.jsonl    one object a line: metric, media (file names), prompt, answer, and what a metric is
///                  judged by: "box": [x1, y1, x2, y2] in thousandths, "seconds": [t, …]
///
///   grounding      the box that the answer gives and "box" overlap by more than a half (IoU)
///   gui            the point that the answer gives lies in "box"
///   video_time     its times, in order, are "seconds", each within 0.5
///   all others     the answer is "answer", letter for letter
namespace held_out {

struct Item {
  std::string metric, prompt, answer;
  std::vector<std::string> media;  // paths
  std::optional<qwen3vl::Mark> box;
  std::vector<double> seconds;
};

/// Of items.jsonl in this folder; their media lie beside it.
inline std::vector<Item> read_items(const std::string& folder) {
  using namespace qwen3vl;
  const std::string path = folder + "/items.jsonl", text = read_file(path, max_json_bytes);
  std::vector<Item> items;
  for (std::size_t begin = 0, line = 1; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string where = path + ", line " + std::to_string(line);
    const Json json = parse_json(std::string_view(text).substr(begin, end - begin), where);
    begin = end + 1;
    Item item{get_string(json, "metric", where),
              get_string(json, "prompt", where),
              get_string(json, "answer", where),
              get_strings(json, "media", where),
              {},
              {}};
    for (std::string& name : item.media) name = folder + "/" + name;
    if (find_member(json, "box", where)) {
      const std::vector<double> n = get_doubles(json, "box", where);
      if (n.size() != 4)
        throw Error(where, "box has " + std::to_string(n.size()) + " numbers, should have 4");
      item.box = box_mark({n[0], n[1]}, {n[2], n[3]});
    }
    if (find_member(json, "seconds", where)) item.seconds = get_doubles(json, "seconds", where);
    const bool needs_box = item.metric == "grounding" || item.metric == "gui";
    if (needs_box && !item.box) missing_member(where, "box");
    if (item.metric == "video_time" && item.seconds.empty()) missing_member(where, "seconds");
    items.push_back(std::move(item));
  }
  return items;
}

/// "a red flash at 2.0 seconds", "2.0秒": every number with that word behind it, in order.
inline std::vector<double> times_in(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  std::vector<double> times;
  for (std::size_t at = 0; (at = text.find_first_of(digits, at)) != text.npos;) {
    std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    if (end + 1 < text.size() && text[end] == '.' && digits.find(text[end + 1]) != digits.npos)
      end = std::min(text.find_first_not_of(digits, end + 1), text.size());
    const std::size_t word = std::min(text.find_first_not_of(' ', end), text.size());
    const std::string_view rest = text.substr(word);
    double number = 0;
    if ((rest.starts_with("seconds") || rest.starts_with("秒")) &&
        std::from_chars(text.data() + at, text.data() + end, number).ec == std::errc())
      times.push_back(number);
    at = end;
  }
  return times;
}

/// The first mark of this kind.
inline std::optional<qwen3vl::Mark> first_mark(std::string_view answer, qwen3vl::Mark::Kind kind) {
  for (const qwen3vl::Mark& mark : qwen3vl::find_marks(answer))
    if (mark.kind == kind) return mark;
  return std::nullopt;
}

inline bool is_right(const Item& item, std::string_view answer) {
  using qwen3vl::Mark;
  if (item.metric == "grounding") {
    const std::optional<Mark> box = first_mark(answer, Mark::Kind::box);
    return box && qwen3vl::intersection_over_union(*box, *item.box) > 0.5;
  }
  if (item.metric == "gui") {
    const std::optional<Mark> point = first_mark(answer, Mark::Kind::point);
    return point && qwen3vl::contains(*item.box, point->center());
  }
  if (item.metric == "video_time") {
    const std::vector<double> times = times_in(answer);
    bool near = times.size() == item.seconds.size();
    for (std::size_t i = 0; near && i < times.size(); ++i) near = std::abs(times[i] - item.seconds[i]) <= 0.5;
    return near;
  }
  return answer == item.answer;
}

}  // namespace held_out
