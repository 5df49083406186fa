#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// Scratch for activations: a stack of bytes. take() never allocates; leaving a scope frees.
///
///   const auto scope = workspace.scope();
///   auto x = workspace.template take<T>({tokens, hidden});   // valid until the scope ends
///
/// How many bytes a forward pass needs, the pass itself tells: run it on DryRun, then ask peak().
template <Backend B> class Workspace {
 public:
  using Space = typename B::Space;
  static constexpr std::size_t alignment = 256;

  Workspace(B& on, std::size_t bytes) : memory_(on, bytes), begin_(memory_.data()), size_(bytes) {}
  /// On memory that somebody else owns and keeps.
  Workspace(B&, const Buffer<B>& memory) : begin_(memory.data()), size_(memory.bytes()) {}
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  struct Scope {
    Workspace& workspace;
    std::size_t mark;
    Scope(Workspace& w, std::size_t m) : workspace(w), mark(m) {}
    Scope(const Scope&) = delete;
    ~Scope() { workspace.used_ = mark; }
  };
  [[nodiscard]] Scope scope() { return Scope(*this, used_); }

  /// Uninitialised, 256-byte aligned. The brace list is the shape: take<T>({tokens, hidden}).
  template <class T, int Rank> View<T, Rank, Space> take(const std::int64_t (&shape)[Rank]) {
    View<T, Rank, Space> view(nullptr, shape);
    view.data = reinterpret_cast<T*>(take_bytes(std::size_t(view.size()) * sizeof(T)));
    return view;
  }

  std::size_t peak() const { return peak_; }  // the most bytes ever in use
  std::size_t size() const { return size_; }

 private:
  std::byte* take_bytes(std::size_t bytes) {
    const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    if (rounded < bytes || rounded > size_ - used_)  // a size below 0 is a huge one here
      throw Error("Workspace",
                  "needs " + std::to_string(used_ + rounded) + " bytes, has " + std::to_string(size_),
                  "run the same forward pass on DryRun and reserve what peak() says");
    std::byte* memory = begin_ + used_;
    used_ += rounded;
    peak_ = std::max(peak_, used_);
    return memory;
  }

  Buffer<B> memory_;
  std::byte* begin_;
  std::size_t size_, used_ = 0, peak_ = 0;
};

}  // namespace qwen3vl
