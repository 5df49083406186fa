#pragma once

#include <cstddef>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// Keys and values of all that the decoder has read: K after norm and RoPE, V as projected.
///
///   keys, values : [layers, kv_heads, sequences · capacity, head_dim]
///
/// Sequence s owns rows s·capacity … (s+1)·capacity − 1, so that a segment of attention is a run of
/// rows. How many are in use is the caller's to know: a cache is memory, and forgets by being told a
/// shorter length.
template <Backend B, Element T> class KVCache {
 public:
  KVCache() = default;
  KVCache(B& on, int layers, int kv_heads, int head_dim, int sequences, std::int64_t capacity)
      : sequences_(sequences),
        capacity_(capacity),
        memory_(on, 2 * bytes_each(layers, kv_heads, head_dim, sequences, capacity)) {
    const std::int64_t shape[] = {layers, kv_heads, sequences * capacity, head_dim};
    using Heads = View<T, 4, typename B::Space>;
    keys_ = Heads(reinterpret_cast<T*>(memory_.data()), shape);
    values_ = Heads(keys_.data + keys_.size(), shape);
  }

  int sequences() const { return sequences_; }
  std::int64_t capacity() const { return capacity_; }  // tokens a sequence
  std::size_t bytes() const { return memory_.bytes(); }

  /// [rows, kv_heads, head_dim], as attention reads them
  View<T, 3, typename B::Space> keys(std::int64_t layer) const { return by_row(keys_, layer); }
  View<T, 3, typename B::Space> values(std::int64_t layer) const { return by_row(values_, layer); }

 private:
  static std::size_t bytes_each(std::int64_t layers, std::int64_t kv_heads, std::int64_t head_dim,
                                std::int64_t sequences, std::int64_t capacity) {
    const double bytes = static_cast<double>(layers) * static_cast<double>(kv_heads * head_dim) *
                         static_cast<double>(sequences) * static_cast<double>(capacity) * sizeof(T);
    expect(layers >= 0 && kv_heads >= 0 && head_dim >= 0 && sequences >= 0 && capacity >= 0 && bytes < 0x1p61,
           "KVCache", "no memory has that size", "fewer sequences or a smaller capacity");
    return std::size_t(layers) * kv_heads * head_dim * sequences * capacity * sizeof(T);
  }
  static View<T, 3, typename B::Space> by_row(const View<T, 4, typename B::Space>& layers,
                                              std::int64_t layer) {
    expect(layer >= 0 && layer < layers.shape[0], "KVCache", "it has fewer layers than the model",
           "a cache of another model?");
    const View<T, 3, typename B::Space> heads_first = layers[layer];
    View<T, 3, typename B::Space> view = heads_first;
    view.shape[0] = heads_first.shape[1], view.shape[1] = heads_first.shape[0];
    view.stride[0] = heads_first.stride[1], view.stride[1] = heads_first.stride[0];
    return view;
  }

  int sequences_ = 0;
  std::int64_t capacity_ = 0;
  Buffer<B> memory_;
  View<T, 4, typename B::Space> keys_, values_;
};

}  // namespace qwen3vl
