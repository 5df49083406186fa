#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/core/observer.hpp>

using namespace qwen3vl;

static_assert(std::is_empty_v<Unobserved>, "nobody watching takes no room");
static_assert(std::is_same_v<decltype(inside(Unobserved{}, "layers", 3)), Unobserved>);

TEST_CASE("inside puts a part's path before the names it reports") {
  std::vector<std::string> names;
  const auto observe = [&](std::string_view name, const auto& x) {
    names.push_back(std::string(name) + " = " + std::to_string(x));
  };
  const auto layer = inside(observe, "layers", 3);
  layer("mlp", 1);
  inside(layer, "self_attn")("q_norm", 2);
  inside(inside(observe, "model.visual"), "blocks", 10)("attn", 3);
  CHECK(names == std::vector<std::string>{"layers.3.mlp = 1", "layers.3.self_attn.q_norm = 2",
                                          "model.visual.blocks.10.attn = 3"});
}

TEST_CASE("Unobserved takes any name and any tensor") {
  Unobserved{}("anything", 1);
  inside(Unobserved{}, "layers", 0)("anything", "at all");
}
