#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <qwen3vl/core/view.hpp>

/// Each block lists its weights once: name, member, shape. Loading, counting, printing and saving all
/// walk that list; the names are the checkpoint's, letter for letter.
///
///   static void weights(auto& self, …sizes…, auto&& visit) {
///     visit("gate_proj.weight", self.gate_proj, Shape{intermediate, hidden});
///   }
///
/// A member's element is the model's, or another one if a block has a format of its own: such weights are taken as
/// the file has them, of the very type.
namespace qwen3vl {

/// The element of a listed member.
template <class V> using WeightElement = std::remove_const_t<typename std::remove_cvref_t<V>::Element>;

/// The visitor that a block hands to one of its parts: names get the part's path in front.
template <class Visit> auto under(Visit& visit, std::string_view part) {
  return [&visit, path = std::string(part) + "."](std::string_view name, auto& view, Shape shape) {
    visit(path + std::string(name), view, shape);
  };
}
template <class Visit> auto under(Visit& visit, std::string_view part, std::size_t index) {
  return under(visit, std::string(part) + "." + std::to_string(index));
}

}  // namespace qwen3vl
