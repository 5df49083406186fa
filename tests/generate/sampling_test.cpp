#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/sampling.hpp>

using namespace qwen3vl;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
using Ids = std::vector<std::int32_t>;

std::vector<float> logits_of(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (const double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

/// Which tokens can come at all.
std::set<std::int32_t> support(SamplingOptions options, const std::vector<float>& logits,
                               const Ids& prompt = {}) {
  std::set<std::int32_t> ids;
  for (options.seed = 0; options.seed < 300; ++options.seed) {
    Sampling sampling(options, static_cast<std::int32_t>(logits.size()));
    sampling.start(prompt);
    ids.insert(sampling(logits));
  }
  return ids;
}
using Set = std::set<std::int32_t>;

Ids draws(const SamplingOptions& options, const std::vector<float>& logits, int count) {
  Sampling sampling(options, static_cast<std::int32_t>(logits.size()));
  Ids ids;
  for (int i = 0; i < count; ++i) ids.push_back(sampling(logits));
  return ids;
}

std::vector<float> noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> logits(size);
  for (float& logit : logits) logit = static_cast<float>(6 * random.uniform());
  return logits;
}

}  // namespace

// ---- order of the steps ----

TEST_CASE("top-k first, then top-p on what it left") {
  // top-k 2 leaves 0.4, 0.3 = 4/7, 3/7; top-p 0.55 of that is the first alone. The other way round
  // top-p 0.55 would keep both.
  CHECK(support({.top_k = 2, .top_p = 0.55}, logits_of({0.1, 0.4, 0.2, 0.3})) == Set{1});
  CHECK(support({.top_p = 0.55}, logits_of({0.1, 0.4, 0.2, 0.3})) == Set{1, 3});
}
TEST_CASE("temperature before top-p") {
  // At T = 1/2 the probabilities 0.4, 0.3, 0.2, 0.1 become 16 : 9 : 4 : 1, of 30.
  const auto logits = logits_of({0.1, 0.4, 0.2, 0.3});
  CHECK(support({.top_p = 0.8}, logits) == Set{1, 2, 3});
  CHECK(support({.temperature = 0.5, .top_p = 0.8}, logits) == Set{1, 3});
}
TEST_CASE("temperature before min-p") {
  const auto logits = logits_of({0.1, 0.4, 0.2, 0.3});
  CHECK(support({.min_p = 0.45}, logits) == Set{1, 2, 3});
  CHECK(support({.temperature = 0.5, .min_p = 0.45}, logits) == Set{1, 3});  // 9/16 stays, 4/16 goes
}
TEST_CASE("min-p last: it does not change what top-p adds up") {
  // Of 0.4, 0.3, 0.2, 0.1 top-p 0.55 keeps two, and min-p 0.6 then both, for 0.3 / 0.4 is more. Min-p
  // first would leave 4/7 and 3/7, of which top-p keeps one.
  CHECK(support({.top_p = 0.55, .min_p = 0.6}, logits_of({0.1, 0.4, 0.2, 0.3})) == Set{1, 3});
}
TEST_CASE("penalties before temperature and the cuts") {
  // 2/2 = 1 for the prompt's token: the other one, 1.5, is now the best
  CHECK(support({.top_k = 1, .repetition_penalty = 2}, {2, 1.5f}, {0}) == Set{1});
  CHECK(support({.top_k = 1}, {2, 1.5f}, {0}) == Set{0});
  // repetition first, then presence: 4/2 − 1.5 = 0.5 < 1; the other order, (4 − 1.5)/2 = 1.25 > 1
  Sampling sampling({.temperature = 0, .repetition_penalty = 2, .presence_penalty = 1.5}, 2);
  CHECK(sampling(std::vector<float>{4, 1}) == 0);
  CHECK(sampling(std::vector<float>{4, 1}) == 1);
}
TEST_CASE("penalties are on logits, so a high temperature softens them") {
  // presence 2 at T = 4 is half a unit: exp(0) against exp(−2/4)
  Sampling sampling({.temperature = 4, .presence_penalty = 2}, 2);
  constexpr int rounds = 40000;
  int again = 0;
  const std::vector<float> logits{0, 0};
  for (int i = 0; i < rounds; ++i) {
    sampling.start({});
    const std::int32_t id = sampling(logits);
    again += sampling(logits) == id;
  }
  const double expected = 1 / (1 + std::exp(0.5));
  CHECK(again / double(rounds) == doctest::Approx(expected).epsilon(0.03));  // 3 % is 4.7 deviations
}

