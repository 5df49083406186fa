#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>

#include "memory.hpp"
#include "text_table.hpp"

namespace program {

/// A weight as the tree shows it.
struct TreeWeight {
  std::string name;  // "model.visual.merger.norm.weight"
  qwen3vl::Shape shape;
  std::string dtype;        // as files spell it; empty where there is no such weight
  std::uint64_t bytes = 0;  // in the file
  std::string note;         // "missing", …; empty where all is well
};

/// bytes_text, exact below a kilobyte: "256 B"
inline std::string size_text(std::uint64_t bytes) {
  return bytes < 1000 ? std::to_string(bytes) + " B" : bytes_text(bytes);
}

/// Weights as the tree of modules that their names are paths in:
///
///   └─ language_model                                              …
///      ├─ layers.0 … 27 (28 ×)      each 50,335,744         BF16   1,409,400,832   2.82 GB
///      │  ├─ self_attn                                      BF16      12,583,168   25.2 MB
///      │  │  ├─ q_proj              weight [2048, 2048]     BF16       4,194,304    8.4 MB
///
/// A line sums up what is below it. Neighbours that differ in their number alone are one line for all;
/// below it stands one of them.
class ModelTree {
 public:
  explicit ModelTree(std::vector<TreeWeight> weights) : weights_(std::move(weights)) {
    for (const TreeWeight& weight : weights_) add(weight);
    sum(root_);
  }
  ModelTree(const ModelTree&) = delete;

  void print(bool fold, std::FILE* out) const {
    TextTable table({{"module"},
                     {"shape"},
                     {"dtype"},
                     {"parameters", TextTable::right},
                     {"bytes", TextTable::right},
                     {""}});
    add_children(root_, "", fold, table);
    table.print(out);
  }

 private:
  struct Node {
    std::string name;
    const TreeWeight* weight = nullptr;  // in weights_
    std::vector<Node> children;
    std::map<std::string, std::size_t, std::less<>> index;  // of children, by name
    std::int64_t parameters = 0;
    std::uint64_t bytes = 0;
    std::string dtype;      // "mixed" where there are several
    std::string signature;  // of what is below: equal where only the name differs

    bool leaf() const { return weight && children.empty(); }
    bool holds_leaves() const {
      return !children.empty() &&
             std::all_of(children.begin(), children.end(), [](const Node& child) { return child.leaf(); });
    }
    bool numbered() const {
      return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    }
  };

  void add(const TreeWeight& weight) {
    Node* node = &root_;
    std::string_view rest = weight.name;
    while (true) {
      const std::size_t dot = rest.find('.');
      const std::string_view step = rest.substr(0, dot);
      auto found = node->index.find(step);
      if (found == node->index.end()) {
        found = node->index.emplace(std::string(step), node->children.size()).first;
        node->children.emplace_back().name = step;
      }
      node = &node->children[found->second];
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
    node->weight = &weight;
  }

  static void sum(Node& node) {
    if (node.weight) {
      const TreeWeight& weight = *node.weight;
      node.parameters = weight.shape.size();
      node.bytes = weight.bytes;
      node.dtype = weight.dtype;
      node.signature = to_string(weight.shape) + weight.dtype + weight.note;
    }
    for (Node& child : node.children) {
      sum(child);
      node.parameters += child.parameters;
      node.bytes += child.bytes;
      if (!child.dtype.empty())
        node.dtype = node.dtype.empty() || node.dtype == child.dtype ? child.dtype : "mixed";
      node.signature += "(" + child.name + child.signature + ")";
    }
  }

  static std::string notes_of(const Node& node) {
    if (node.weight) return node.weight->note;
    std::string notes;
    for (const Node& child : node.children)
      if (child.weight && !child.weight->note.empty())
        notes += (notes.empty() ? "" : "; ") + child.name + " " + child.weight->note;
    return notes;
  }

  static std::string shapes_of(const Node& node) {
    if (node.weight) return to_string(node.weight->shape);
    std::string shapes;
    for (const Node& child : node.children)
      shapes += (shapes.empty() ? "" : " + ") + child.name + " " + to_string(child.weight->shape);
    return shapes;
  }

  /// How many of node's children from `first` on are alike, but for their number.
  static std::size_t alike(const Node& node, std::size_t first, bool fold) {
    std::size_t end = first + 1;
    while (fold && node.children[first].numbered() && end < node.children.size() &&
           node.children[end].numbered() && node.children[end].signature == node.children[first].signature)
      ++end;
    return end - first;
  }

  static void add_children(const Node& node, const std::string& indent, bool fold, TextTable& table) {
    for (std::size_t i = 0; i < node.children.size();) {
      const std::size_t count = alike(node, i, fold);
      const bool last = i + count == node.children.size();
      add_line(node, i, count, "", indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "), fold,
               table);
      i += count;
    }
  }

  /// Children i … i + count − 1 of node as one line, and what is below. `path` is put before the name.
  static void add_line(const Node& node, std::size_t i, std::size_t count, const std::string& path,
                       const std::string& branch, const std::string& indent, bool fold, TextTable& table) {
    const Node& child = node.children[i];
    std::string label = path + child.name;
    if (count > 1) label += " … " + node.children[i + count - 1].name + " (" + std::to_string(count) + " ×)";
    // A module that is one line below as well is part of that line's path.
    const bool passes_on = count == 1 && !child.weight && !child.children.empty() && !child.holds_leaves() &&
                           alike(child, 0, fold) == child.children.size();
    if (passes_on) return add_line(child, 0, child.children.size(), label + ".", branch, indent, fold, table);

    const bool leaves = child.leaf() || (!child.weight && child.holds_leaves());
    const std::int64_t all = static_cast<std::int64_t>(count);
    std::string shape = leaves || child.weight ? shapes_of(child) : "";
    if (count > 1) shape = "each " + with_commas(child.parameters) + (shape.empty() ? "" : ": " + shape);
    table.add({branch + label, shape, child.dtype, with_commas(all * child.parameters),
               size_text(count * child.bytes), notes_of(child)});
    if (!leaves) add_children(child, indent, fold, table);
  }

  std::vector<TreeWeight> weights_;
  Node root_;
};

}  // namespace program
