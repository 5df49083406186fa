#pragma once

#include <cstddef>
#include <cstdint>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/host_copy.hpp>
#include <qwen3vl/ops/argmax.hpp>
#include <qwen3vl/ops/sampling/argmax.hpp>

namespace qwen3vl {

/// Greedy where the logits are: of a device's, only the token comes to the host.
///
///   GreedyOn greedy(on);
///   generate(answer, greedy, chat.read_in_place(prompt, media), [&](int id) { return chat.next_in_place(id); });
template <Backend B> class GreedyOn {
 public:
  using Logits = View<const float, 1, typename B::Space>;

  explicit GreedyOn(B& on) : on_(on), memory_(on, sizeof(int)) {}

  std::int32_t operator()(Logits logits) {
    const View<int, 1, typename B::Space> chosen(reinterpret_cast<int*>(memory_.data()), {1});
    argmax(on_, reshape<2>(logits, {1, logits.shape[0]}), chosen);
    int id = 0;
    on_.copy_out(&id, chosen.data, sizeof id);
    if (id < 0) {
      const auto there = copy_to_host(on_, logits);
      refuse_scores({there.view.data, static_cast<std::size_t>(there.view.size())});
    }
    return id;
  }

 private:
  B& on_;
  Buffer<B> memory_;
};

}  // namespace qwen3vl
