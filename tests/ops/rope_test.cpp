#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/ops/rope/axial_2d.hpp>
#include <qwen3vl/ops/rope/mrope_chunked.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/scaled.hpp>
#include <qwen3vl/ops/rope/standard.hpp>

using namespace qwen3vl;

namespace {

/// Which axis turns pair i? Positions (1, 0, 0), (0, 1, 0), (0, 0, 1) tell.
std::string axes(const auto& rope) {
  std::string text;
  for (int i = 0; i < rope.pairs(); ++i)
    text += rope.angle({1, 0, 0}, i) != 0 ? 'T' : rope.angle({0, 1, 0}, i) != 0 ? 'H' : 'W';
  return text;
}

struct Sample {
  int pair;
  double cosine, sine;
};
void check_samples(const auto& rope, Position at, const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) {
    CAPTURE(sample.pair);
    CHECK(std::abs(std::cos(rope.angle(at, sample.pair)) - sample.cosine) <= 1e-6);  // six decimals are given
    CHECK(std::abs(std::sin(rope.angle(at, sample.pair)) - sample.sine) <= 1e-6);
  }
}

}  // namespace

TEST_CASE("the frequency ladder") {
  const auto close = [](float got, double expected) { return std::abs(got / expected - 1) <= 1e-6; };
  CHECK(rope_frequency(5e6f, 0, 128) == 1);
  CHECK(close(rope_frequency(5e6f, 1, 128), 0.78582998));
  CHECK(close(rope_frequency(5e6f, 2, 128), 0.61752876));
  CHECK(close(rope_frequency(5e6f, 3, 128), 0.48527261));
  CHECK(close(rope_frequency(5e6f, 60, 128), 5.2446393e-07));
  CHECK(close(rope_frequency(5e6f, 61, 128), 4.1213948e-07));
  CHECK(close(rope_frequency(5e6f, 62, 128), 3.2387156e-07));
  CHECK(close(rope_frequency(5e6f, 63, 128), 2.5450798e-07));
  CHECK(close(rope_frequency(1e6f, 1, 128), 0.80584219));
  CHECK(close(rope_frequency(1e6f, 2, 128), 0.64938163));
  CHECK(close(rope_frequency(1e6f, 3, 128), 0.52329911));
  CHECK(close(rope_frequency(1e6f, 63, 128), 1.2409378e-06));
}

TEST_CASE("StandardRoPE turns by t alone") {
  const StandardRoPE rope{128, 5e6f};
  CHECK(rope.pairs() == 64);
  CHECK(axes(rope) == std::string(64, 'T'));
  CHECK(rope.angle({7, 3, 1}, 0) == 7);
}

TEST_CASE("MRoPEInterleaved: the axes take turns, the rest is t") {
  const MRoPEInterleaved rope{128, 5e6f, 20, 20};
  std::string expected;
  for (int i = 0; i < 20; ++i) expected += "THW";
  CHECK(axes(rope) == expected + "TTTT");
  check_samples(rope, {4, 5, 6},
                {{0, -0.653644, -0.756802},
                 {1, -0.705578, -0.708632},
                 {2, -0.845348, -0.534216},
                 {3, -0.361890, 0.932221},
                 {4, -0.329631, 0.944110},
                 {5, -0.225272, 0.974296},
                 {59, 1.000000, 0.000004},
                 {61, 1.000000, 0.000002}});
  CHECK(axes(MRoPEInterleaved{16, 1e4f, 3, 2}) == "THWTHWTH");
  CHECK(axes(MRoPEInterleaved{16, 1e4f, 1, 2}) == "THWTTWTT");
}

TEST_CASE("MRoPEChunked: three runs") {
  const MRoPEChunked rope{128, 1e6f, 16, 24};
  CHECK(axes(rope) == std::string(16, 'T') + std::string(24, 'H') + std::string(24, 'W'));
  check_samples(rope, {4, 5, 6},
                {{0, -0.653644, -0.756802},
                 {15, 0.987706, 0.156324},
                 {16, 0.987526, 0.157456},
                 {39, 0.999999, 0.001103},
                 {40, 0.999999, 0.001067},
                 {63, 1.000000, 0.000007}});
}

