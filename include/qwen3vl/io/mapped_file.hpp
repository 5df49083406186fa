#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <sys/mman.h>

#include <qwen3vl/io/file.hpp>

namespace qwen3vl {

/// A file as memory, read-only: nothing is read until it is touched, nothing is copied, and the
/// kernel may drop pages again. POSIX.
///
///   const MappedFile file("model.safetensors");
///   file.bytes();                                  // valid as long as `file` lives, moved or not
///
/// The file must not shrink while it is mapped: touching a page beyond its new end ends the process
/// with SIGBUS, as for every mapped file. Writers that rename a new file into place
/// (io/output_file.hpp) are harmless.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(std::string path) : path_(std::move(path)) {
    std::uint64_t bytes = 0;
    const FileDescriptor file(open_regular_file(path_, bytes));
    if (bytes == 0) return;  // mmap refuses an empty range
    if (bytes > static_cast<std::uint64_t>(PTRDIFF_MAX))
      throw Error(path_, "too large for the address space");
    void* start = ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ, MAP_SHARED, file.get(), 0);
    if (start == MAP_FAILED) throw Error(path_, "cannot map: " + system_message(errno));
    start_ = static_cast<const std::byte*>(start);
    size_ = static_cast<std::size_t>(bytes);
  }
  MappedFile(MappedFile&& other) noexcept { swap(other); }
  MappedFile& operator=(MappedFile&& other) noexcept {
    MappedFile(std::move(other)).swap(*this);
    return *this;
  }
  ~MappedFile() {
    if (start_) ::munmap(const_cast<std::byte*>(start_), size_);
  }

  const std::string& path() const { return path_; }
  std::span<const std::byte> bytes() const { return {start_, size_}; }

  /// Tells the kernel that these bytes are needed soon; it reads ahead and the call does not wait.
  void will_need(std::size_t begin, std::size_t count) const { advise(begin, count, MADV_WILLNEED); }
  /// The kernel may drop these pages; touched again, they are read from the file again.
  void not_needed(std::size_t begin, std::size_t count) const { advise(begin, count, MADV_DONTNEED); }

  /// Touches one byte of every page in [begin, begin + count), so that later reads find it present.
  /// Waits for the disk.
  void populate(std::size_t begin, std::size_t count) const {
    if (begin >= size_) return;
    constexpr std::size_t page = 4096;  // the smallest page of any system this runs on
    const std::size_t end = begin + (count < size_ - begin ? count : size_ - begin);
    for (std::size_t i = begin; i < end; i += page) (void)static_cast<const volatile std::byte*>(start_)[i];
  }

 private:
  void swap(MappedFile& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(start_, other.start_);
    std::swap(size_, other.size_);
  }
  void advise(std::size_t begin, std::size_t count, int advice) const {
    if (begin >= size_ || count == 0) return;
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t end = begin + (count < size_ - begin ? count : size_ - begin);
    const std::size_t from = begin / page * page;
    // only a hint: a kernel that refuses it changes nothing but the time
    (void)::madvise(const_cast<std::byte*>(start_) + from, end - from, advice);
  }

  std::string path_;
  const std::byte* start_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace qwen3vl
