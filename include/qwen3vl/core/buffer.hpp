#pragma once

#include <cstddef>
#include <utility>

#include <qwen3vl/core/backend.hpp>

namespace qwen3vl {

/// Bytes of a backend, released with the object. Uninitialised.
template <Backend B> class Buffer {
 public:
  Buffer() = default;
  Buffer(B& on, std::size_t bytes) : on_(&on), data_(bytes ? on.allocate(bytes) : nullptr), bytes_(bytes) {}
  Buffer(Buffer&& other) noexcept
      : on_(other.on_), data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(on_, other.on_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Buffer() {
    if (data_) on_->release(data_, bytes_);
  }

  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::size_t bytes() const { return bytes_; }

 private:
  B* on_ = nullptr;
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace qwen3vl
