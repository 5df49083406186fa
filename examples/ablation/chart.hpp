#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/media/draw.hpp>

/// Accuracies: a row a variant, a column a metric.
struct Table {
  struct Cell {
    int right = 0, all = 0;
    double share() const { return all ? double(right) / all : 0; }
  };
  std::vector<std::string> metrics;
  std::vector<std::pair<std::string, std::vector<Cell>>> rows;

  void begin(const std::string& variant) { rows.emplace_back(variant, std::vector<Cell>(metrics.size())); }

  void count(const std::string& metric, bool right) {
    const auto at = std::size_t(std::find(metrics.begin(), metrics.end(), metric) - metrics.begin());
    if (at == metrics.size()) {
      metrics.push_back(metric);
      for (auto& row : rows) row.second.emplace_back();
    }
    Cell& cell = rows.back().second[at];
    cell.right += right, ++cell.all;
  }

  /// Percents.
  std::string text() const {
    std::string out(28, ' ');
    for (const std::string& metric : metrics) out += padded(metric);
    for (const auto& [variant, cells] : rows) {
      out.append("\n").append(variant).append(28 - std::min<std::size_t>(variant.size(), 28), ' ');
      for (const Cell& cell : cells) out += padded(percent(cell));
    }
    return out + "\n";
  }

  std::string json() const {
    qwen3vl::Json out;
    for (const auto& [variant, cells] : rows)
      for (std::size_t m = 0; m < metrics.size(); ++m)
        out[variant][metrics[m]] = {{"right", cells[m].right}, {"items", cells[m].all}};
    return out.dump(1) + "\n";
  }

  static std::string percent(const Cell& cell) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%.0f", 100 * cell.share());
    return digits;
  }

 private:
  static std::string padded(const std::string& word) {
    return std::string(12 - std::min<std::size_t>(word.size(), 11), ' ') + word;
  }
};

/// The table as a picture: the greener, the more is right.
inline qwen3vl::Image draw_chart(const Table& table) {
  using namespace qwen3vl;
  constexpr double scale = 2, names = 340, wide = 128, high = 44, top = 44;
  constexpr Colour ink{20, 20, 20}, ground{255, 255, 255};
  Image image(int(names + wide * double(table.metrics.size()) + 12),
              int(top + high * double(table.rows.size()) + 12));
  fill_rectangle(image, 0, 0, image.width, image.height, ground);
  const auto centred = [&](const std::string& word, double left, double y) {
    draw_text(image, {left + (wide - scale * font_width(word.c_str())) / 2, y}, word, scale, ink);
  };
  for (std::size_t m = 0; m < table.metrics.size(); ++m)
    centred(table.metrics[m], names + wide * double(m), 14);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const double y = top + high * double(r);
    draw_text(image, {12, y + 14}, table.rows[r].first, scale, ink);
    for (std::size_t m = 0; m < table.metrics.size(); ++m) {
      const double left = names + wide * double(m), share = table.rows[r].second[m].share();
      const auto mix = [&](int none, int all) { return std::uint8_t(none + share * (all - none)); };
      fill_rectangle(image, left + 1, y + 1, left + wide - 1, y + high - 1,
                     {mix(250, 120), mix(236, 205), mix(232, 140)});
      centred(Table::percent(table.rows[r].second[m]), left, y + 14);
    }
  }
  return image;
}