// ---- memory ----

TEST_CASE("frequency penalty grows with every choice") {
  Sampling sampling({.temperature = 0, .frequency_penalty = 1}, 2);
  const std::vector<float> logits{2.5f, 0};
  Ids ids;
  for (int i = 0; i < 5; ++i) ids.push_back(sampling(logits));
  CHECK(ids == Ids{0, 0, 0, 1, 0});  // 2.5, 1.5, 0.5, −0.5 < 0, then −0.5 > −1
}
TEST_CASE("a new answer forgets the last one, not the prompt") {
  Sampling sampling({.temperature = 0, .repetition_penalty = 2}, 3);
  const std::vector<float> logits{4, 3, 2.5f};
  sampling.start(Ids{0});
  CHECK(sampling(logits) == 1);  // 2, 3, 2.5
  CHECK(sampling(logits) == 2);  // 2, 1.5, 2.5
  sampling.start(Ids{0});
  CHECK(sampling(logits) == 1);
  sampling.start({});
  CHECK(sampling(logits) == 0);
}

// ---- laws ----

TEST_CASE("neutral options change nothing") {
  const auto logits = noise(50, 1);
  const Ids plain = draws({.seed = 9}, logits, 500);
  CHECK(draws({.top_k = 50, .top_p = 1, .min_p = 0, .repetition_penalty = 1, .seed = 9}, logits, 500) ==
        plain);
  CHECK(draws({.top_k = 0, .min_p = 1e-12, .choose_below = 50, .seed = 9}, logits, 500) == plain);
  // and what the cuts kept anyway is drawn as without them
  CHECK(draws({.top_k = 49, .seed = 9}, noise(49, 1), 500) == draws({.seed = 9}, noise(49, 1), 500));
}
TEST_CASE("the same seed gives the same tokens, another one others") {
  const auto logits = noise(50, 2);
  const SamplingOptions options{.temperature = 0.9, .top_k = 30, .top_p = 0.95, .seed = 5};
  SamplingOptions other = options;
  other.seed = 6;
  CHECK(draws(options, logits, 100) == draws(options, logits, 100));
  CHECK(draws(options, logits, 100) != draws(other, logits, 100));
}
TEST_CASE("golden: the tokens of a plain NumPy computation, on every platform") {
  // Computed with full sorts and an own Mersenne twister, from logits that are exact in float.
  std::vector<float> logits(64);
  for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>((i * 37) % 64) / 16;
  CHECK(draws({.temperature = 0.7, .top_k = 20, .top_p = 0.8, .seed = 42}, logits, 16) ==
        Ids{50, 38, 50, 12, 57, 12, 38, 24, 19, 24, 5, 36, 43, 38, 55, 62});

  Sampling all({.temperature = 0.9,
                .top_p = 0.95,
                .min_p = 0.1,
                .repetition_penalty = 1.25,
                .presence_penalty = 0.5,
                .frequency_penalty = 0.25,
                .seed = 42},
               64);
  all.start(Ids{7, 7, 45});
  Ids ids;
  for (int i = 0; i < 16; ++i) ids.push_back(all(logits));
  CHECK(ids == Ids{48, 38, 50, 10, 57, 5, 31, 19, 17, 24, 1, 36, 43, 41, 55, 62});
}
TEST_CASE("the distribution is the softmax of what is kept") {
  const std::vector<double> p{0.05, 0.4, 0.15, 0.3, 0.1};
  // top-k 3 keeps 0.4, 0.15, 0.3 of 0.85
  Sampling sampling({.top_k = 3, .seed = 77}, 5);
  constexpr int total = 100000;
  double count[5] = {}, chi_square = 0;
  const auto logits = logits_of(p);
  for (int i = 0; i < total; ++i) ++count[sampling(logits)];
  CHECK(count[0] == 0);
  CHECK(count[4] == 0);
  for (const int i : {1, 2, 3})
    chi_square += std::pow(count[i] - total * p[i] / 0.85, 2) / (total * p[i] / 0.85);
  CHECK(chi_square < 13.82);  // the 99.9 % point with 2 degrees of freedom
}

