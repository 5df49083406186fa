#pragma once

#include <string_view>
#include <type_traits>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// An observer whose type is forgotten: what goes through a virtual call. It refers to the observer that it
/// was made from, which must outlive it. Models show matrices and heads of their own type, and tables of float.
template <Backend B, Element T> class AnyObserver {
 public:
  using Space = typename B::Space;

  template <class Observer>
  requires(!std::is_same_v<Observer, AnyObserver>) explicit AnyObserver(Observer& observer)
      : observer_(&observer),
        matrix_([](void* o, std::string_view name, const View<const T, 2, Space>& x) {
          (*static_cast<Observer*>(o))(name, x);
        }),
        heads_([](void* o, std::string_view name, const View<const T, 3, Space>& x) {
          (*static_cast<Observer*>(o))(name, x);
        }),
        table_([](void* o, std::string_view name, const View<const float, 2, Space>& x) {
          (*static_cast<Observer*>(o))(name, x);
        }) {}

  template <class E, int Rank> void operator()(std::string_view name, const View<E, Rank, Space>& x) const {
    if constexpr (Rank == 3)
      heads_(observer_, name, x);
    else if constexpr (std::is_same_v<std::remove_const_t<E>, T>)
      matrix_(observer_, name, x);
    else
      table_(observer_, name, x);
  }

 private:
  void* observer_;
  void (*matrix_)(void*, std::string_view, const View<const T, 2, Space>&);
  void (*heads_)(void*, std::string_view, const View<const T, 3, Space>&);
  void (*table_)(void*, std::string_view, const View<const float, 2, Space>&);
};

}  // namespace qwen3vl
