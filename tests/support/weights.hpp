#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/view.hpp>

#include "numbers.hpp"

namespace qwen3vl::test {

/// A visitor for a block's weight list: gives every weight random numbers on the bench, and remembers
/// them under the checkpoint's names for the second opinion.
///
///   RandomWeights weights(bench);
///   SwiGLU<B, T>::weights(mlp, 64, 192, false, weights);
///   reference::linear(x, weights.matrix("gate_proj.weight"));
///
/// Matrices keep the size of what they multiply, weights of norms are about 1, biases about 0.
template <class Bench> class RandomWeights {
 public:
  explicit RandomWeights(Bench& bench, std::uint64_t seed = 1) : bench_(&bench), seed_(seed) {}

  template <class Element, int Rank, class Space>
  void operator()(std::string_view name, View<Element, Rank, Space>& view, const Shape& shape) {
    names.emplace_back(name);
    std::int64_t sizes[Rank];
    for (int r = 0; r < Rank; ++r) sizes[r] = shape[r];
    for (int r = Rank; r < shape.rank; ++r) sizes[Rank - 1] *= shape[r];  // a kernel as one row an output
    const bool norm = name.find("norm") != name.npos && name.ends_with("weight");
    const double scale = shape.rank > 1 ? std::sqrt(3.0 / static_cast<double>(sizes[Rank - 1])) : 0.2;
    auto numbers = rounded<typename Bench::Element>(
        random(sizes, seed_++, scale).map([norm](double v) { return norm ? v + 1 : v; }));
    if constexpr (Rank == 2)
      matrices_[std::string(name)] = numbers;
    else
      vectors_[std::string(name)] = numbers;
    view = bench_->copy(numbers);
  }

  const Numbers<2>& matrix(const std::string& name) const { return matrices_.at(name); }
  const Numbers<1>& vector(const std::string& name) const { return vectors_.at(name); }

  std::vector<std::string> names;  // in the order of the list

 private:
  Bench* bench_;
  std::uint64_t seed_;
  std::map<std::string, Numbers<2>> matrices_;
  std::map<std::string, Numbers<1>> vectors_;
};

}  // namespace qwen3vl::test