// ---- edges ----

TEST_CASE("temperature 0 is greedy, the lowest id on ties") {
  CHECK(draws({.temperature = 0, .top_k = 2, .top_p = 0.1, .seed = 3}, {1, 3, 3, 0}, 3) == Ids{1, 1, 1});
  CHECK(draws({.temperature = 1e-6}, {1, 3, 2.999f, 0}, 3) == Ids{1, 1, 1});
}
TEST_CASE("ties at the top share the draw") { CHECK(support({.top_k = 1}, {1, 3, 3, 0}) == Set{1, 2}); }
TEST_CASE("a vocabulary of one token") {
  CHECK(draws({}, {-7}, 2) == Ids{0, 0});
  CHECK(draws({.top_k = 20, .top_p = 0.8, .min_p = 0.5, .presence_penalty = 2}, {-7}, 2) == Ids{0, 0});
}
TEST_CASE("one possible token") {
  const std::vector<float> logits{-infinity, -infinity, -1e30f, -infinity};
  CHECK(draws({}, logits, 2) == Ids{2, 2});
  CHECK(draws({.temperature = 0.7, .top_k = 3, .top_p = 0.8, .repetition_penalty = 1.1}, logits, 3) ==
        Ids{2, 2, 2});
}
TEST_CASE("ids beyond the tokenizer are never chosen") {
  CHECK(draws({.temperature = 0, .choose_below = 2}, {1, 2, 9, 9}, 1) == Ids{1});
  CHECK(support({.choose_below = 2}, {1, 2, 9, 9}) == Set{0, 1});
  CHECK(support({.choose_below = 9}, {1, 1, 1}) == Set{0, 1, 2});
  // a prompt may hold one, and it is remembered without harm
  CHECK(support({.repetition_penalty = 2, .choose_below = 2}, {1, 1, 9}, {2}) == Set{0, 1});
}

// ---- refusals ----

TEST_CASE("logits that are no numbers are refused") {
  Sampling sampling({.top_k = 2}, 3);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH_AS(sampling(std::vector<float>{0, nan, 1}), doctest::Contains("token 1 is not a number"),
                       Error);
  CHECK_THROWS_WITH_AS(sampling(std::vector<float>{infinity, 0, 1}), doctest::Contains("token 0 is infinite"),
                       Error);
  CHECK_THROWS_WITH_AS(sampling(std::vector<float>(3, -infinity)), doctest::Contains("no token is possible"),
                       Error);
  CHECK_THROWS_WITH_AS(sampling(std::vector<float>(4)), doctest::Contains("4 logits, should be 3"), Error);
}
TEST_CASE("options out of range are refused, in words") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), huge = std::numeric_limits<double>::infinity();
  const auto refuses = [](const SamplingOptions& options, const char* message) {
    CHECK_THROWS_WITH_AS(Sampling(options, 4), doctest::Contains(message), Error);
  };
  refuses({.temperature = -0.1}, "temperature is -0.1, should be 0 or more");
  refuses({.temperature = nan}, "temperature is nan");
  refuses({.temperature = huge}, "temperature is inf");
  refuses({.top_k = -1}, "top_k is -1, should be 0 or more\n  hint: 0 keeps all tokens");
  refuses({.top_p = 1.5}, "top_p is 1.5, should be 0 to 1");
  refuses({.top_p = nan}, "top_p is nan");
  refuses({.min_p = -1}, "min_p is -1, should be 0 to 1");
  refuses({.repetition_penalty = 0}, "repetition_penalty is 0, should be above 0");
  refuses({.repetition_penalty = nan}, "repetition_penalty is nan");
  refuses({.presence_penalty = huge}, "presence_penalty is inf, should be a finite number");
  refuses({.frequency_penalty = nan}, "frequency_penalty is nan");
  refuses({.choose_below = -5}, "choose_below is -5");
  CHECK_THROWS_WITH_AS(Sampling({}, 0), doctest::Contains("vocabulary of 0"), Error);
  CHECK_THROWS_WITH_AS(Sampling({}, 4).start(Ids{4}), doctest::Contains("id 4 is not in the vocabulary of 4"),
                       Error);
}
