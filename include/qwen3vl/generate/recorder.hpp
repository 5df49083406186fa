#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/host_copy.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/generate/session.hpp>

namespace qwen3vl {

/// A tensor that was seen during a forward pass, widened to float.
struct Recorded {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// An observer that keeps all it sees, under the reference's names and shapes:
///
///   model.language_model.*, logits   [sequences, tokens, …]; the rows of a chunk go to their places
///   model.visual.*                   [patches, …]; what runs again gets "#2" behind the module's name
///   *.mlp.gate                       [sequences · tokens, experts]: the reference's router flattens
///   *.cos, *.sin                     head_dim columns: the angles, then the same again
///
/// It must outlive the pass; hand the model `recorder.observer()`. What is on a device is copied out.
class Recorder {
 public:
  /// Shape of the text tensors: every sequence has `tokens` places.
  Recorder(std::int64_t sequences, std::int64_t tokens) : sequences_(sequences), tokens_(tokens) {}

  /// `places` are the running step's; they are asked for when a text tensor comes. `on` runs the model.
  template <Backend B, class Places> auto observer(B& on, Places places) {
    return [this, &on, places](std::string_view name, const auto& x) {
      const auto there = copy_to_host(on, x);
      this->record(std::string(name), there.view,
                   name.starts_with("model.visual.") ? std::span<const TokenPlace>{} : places());
    };
  }
  /// A second pass of the tower begins: its tensors are others than the first one's.
  void next_tower_pass() { ++tower_pass_; }

  const std::vector<Recorded>& tensors() const { return tensors_; }

 private:
  template <class T, int Rank, class Space>
  void record(std::string name, const View<T, Rank, Space>& x, std::span<const TokenPlace> places) {
    const bool angles = name.ends_with(".cos") || name.ends_with(".sin");
    if (places.empty() && tower_pass_ > 1) {
      const std::size_t end = angles ? name.size() - 4 : name.size();
      name.insert(end, std::string("#").append(std::to_string(tower_pass_)));
    }
    const std::int64_t copies = angles ? 2 : 1;
    std::int64_t row = copies;  // elements of a row as recorded
    for (int r = 1; r < Rank; ++r) row *= x.shape[r];

    Recorded& tensor = find(name, x, places, copies, row);
    for (std::int64_t i = 0; i < x.shape[0]; ++i) {
      const std::int64_t to = places.empty() ? i : places[i].sequence * tokens_ + places[i].index;
      float* out = tensor.values.data() + to * row;
      for (std::int64_t copy = 0; copy < copies; ++copy) out = write_row(x, i, out);
    }
  }

  template <class T, int Rank, class Space>
  Recorded& find(const std::string& name, const View<T, Rank, Space>& x, std::span<const TokenPlace> places,
                 std::int64_t copies, std::int64_t row) {
    const auto [it, fresh] = index_.try_emplace(name, tensors_.size());
    if (!fresh) return tensors_[it->second];
    Recorded tensor{name, {}, {}};
    if (places.empty())
      tensor.shape = {x.shape[0]};
    else if (name.ends_with(".mlp.gate"))
      tensor.shape = {sequences_ * tokens_};
    else
      tensor.shape = {sequences_, tokens_};
    for (int r = 1; r < Rank; ++r) tensor.shape.push_back(x.shape[r] * (r == Rank - 1 ? copies : 1));
    tensor.values.resize(std::size_t((places.empty() ? x.shape[0] : sequences_ * tokens_) * row));
    tensors_.push_back(std::move(tensor));
    return tensors_.back();
  }

  template <class T, int Rank, class Space>
  static float* write_row(const View<T, Rank, Space>& x, std::int64_t i, float* out) {
    if constexpr (Rank == 2) {
      for (std::int64_t c = 0; c < x.shape[1]; ++c) *out++ = float(x(i, c));
    } else {
      static_assert(Rank == 3);
      for (std::int64_t h = 0; h < x.shape[1]; ++h)
        for (std::int64_t c = 0; c < x.shape[2]; ++c) *out++ = float(x(i, h, c));
    }
    return out;
  }

  std::int64_t sequences_, tokens_;
  int tower_pass_ = 1;
  std::vector<Recorded> tensors_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace qwen3vl
