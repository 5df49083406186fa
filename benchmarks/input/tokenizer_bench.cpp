#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/io/file.hpp>

/// How fast a checkpoint's tokenizer loads, encodes and decodes, on one thread.
///
///   tokenizer_bench DIRECTORY [TEXT_FILE …]
///
/// Every text is repeated to 16 MiB; the median and the spread of seven runs are printed, in MB (10⁶
/// bytes) of UTF-8 a second. Hostile texts follow: runs that no cache and no split shortens.
namespace {

using namespace qwen3vl;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Spread {
  double least, median, most;
};
template <class Function> Spread measure(Function&& function) {
  std::vector<double> seconds(7);
  for (double& run : seconds) {
    const auto begin = Clock::now();
    function();
    run = seconds_since(begin);
  }
  std::sort(seconds.begin(), seconds.end());
  return {seconds.front(), seconds[3], seconds.back()};
}

std::string repeated(const std::string& text, std::size_t bytes) {
  std::string out;
  while (!text.empty() && out.size() < bytes) out += text;
  return out;
}

void bench_text(const Tokenizer& tokenizer, const std::string& name, const std::string& text) {
  Encoder encoder(tokenizer);
  std::vector<std::int32_t> ids = encoder.encode(text);
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  const Spread encode = measure([&] { ids.clear(), encoder.append(text, ids); });
  const Spread back = measure([&] { decode(tokenizer, ids); });
  std::printf("%-28s %7.1f MB  %4.2f bytes a token   encode %6.1f MB/s (%.1f to %.1f)   decode %6.1f MB/s\n",
              name.c_str(), megabytes, static_cast<double>(text.size()) / static_cast<double>(ids.size()),
              megabytes / encode.median, megabytes / encode.most, megabytes / encode.least,
              megabytes / back.median);
}

/// Words of random length and letters: nothing repeats, the cache is of no use.
std::string random_words(std::size_t bytes) {
  std::string out;
  std::uint32_t state = 1;
  while (out.size() < bytes) {
    state = state * 1664525 + 1013904223;
    out += state >> 29 == 0 ? ' ' : static_cast<char>('a' + (state >> 16) % 26);
  }
  return out;
}

int run(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY [TEXT_FILE ...]\n", arguments[0]);
    return 2;
  }
  const Spread load = measure([&] { Tokenizer::load(arguments[1]); });
  std::printf("load                         %7.0f ms (%.0f to %.0f)\n", load.median * 1e3, load.least * 1e3,
              load.most * 1e3);
  const Tokenizer tokenizer = Tokenizer::load(arguments[1]);

  constexpr std::size_t size = 16 << 20;
  for (int i = 2; i < count; ++i)
    bench_text(tokenizer, arguments[i], repeated(read_file(arguments[i], 1 << 30), size));
  bench_text(tokenizer, "words that never repeat", random_words(size));
  bench_text(tokenizer, "Chinese",
             repeated("比较这两张图片，并说明它们的不同之处。天气很好，我们去公园散步。\n", size));
  bench_text(tokenizer, "letters in NFD",
             repeated("Cafe\u0301 re\u0301sume\u0301 nai\u0308ve u\u0308ber ", size));
  bench_text(tokenizer, "hostile: 1 MiB of a", std::string(1 << 20, 'a'));
  bench_text(tokenizer, "hostile: 1 MiB of space", std::string(1 << 20, ' '));
  bench_text(tokenizer, "hostile: 1 MiB of !", std::string(1 << 20, '!'));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
