#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace qwen3vl::test {

/// Damages a file, always in the same way for the same seed: what a bad disk, an interrupted download
/// or a hand that means harm does to it.
class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}

  std::string operator()(std::string file) {
    const int edits = 1 + static_cast<int>(below(3));
    for (int e = 0; e < edits; ++e) edit(file);
    return file;
  }

  /// 0 … n − 1 (xorshift64*).
  std::size_t below(std::size_t n) {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return n == 0 ? 0 : static_cast<std::size_t>((state_ * 0x2545f4914f6cdd1du) >> 33) % n;
  }

 private:
  void edit(std::string& file) {
    static constexpr const char* words[] = {"-1",
                                            "18446744073709551615",
                                            "9223372036854775807",
                                            "4294967296",
                                            "1e400",
                                            "0.5",
                                            "null",
                                            "true",
                                            "[]",
                                            "{}",
                                            "\"x\"",
                                            "\"\\ud800\"",
                                            ",",
                                            ":",
                                            "[[[[",
                                            "\"",
                                            "../",
                                            "1e-5",
                                            "0",
                                            "\\"};
    const std::size_t at = below(file.size()), count = 1 + below(16);
    switch (below(9)) {
      case 0:
        if (!file.empty()) file[at] = static_cast<char>(file[at] ^ 1 << below(8));
        break;
      case 1:
        if (!file.empty()) file[at] = static_cast<char>(below(256));
        break;
      case 2:
        file.resize(at);
        break;
      case 3:
        file.append(count, static_cast<char>(below(256)));
        break;
      case 4:
        if (file.size() >= 8) file[below(8)] = static_cast<char>(below(256));
        break;  // the length
      case 5:
        file.erase(at, count);
        break;
      case 6:
        file.insert(at, file.substr(below(file.size()), count));
        break;
      case 7:
        file.insert(at, words[below(std::size(words))]);
        break;
      case 8:
        replace_number(file, at, words[below(std::size(words))]);
        break;
    }
  }
  static void replace_number(std::string& file, std::size_t at, const char* word) {
    const std::size_t begin = file.find_first_of("0123456789", at);
    if (begin == std::string::npos) return;
    const std::size_t end = file.find_first_not_of("0123456789", begin);
    file.replace(begin, (end == std::string::npos ? file.size() : end) - begin, word);
  }

  std::uint64_t state_;
};

}  // namespace qwen3vl::test
