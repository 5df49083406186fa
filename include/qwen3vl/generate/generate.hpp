#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/generate/completion.hpp>
#include <qwen3vl/generate/sampler.hpp>

namespace qwen3vl {

/// The default listener: hears nothing.
struct Unheard {
  void operator()(std::string_view, std::int32_t) const {}
};
/// The default cancellation: goes on to the end.
struct NeverCancelled {
  bool operator()() const { return false; }
};

/// Has the caller asked to stop? `request` is a std::stop_token, a pointer to std::atomic<bool> (null:
/// never), or a function.
inline bool is_cancelled(const auto& request) {
  if constexpr (requires { request.stop_requested(); })
    return request.stop_requested();
  else if constexpr (requires { request->load(); })
    return request && request->load();
  else
    return request();
}

/// Logits of one token, [vocab], as samplers take them.
inline std::span<const float> as_logits(std::span<const float> logits) { return logits; }
std::span<const float> as_logits(std::vector<float>&&) = delete;  // gone before they are read
template <class T> std::span<const float> as_logits(const View<T, 1>& logits) {
  if (!logits.contiguous()) throw Error("generate", "the logits have gaps between them");
  return {logits.data, static_cast<std::size_t>(logits.size())};
}

/// The decoding loop: choose, tell, read, until the answer ends.
///
///   completion  receives ids and text, and says when to end
///   logits      [vocab], of the token after the prompt; read before the first call of `next`
///   next        id → logits of the token after it, [vocab]: the model reads its own token
///   on_token    (text, id), once for each token and before `next`: the text it adds, perhaps empty.
///               All texts together are completion.text(); after a cancellation, what was held back
///               comes in one more call, with the last id
///   cancelled   asked before each token; see is_cancelled
///
/// The last token of an answer, a stop id for one, is not given to `next`. An exception of any of them
/// passes through; completion has all up to there.
template <TextDecoder Decoder, Sampler S, class Next, class OnToken = Unheard,
          class Cancelled = NeverCancelled>
void generate(Completion<Decoder>& completion, S& sampler, const auto& logits, Next&& next,
              OnToken&& on_token = {}, const Cancelled& cancelled = {}) {
  std::span<const float> scores = as_logits(logits);
  while (!completion.finished()) {
    if (is_cancelled(cancelled)) {
      const std::string_view held = completion.cancel();
      if (!held.empty()) on_token(held, completion.ids().back());
      return;
    }
    const std::int32_t id = sampler(scores);
    const std::string_view text = completion.push(id);
    on_token(text, id);
    if (!completion.finished()) scores = as_logits(next(id));
  }
}

}  // namespace qwen3vl
