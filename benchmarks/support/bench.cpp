#include "bench.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/threads.hpp>

#include "options.hpp"

namespace qwen3vl::bench {
namespace {

struct Entry {
  std::string name;
  std::vector<Point> points;
  std::function<void(Run&)> run;
};
std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
/// The middle half of the samples is no wider than this share of the median.
double spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[values.size() * 3 / 4] - values[values.size() / 4]) / median(values);
}

/// One measurement of a ceiling.
double probe(Ceiling ceiling, Threads& threads) {
  static Probe all;
  return all.rate(ceiling, threads);
}

const char* name_of(Ceiling ceiling) {
  return ceiling == Ceiling::read ? "read" : ceiling == Ceiling::copy ? "copy" : "matmul";
}

std::string time_text(double seconds) {
  char text[32];
  if (seconds < 1e-3)
    std::snprintf(text, sizeof text, "%7.2f µs", seconds * 1e6);
  else
    std::snprintf(text, sizeof text, "%7.2f ms", seconds * 1e3);
  return text;
}

/// One line of the report, and its record.
std::string report(const std::string& name, const Run& run) {
  std::string sizes, json;
  for (const auto& [column, value] : run.point()) {
    char text[64];
    std::snprintf(text, sizeof text, " %s %-6lld", column.c_str(), static_cast<long long>(value));
    sizes += text;
    json += ", \"" + column + "\": " + std::to_string(value);
  }
  const double seconds = median(run.seconds()), rate = run.work() / seconds;
  std::vector<double> shares;
  for (std::size_t i = 0; i < run.seconds().size(); ++i)
    shares.push_back(run.work() / run.seconds()[i] / run.ceilings()[i]);
  const double ceiling = median(run.ceilings()), share = median(shares);
  const bool flops = run.ceiling() == Ceiling::matmul;
  std::printf("%-26s%s  %s ± %4.1f %%  %8.2f %s  %5.1f %% of %s %.1f\n", name.c_str(), sizes.c_str(),
              time_text(seconds).c_str(), 100 * spread(run.seconds()) / 2, rate * 1e-9,
              flops ? "GFLOP/s" : "GB/s", 100 * share, name_of(run.ceiling()), ceiling * 1e-9);
  std::fflush(stdout);
  char text[256];
  std::snprintf(
      text, sizeof text,
      ", \"seconds\": %.6g, \"spread\": %.4g, \"%s\": %.6g, \"ceiling\": \"%s\", \"of_ceiling\": %.4g}",
      seconds, spread(run.seconds()), flops ? "flops_per_second" : "bytes_per_second", rate,
      name_of(run.ceiling()), share);
  return "{\"case\": \"" + name + "\"" + json + text;
}

int run_all(const Options& options) {
  std::vector<std::string> records;
  for (const Entry& entry : entries()) {
    if (entry.name.find(options.filter) == entry.name.npos) continue;
    if (options.list) {
      std::printf("%s (%zu)\n", entry.name.c_str(), entry.points.size());
      continue;
    }
    for (const Point& point : entry.points) {
      Run run(point);
      entry.run(run);
      records.push_back(report(entry.name, run));
    }
  }
  if (!options.file.empty()) {
    std::ofstream file(options.file);
    file << "[\n";
    for (std::size_t r = 0; r < records.size(); ++r)
      file << records[r] << (r + 1 < records.size() ? ",\n" : "\n");
    file << "]\n";
    if (!file.flush()) throw Error(options.file, "cannot be written");
  }
  return 0;
}

}  // namespace

std::vector<Point> grid(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& axes) {
  std::vector<Point> points{{}};
  for (const auto& [name, values] : axes) {
    std::vector<Point> longer;
    for (const Point& point : points)
      for (const std::int64_t value : values) {
        longer.push_back(point);
        longer.back().emplace_back(name, value);
      }
    points = std::move(longer);
  }
  return points;
}

std::vector<Point> rows(const std::vector<std::string>& columns,
                        const std::vector<std::vector<std::int64_t>>& rows) {
  std::vector<Point> points;
  for (const std::int64_t threads : {1, 2})
    for (const auto& row : rows) {
      Point point{{"threads", threads}};
      for (std::size_t c = 0; c < columns.size(); ++c) point.emplace_back(columns[c], row.at(c));
      points.push_back(point);
    }
  return points;
}

int Run::operator[](const std::string& name) const {
  for (const auto& [column, value] : point_)
    if (column == name) return static_cast<int>(value);
  throw Error("benchmark", "the table has no column " + name);
}

void Run::sample(const std::function<double(std::int64_t calls)>& seconds) {
  int team = 1;
  for (const auto& [column, value] : point_)
    if (column == "threads") team = static_cast<int>(value);
  Threads threads(team);
  probe(ceiling_, threads);
  std::int64_t calls = 1;
  while (seconds(calls) < 5e-3) calls *= 2;  // warms up on the way
  double total = 0;
  while (seconds_.size() < 15 || (total < 0.3 && seconds_.size() < 41)) {
    const double taken = seconds(calls);
    total += taken;
    seconds_.push_back(taken / static_cast<double>(calls));
    ceilings_.push_back(probe(ceiling_, threads));
  }
}

Case::Case(std::string name, std::vector<Point> points, std::function<void(Run&)> run) {
  entries().push_back({std::move(name), std::move(points), std::move(run)});
}

}  // namespace qwen3vl::bench

int main(int argc, char** argv) {
  try {
    return qwen3vl::bench::run_all(qwen3vl::bench::parse_options(argc, argv, "bench_ops", "json"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
