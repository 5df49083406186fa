#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
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

/// Logits of one token, [vocab], as samplers take them: a view stays one for a sampler that works where the logits
/// are (generate/sampling_on.hpp), and is a span of the host's for all others.
template <class S = void> std::span<const float> as_logits(std::span<const float> logits) { return logits; }
template <class S = void>
std::span<const float> as_logits(std::vector<float>&&) = delete;  // gone before they are read
template <class S = void, class T, class Space> auto as_logits(const View<T, 1, Space>& logits) {
  using InPlace = View<const float, 1, Space>;
  if (!logits.contiguous()) throw Error("generate", "the logits have gaps between them");
  if constexpr (Sampler<S, InPlace>) {
    return InPlace(logits);
  } else {
    static_assert(std::is_same_v<Space, Host>,
                  "logits of a device want a sampler that works there: SamplingOn");
    return std::span<const float>(logits.data, static_cast<std::size_t>(logits.size()));
  }
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
template <TextDecoder Decoder, class S, class Next, class OnToken = Unheard, class Cancelled = NeverCancelled>
void generate(Completion<Decoder>& completion, S& sampler, const auto& logits, Next&& next,
              OnToken&& on_token = {}, const Cancelled& cancelled = {}) {
  auto scores = as_logits<S>(logits);
  static_assert(Sampler<S, decltype(scores)>, "a sampler takes logits and returns an id");
  while (!completion.finished()) {
    if (is_cancelled(cancelled)) {
      const std::string_view held = completion.cancel();
      if (!held.empty()) on_token(held, completion.ids().back());
      return;
    }
    const std::int32_t id = sampler(scores);
    const std::string_view text = completion.push(id);
    on_token(text, id);
    if (!completion.finished()) scores = as_logits<S>(next(id));
  }
}

}  // namespace qwen3vl