TEST_CASE("text has t = h = w, and for it all three are the same") {
  for (const int position : {0, 1, 77, 200000})
    for (int i = 0; i < 64; ++i) {
      const Position at{position, position, position};
      const float expected = StandardRoPE{128, 5e6f}.angle(at, i);
      CHECK(MRoPEInterleaved{128, 5e6f, 20, 20}.angle(at, i) == expected);
      CHECK(MRoPEChunked{128, 5e6f, 16, 24}.angle(at, i) == expected);
    }
}

TEST_CASE("Axial2D: rows, then columns, each on its own ladder") {
  const Axial2D rope{72};
  CHECK(rope.pairs() == 36);
  CHECK(axes(rope) == std::string(18, 'H') + std::string(18, 'W'));
  CHECK(rope.angle({9, 1, 0}, 0) == 1);
  CHECK(rope.angle({9, 0, 1}, 18) == 1);
  const auto close = [](float got, double expected) { return std::abs(got / expected - 1) <= 1e-6; };
  CHECK(close(rope.angle({0, 1, 0}, 1), 0.59948425));
  CHECK(close(rope.angle({0, 1, 0}, 2), 0.35938137));
  CHECK(close(rope.angle({0, 1, 0}, 17), 1.6681005e-4));
  CHECK(close(Axial2D{80}.angle({0, 0, 1}, 21), 0.63095734));
  CHECK(close(Axial2D{80}.angle({0, 0, 1}, 39), 1.5848932e-4));
  CHECK(close(Axial2D{64}.angle({0, 1, 0}, 1), 0.56234133));
  CHECK(close(Axial2D{64}.angle({0, 1, 0}, 15), 1.7782794e-4));
  check_samples(rope, {0, 1, 3}, {{0, 0.540302, 0.841471}, {18, -0.989992, 0.141120}});
  CHECK(std::abs(std::cos(rope.angle({0, 1, 3}, 1)) - 0.825627) <= 1e-6);
  CHECK(std::abs(std::cos(rope.angle({0, 1, 3}, 19)) + 0.225695) <= 1e-6);
}

namespace {

struct Config {
  int head_dim = 128;
  double rope_theta = 5e6;
  int mrope_section[3] = {24, 20, 20};
};
struct NoAngle {
  int pairs() const { return 1; }
};
struct NoRotation {
  int head_dim;
  int pairs() const { return head_dim / 2; }
  float angle(Position, int) const { return 0; }
};
struct Scaled : NoRotation {
  float scaling() const { return 1.5f; }
};

}  // namespace

static_assert(!RoPE<NoAngle>);
static_assert(RoPE<NoRotation> && RoPE<Scaled>);

TEST_CASE("make_rope: from the config where the policy knows how, else from head_dim") {
  CHECK(make_rope<MRoPEInterleaved>(Config{}).section_w == 20);
  CHECK(make_rope<MRoPEChunked>(Config{}).section_t == 24);
  CHECK(make_rope<StandardRoPE>(Config{}).theta == 5e6f);
  CHECK(make_rope<NoRotation>(Config{}).pairs() == 64);
}

TEST_CASE("rope_scaling is 1 unless the policy says otherwise") {
  CHECK(rope_scaling(StandardRoPE{16, 1e4f}) == 1);
  CHECK(rope_scaling(Scaled{{16}}) == 1.5f);
}

namespace {

struct Long : Config {
  RopeScaling rope_scaling;
  Long(RopeScaling::Type type, double theta, double factor, double original) {
    rope_theta = theta;
    rope_scaling.type = type, rope_scaling.factor = factor;
    rope_scaling.original_max_position_embeddings = original, rope_scaling.attention_factor = 1.25;
  }
};

/// By which share of its own speed pair i still turns.
double share(const auto& rope, const auto& unscaled, int pair) {
  const Position at{1000, 1000, 1000};
  return double(rope.angle(at, pair)) / unscaled.angle(at, pair);
}

}  // namespace

