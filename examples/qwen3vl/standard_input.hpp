#pragma once

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/file.hpp>

namespace program {

/// Standard input, line by line or as a whole. Before it waits for more input it flushes standard output,
/// so that a program at both ends gets each answer as soon as it is there.
class StandardInput {
 public:
  /// The next line without its "\n" (and without a "\r" before it); false at the end. Valid until the
  /// next call.
  bool next_line(std::string_view& line) {
    while (true) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos || ended_) {
        if (ended_ && end == std::string::npos && begin_ == buffer_.size()) return false;
        line = std::string_view(buffer_).substr(begin_, end == std::string::npos ? end : end - begin_);
        begin_ = searched_ = end == std::string::npos ? buffer_.size() : end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        ++number_;
        return true;
      }
      searched_ = buffer_.size();
      read_more();
    }
  }
  /// "standard input, line 3", of the line that was read last.
  std::string where() const { return "standard input, line " + std::to_string(number_); }

  /// All that is left, at most `most_bytes`.
  std::string_view rest(std::size_t most_bytes = std::size_t{2} << 30) {
    while (!ended_) {
      read_more();
      if (buffer_.size() - begin_ > most_bytes)
        throw qwen3vl::Error("standard input", "more than " + std::to_string(most_bytes) + " bytes");
    }
    return std::string_view(buffer_).substr(begin_);
  }

 private:
  void read_more() {
    constexpr std::size_t most = std::size_t{2} << 30, piece = std::size_t{1} << 18;
    searched_ -= begin_;
    buffer_.erase(0, begin_);
    begin_ = 0;
    if (buffer_.size() > most) throw qwen3vl::Error("standard input", "a line of more than 2 GiB");
    std::fflush(stdout);
    const std::size_t size = buffer_.size();
    buffer_.resize(size + piece);
    ssize_t got = -1;
    do got = ::read(STDIN_FILENO, buffer_.data() + size, piece);
    while (got < 0 && errno == EINTR);
    if (got < 0) throw qwen3vl::Error("standard input", "cannot read: " + qwen3vl::system_message(errno));
    buffer_.resize(size + static_cast<std::size_t>(got));
    ended_ = got == 0;
  }

  std::string buffer_;
  std::size_t begin_ = 0;     // of the next line
  std::size_t searched_ = 0;  // no line ends before
  std::size_t number_ = 0;
  bool ended_ = false;
};

}  // namespace program
