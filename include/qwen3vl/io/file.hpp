#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <qwen3vl/core/error.hpp>

/// Files by path, on POSIX systems. A path that is no regular file (a directory, a pipe, a device) is
/// refused before a byte is read, so that nothing waits for a pipe that nobody fills.
namespace qwen3vl {

/// "No such file or directory"
inline std::string system_message(int error) { return std::strerror(error); }

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }
  int get() const { return value_; }
  bool valid() const { return value_ >= 0; }
  /// The result of ::close; a network file system reports a full disk here.
  int close() {
    const int old = value_;
    value_ = -1;
    return old >= 0 ? ::close(old) : 0;
  }

 private:
  int value_;
};

/// Opens a regular file for reading and tells its size in bytes. Returns the descriptor.
inline int open_regular_file(const std::string& path, std::uint64_t& bytes) {
  if (path.find('\0') != std::string::npos) throw Error("open file", "the path has a zero byte in it");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw Error(path, "cannot open: " + system_message(errno));
  struct stat status;
  const bool known = ::fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw Error(path, known && S_ISDIR(status.st_mode) ? "is a directory, should be a file"
                                                       : "is not a regular file");
  }
  bytes = static_cast<std::uint64_t>(status.st_size);
  return descriptor;
}

inline bool is_regular_file(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}
inline bool is_directory(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// The whole file, at most `max_bytes`.
inline std::string read_file(const std::string& path, std::uint64_t max_bytes) {
  std::uint64_t bytes = 0;
  FileDescriptor file(open_regular_file(path, bytes));
  if (bytes > max_bytes)
    throw Error(path,
                "has " + std::to_string(bytes) + " bytes, at most " + std::to_string(max_bytes) +
                    " are expected here",
                "is it the right file?");
  std::string content(static_cast<std::size_t>(bytes), '\0');
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(path, "cannot read: " + system_message(errno));
    if (got == 0) break;  // the file was cut meanwhile
    done += static_cast<std::size_t>(got);
  }
  content.resize(done);
  return content;
}

}  // namespace qwen3vl
