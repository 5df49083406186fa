/// compare: two files of tensors, side by side in the order of the forward pass.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <qwen3vl/io/safetensors.hpp>

#include "commands.hpp"
#include "forward_order.hpp"
#include "tensor_difference.hpp"
#include "text_table.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct CompareOptions {
  std::string a, b;
  double tolerance = 1e-5;
  bool strict = false, only_beyond = false;
};

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value == 0 ? "%.0f" : "%.2e", value);
  return text;
}

/// A row of the table, and whether it is good.
struct Row {
  std::string shape, error, largest;
  bool within = true;
};

Row compare_tensors(const TensorInfo& a, const TensorInfo& b, double tolerance) {
  if (!(a.shape == b.shape)) return {to_string(a.shape), "shape " + to_string(b.shape), "", false};
  Row row;
  row.shape = to_string(b.shape);
  const TensorDifference apart = difference(a, b);
  row.within = apart.within(tolerance);
  if (apart.exact)
    row.error = apart.differing == 0 ? "equal" : with_commas(apart.differing) + " differ";
  else if (apart.not_finite > 0)
    row.error = with_commas(apart.not_finite) + " NaN or inf";
  else
    row.error = number_text(apart.relative);
  if (apart.at >= 0)
    row.largest =
        (apart.exact ? with_commas(static_cast<std::int64_t>(apart.largest)) : number_text(apart.largest)) +
        " at " + index_text(apart.at, b.shape);
  return row;
}

void list_names(const char* title, const std::string& path, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::printf("\n%s %s (%zu):\n", title, path.c_str(), names.size());
  for (const std::string& name : names) std::printf("  %s\n", name.c_str());
}

void run(const CompareOptions& options) {
  const SafetensorsFile a(options.a), b(options.b);
  std::vector<std::string> names, only_a, only_b;
  for (const TensorInfo& tensor : a.tensors()) names.push_back(tensor.name);
  for (const TensorInfo& tensor : b.tensors())
    if (!a.find(tensor.name)) names.push_back(tensor.name);
  ForwardOrder(names).sort(names);

  TextTable table({{"tensor"}, {"shape"}, {"error", TextTable::right}, {"largest deviation"}, {""}});
  std::string first, first_what;
  int compared = 0, beyond = 0;
  for (const std::string& name : names) {
    const TensorInfo *in_a = a.find(name), *in_b = b.find(name);
    if (!in_a || !in_b) {
      (in_a ? only_a : only_b).push_back(name);
      continue;
    }
    const Row row = compare_tensors(*in_a, *in_b, options.tolerance);
    ++compared;
    const std::string shown = in_quotes(name, 200);
    if (!row.within && ++beyond == 1) first = shown, first_what = row.error;
    if (row.within && options.only_beyond) continue;
    table.add({shown.substr(1, shown.size() - 2), row.shape, row.error, row.largest,
               row.within    ? ""
               : beyond == 1 ? "<- first beyond tolerance"
                             : "<- beyond"});
  }
  if (compared == 0)
    throw Error("compare", options.a + " and " + options.b + " have no tensor in common",
                "both are written by `trace`, or both by the reference?");
  table.print(stdout);
  list_names("only in", options.a, only_a);
  list_names("only in", options.b, only_b);

  std::printf("\n%d tensors compared, tolerance %g: ", compared, options.tolerance);
  if (beyond == 0)
    std::printf("all within\n");
  else
    std::printf("%d beyond\nfirst beyond: %s, %s\n", beyond, first.c_str(), first_what.c_str());
  const bool unmatched = options.strict && !(only_a.empty() && only_b.empty());
  if (unmatched) std::printf("--strict: %zu tensors are in one file alone\n", only_a.size() + only_b.size());
  if (beyond > 0 || unmatched) throw Exit{1};
}

}  // namespace

void add_compare(CLI::App& app) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App* command = app.add_subcommand(
      "compare", "Compare two files of tensors in forward order and name the first that differs");
  command->add_option("a", options->a, "A safetensors file, ours")->required()->type_name("FILE");
  command->add_option("b", options->b, "A safetensors file, the reference")->required()->type_name("FILE");
  command->add_option("--tolerance", options->tolerance, "The relative error that is still good")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--strict", options->strict, "A tensor that only one file has counts as beyond, too");
  command->add_flag("--only-beyond", options->only_beyond, "Show only the rows beyond tolerance");
  command->footer(
      "Of each tensor that both files have it shows the shape, the relative error |a - b| / |b| (Euclidean\n"
      "norms) and the largest deviation of one element, with its index. Floats of any width are compared as\n"
      "numbers, integers must be equal, a NaN in one file alone is beyond any tolerance.\n\n"
      "Exit codes: 0 all within tolerance, 1 some beyond (or a file cannot be read), 2 wrong usage.\n\n"
      "Example: where do we leave the reference?\n"
      "  qwen3vl trace --model DIR --inputs inputs.safetensors --output ours.safetensors\n"
      "  qwen3vl compare ours.safetensors expected.safetensors");
  command->callback([options] { run(*options); });
}

}  // namespace program
