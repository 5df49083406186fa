#include <qwen3vl/nn/weight_list.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/nn/layer_norm.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/nn/rms_norm.hpp>

using namespace qwen3vl;

namespace {

struct List {  // a visitor that writes down what it is shown
  std::vector<std::string> names;
  std::vector<Shape> shapes;
  void operator()(std::string_view name, auto&, Shape shape) {
    names.emplace_back(name);
    shapes.push_back(shape);
  }
};

}  // namespace

TEST_CASE("under puts a part's path before its names") {
  List list;
  View<const float, 1> view;
  auto layer = under(list, "layers", 3);
  auto norm = under(layer, "input_layernorm");
  norm("weight", view, Shape{8});
  CHECK(list.names == std::vector<std::string>{"layers.3.input_layernorm.weight"});
  CHECK(list.shapes[0] == Shape{8});
}

TEST_CASE("the smallest blocks list what they hold") {
  List list;
  Linear<DryRun, float> linear;
  Linear<DryRun, float>::weights(linear, 3, 5, true, list);
  Linear<DryRun, float>::weights(linear, 3, 5, false, list);
  RMSNorm<DryRun, float> rms;
  RMSNorm<DryRun, float>::weights(rms, 7, list);
  LayerNorm<DryRun, float> layer;
  LayerNorm<DryRun, float>::weights(layer, 9, list);
  CHECK(list.names == std::vector<std::string>{"weight", "bias", "weight", "weight", "weight", "bias"});
  CHECK(list.shapes[0] == Shape{5, 3});
  CHECK(list.shapes[1] == Shape{5});
  CHECK(list.shapes[3] == Shape{7});
  CHECK(list.shapes[5] == Shape{9});
}
