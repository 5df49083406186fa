#pragma once

#include <string>
#include <string_view>

/// Watching a forward pass. An observer is called with a name and a view: tracing, golden capture,
/// attention maps and statistics are all this one mechanism. The names are the reference's module
/// paths, so that a recorded run of the reference and one of ours can be laid side by side.
///
///   model.forward(…, [&](std::string_view name, const auto& x) { … });
namespace qwen3vl {

/// The default observer: sees nothing and compiles to nothing.
struct Unobserved {
  void operator()(std::string_view, const auto&) const {}
};

/// What a part hands to its own parts, so that names are paths: "layers.3.self_attn".
inline Unobserved inside(Unobserved, std::string_view) { return {}; }
inline Unobserved inside(Unobserved, std::string_view, int) { return {}; }

template <class Observer> auto inside(Observer observe, std::string_view part) {
  return [observe, path = std::string(part) + "."](std::string_view name, const auto& x) {
    observe(path + std::string(name), x);
  };
}
template <class Observer> auto inside(Observer observe, std::string_view part, int index) {
  return inside(observe, std::string(part) + "." + std::to_string(index));
}

}  // namespace qwen3vl
