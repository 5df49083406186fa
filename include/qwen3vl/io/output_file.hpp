#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <qwen3vl/io/file.hpp>

namespace qwen3vl {

/// A file that appears whole or not at all. Bytes go to a new file beside it, `path` + ".partial-…",
/// and commit() renames that one into place; without commit() it is removed and an old file of this
/// name stays as it was. A full disk throws, from write() or from commit().
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)), file_(open_beside(path_, partial_)) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    if (!committed_) ::unlink(partial_.c_str());
  }

  const std::string& path() const { return path_; }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      constexpr std::size_t most = std::size_t{1} << 30;  // one call takes at most 2 GiB
      const ssize_t done = ::write(file_.get(), bytes.data(), bytes.size() < most ? bytes.size() : most);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail("write");
      bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
  }
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }

  /// Ends writing and gives the file its name.
  void commit() {
    if (file_.close() != 0) fail("write");
    if (std::rename(partial_.c_str(), path_.c_str()) != 0) fail("rename the new file to");
    committed_ = true;
  }

 private:
  /// A new file that nobody else has, with the rights any new file gets.
  static int open_beside(const std::string& path, std::string& partial) {
    if (is_directory(path)) throw Error(path, "is a directory, should be a file to write");
    if (path.find('\0') != std::string::npos) throw Error("write file", "the path has a zero byte in it");
    for (int n = 0;; ++n) {
      partial = path + ".partial-" + std::to_string(::getpid()) + "-" + std::to_string(n);
      const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor >= 0) return descriptor;
      if (errno != EEXIST || n == 1000) throw Error(path, "cannot write: " + system_message(errno));
    }
  }
  [[noreturn]] void fail(const char* what) const {
    throw Error(path_, std::string("cannot ") + what + ": " + system_message(errno),
                errno == ENOSPC ? "free some space on this disk" : "");
  }

  std::string path_, partial_;
  FileDescriptor file_;
  bool committed_ = false;
};

/// The file's whole content, at once.
inline void write_file(const std::string& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

}  // namespace qwen3vl