TEST_CASE("YaRN: fast pairs as they are, slow ones slowed, a ramp between") {
  const auto check = [](double theta, double factor, double original, int low, int high,
                        const std::vector<std::pair<int, double>>& shares) {
    const Long config(RopeScaling::Type::yarn, theta, factor, original);
    const auto rope = YaRN<MRoPEInterleaved>::from(config);
    const auto plain = MRoPEInterleaved::from(config);
    CHECK((rope.low == low && rope.high == high));
    CHECK(rope_scaling(rope) == 1.25f);
    for (const auto& [pair, expected] : shares) {
      const int at = pair;  // clang 14's lambdas do not capture a structured binding
      CAPTURE(at);
      CHECK(std::abs(share(rope, plain, at) - expected) <= 1e-6);
    }
    CHECK(YaRN<StandardRoPE>::from(config).angle({77, 77, 77}, 50) == rope.angle({77, 77, 77}, 50));
  };
  check(5e6, 3, 262144, 29, 45,
        {{0, 1}, {29, 1}, {30, 0.958333333}, {40, 0.541666667}, {44, 0.375}, {45, 1 / 3.0}, {63, 1 / 3.0}});
  check(5e6, 2, 262144, 29, 45, {{29, 1}, {30, 0.96875}, {40, 0.65625}, {44, 0.53125}, {45, 0.5}});
  check(1e6, 4, 32768, 23, 40, {{23, 1}, {40, 0.25}});
}

TEST_CASE("LinearScaling divides every position") {
  const Long config(RopeScaling::Type::linear, 1e4, 4, 2048);
  const auto rope = LinearScaling<MRoPEChunked>::from(config);
  for (const int pair : {0, 20, 63}) CHECK(share(rope, MRoPEChunked::from(config), pair) == 0.25);
}

TEST_CASE("DynamicNTK: theta grows with the length, and not before the original one") {
  const Long config(RopeScaling::Type::dynamic, 1e4, 2, 2048);
  const auto rope = DynamicNTK<StandardRoPE>::from(config);
  const auto plain = StandardRoPE::from(config);
  for (const int pair : {0, 1, 63})
    CHECK(rope.at_length(2048).angle({9, 9, 9}, pair) == plain.angle({9, 9, 9}, pair));
  const double theta = 1e4 * std::pow(2.0 * 8192 / 2048 - 1, 128.0 / 126);
  for (const int pair : {1, 31, 63}) {
    const double expected = 5000 * std::pow(theta, -2.0 * pair / 128);
    CHECK(std::abs(rope.at_length(8192).angle({5000, 0, 0}, pair) / expected - 1) <= 1e-6);
  }
}

TEST_CASE("ScaledRoPE is what the config names") {
  const Position at{300000, 300000, 300000};
  const auto same = [&](const auto& a, const auto& b) {
    for (int pair = 0; pair < 64; ++pair) CHECK(a.angle(at, pair) == b.angle(at, pair));
    CHECK(rope_scaling(a) == rope_scaling(b));
    CHECK(a.pairs() == b.pairs());
  };
  using R = MRoPEInterleaved;
  const Long yarn(RopeScaling::Type::yarn, 5e6, 3, 262144), linear(RopeScaling::Type::linear, 5e6, 3, 262144),
      dynamic(RopeScaling::Type::dynamic, 5e6, 3, 262144), none(RopeScaling::Type::none, 5e6, 1, 262144);
  same(make_rope<ScaledRoPE<R>>(yarn), YaRN<R>::from(yarn));
  same(make_rope<ScaledRoPE<R>>(linear), LinearScaling<R>::from(linear));
  same(rope_at_length(make_rope<ScaledRoPE<R>>(dynamic), 400000),
       DynamicNTK<R>::from(dynamic).at_length(400000));
  same(make_rope<ScaledRoPE<R>>(none), R::from(none));
  same(make_rope<ScaledRoPE<R>>(Config{}), R::from(Config{}));
}
