#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <qwen3vl/model/any_observer.hpp>
#include <qwen3vl/model/models.hpp>
#include <qwen3vl/model/sizes.hpp>

namespace qwen3vl {

/// A model whose type was decided by its config.json. It is a model like any other: load() fills it, a Session
/// runs it, its weights can be listed and its passes tried on DryRun.
///
///   const Qwen3VLConfig config = read_config(read_json_file(path), path);
///   const auto loaded = load<AnyModel<Cpu, bf16>>(cpu, checkpoint, config);
///
/// A virtual call a pass is all that it costs when running; compiling it instantiates every model there is, so
/// a program of several files declares `extern template class AnyModel<…>` and defines it in one.
template <Backend B, Element T> class AnyModel {
 public:
  using BackendType = B;
  using ElementType = T;
  using Space = typename B::Space;
  template <Backend Other> using On = AnyModel<Other, T>;

  explicit AnyModel(const Qwen3VLConfig& config);
  /// A variant of yours behind the same door.
  template <class Model>
  requires std::is_same_v<typename Model::BackendType, B>
  explicit AnyModel(Model model) : held_(std::make_unique<Held<Model>>(std::move(model))) {}

  template <class Visit> static void weights(auto& self, const Qwen3VLConfig& config, Visit&& visit) {
    self.held_->weights(config, Visitor(visit));
  }
  void tie(const Qwen3VLConfig& config) { held_->tie(config); }
  bool rotates_by_length() const { return held_->rotates_by_length(); }

  template <class Observer = Unobserved>
  void see(B& on, Workspace<B>& workspace, In<B, T, 2> pixel_values, View<const Grid, 1> grids,
           VisualFeatures<B, T> seen, Observer observe = {}) const {
    with_observer(observe, [&](const AnyObserver<B, T>* any) {
      held_->see(on, workspace, pixel_values, grids, seen, any);
    });
  }

  void features(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
                KVCache<B, T>& cache, Out<B, T, 2> last) const {
    held_->features(on, workspace, step, seen, cache, last);
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
               KVCache<B, T>& cache, Out<B, T, 2> logits, Observer observe = {}) const {
    with_observer(observe, [&](const AnyObserver<B, T>* any) {
      held_->forward(on, workspace, step, seen, cache, logits, any);
    });
  }

 private:
  /// What walks the list of weights, its type forgotten: weights are vectors, matrices and stacks of these.
  class Visitor {
   public:
    template <class Visit>
    explicit Visitor(Visit& visit)
        : visit_(const_cast<void*>(static_cast<const void*>(&visit))),
          one_(call<Visit, 1>),
          two_(call<Visit, 2>),
          three_(call<Visit, 3>) {}
    void operator()(std::string_view name, View<const T, 1, Space>& view, Shape shape) const {
      one_(visit_, name, view, shape);
    }
    void operator()(std::string_view name, View<const T, 2, Space>& view, Shape shape) const {
      two_(visit_, name, view, shape);
    }
    void operator()(std::string_view name, View<const T, 3, Space>& view, Shape shape) const {
      three_(visit_, name, view, shape);
    }

   private:
    template <int Rank> using Call = void (*)(void*, std::string_view, View<const T, Rank, Space>&, Shape);
    template <class Visit, int Rank>
    static void call(void* visit, std::string_view name, View<const T, Rank, Space>& view, Shape shape) {
      (*static_cast<Visit*>(visit))(name, view, shape);
    }
    void* visit_;
    Call<1> one_;
    Call<2> two_;
    Call<3> three_;
  };

  struct Base {
    virtual ~Base() = default;
    virtual void weights(const Qwen3VLConfig&, const Visitor&) = 0;
    virtual void tie(const Qwen3VLConfig&) = 0;
    virtual bool rotates_by_length() const = 0;
    virtual void see(B&, Workspace<B>&, In<B, T, 2>, View<const Grid, 1>, VisualFeatures<B, T>,
                     const AnyObserver<B, T>*) const = 0;
    virtual void features(B&, Workspace<B>&, const Step<B>&, const VisualFeatures<B, T>&, KVCache<B, T>&,
                          Out<B, T, 2>) const = 0;
    virtual void forward(B&, Workspace<B>&, const Step<B>&, const VisualFeatures<B, T>&, KVCache<B, T>&,
                         Out<B, T, 2>, const AnyObserver<B, T>*) const = 0;
  };
  template <class Model> struct Held final : Base {
    Model model;

    template <class From> explicit Held(From&& from) : model(std::forward<From>(from)) {}
    void weights(const Qwen3VLConfig& config, const Visitor& visit) override {
      Model::weights(model, config, visit);
    }
    void tie(const Qwen3VLConfig& config) override { model.tie(config); }
    bool rotates_by_length() const override { return qwen3vl::rotates_by_length(model); }
    void see(B& on, Workspace<B>& workspace, In<B, T, 2> pixels, View<const Grid, 1> grids,
             VisualFeatures<B, T> seen, const AnyObserver<B, T>* observe) const override {
      if (observe)
        model.see(on, workspace, pixels, grids, seen, *observe);
      else
        model.see(on, workspace, pixels, grids, seen);
    }
    void features(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
                  KVCache<B, T>& cache, Out<B, T, 2> last) const override {
      model.features(on, workspace, step, seen, cache, last);
    }
    void forward(B& on, Workspace<B>& workspace, const Step<B>& step, const VisualFeatures<B, T>& seen,
                 KVCache<B, T>& cache, Out<B, T, 2> logits, const AnyObserver<B, T>* observe) const override {
      if (observe)
        model.forward(on, workspace, step, seen, cache, logits, *observe);
      else
        model.forward(on, workspace, step, seen, cache, logits);
    }
  };

  /// f(nullptr) where nobody watches.
  template <class Observer, class F> static void with_observer(Observer& observe, F f) {
    if constexpr (std::is_same_v<Observer, Unobserved>) {
      f(nullptr);
    } else {
      const AnyObserver<B, T> any(observe);
      f(&any);
    }
  }

  std::unique_ptr<Base> held_;
};

// Not inline: `extern template class AnyModel<Cpu, bf16>` then spares a source file all the models.
template <Backend B, Element T>
AnyModel<B, T>::AnyModel(const Qwen3VLConfig& config)
    : held_(with_model_type<B, T>(config.generation, [&](auto type) -> std::unique_ptr<Base> {
        return std::make_unique<Held<typename decltype(type)::type>>(config);
      })) {}

}  // namespace qwen3vl
