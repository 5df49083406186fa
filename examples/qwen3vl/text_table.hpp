#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace program {

/// How many columns of a terminal a text takes: its characters, where bytes that continue one do not count.
inline std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// "2,127,532,032"
inline std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3 + (digits[0] == '-');) digits.insert(at -= 3, 1, ',');
  return digits;
}

/// Rows of text in columns that line up.
///
///   TextTable table({{"tensor"}, {"bytes", TextTable::right}});
///   table.add({"logits", "303,872"});
///   table.print(stdout);
class TextTable {
 public:
  enum Align { left, right };
  struct Column {
    std::string title;
    Align align = left;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Cells that are not given are empty.
  void add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
  }

  void print(std::FILE* out) const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      titles.push_back(columns_[c].title);
      widths.push_back(width_of(columns_[c].title));
      for (const auto& row : rows_) widths[c] = std::max(widths[c], width_of(row[c]));
    }
    if (std::any_of(titles.begin(), titles.end(), [](const std::string& title) { return !title.empty(); }))
      print_row(titles, widths, out);
    for (const auto& row : rows_) print_row(row, widths, out);
  }

 private:
  void print_row(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
                 std::FILE* out) const {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string gap(widths[c] - width_of(row[c]), ' ');
      if (c > 0 && widths[c] > 0) line += "  ";
      line += columns_[c].align == right ? gap + row[c] : row[c] + gap;
    }
    line.resize(line.find_last_not_of(' ') + 1);
    std::fprintf(out, "%s\n", line.c_str());
  }

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace program
