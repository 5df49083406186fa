#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <qwen3vl/text/position_ids.hpp>

using namespace qwen3vl;

namespace {

constexpr VisionTokenIds tokens{500, 501};

std::vector<Grid> grids_of(const nlohmann::json& rows) {
  std::vector<Grid> grids;
  for (const auto& row : rows) grids.push_back({row[0], row[1], row[2]});
  return grids;
}

/// One row of the golden data through the policy of its generation.
PositionIds positions_of(const nlohmann::json& row, bool released) {
  const auto ids = row["input_ids"].get<std::vector<int>>();
  const auto images = grids_of(row["image_grid_thw"]), videos = grids_of(row["video_grid_thw"]);
  const auto after = released ? AfterVision::behind_all_axes : AfterVision::behind_height_and_width;
  if (row["generation"] == "qwen3vl")
    return position_ids(ids, tokens, images, videos, 2, TextTimestamps{}, after);
  if (row["generation"] == "qwen2vl")
    return position_ids(ids, tokens, images, videos, 2, FrameIndex{}, after);
  std::vector<float> seconds;
  if (row["second_per_grid_ts"].is_array()) seconds = row["second_per_grid_ts"].get<std::vector<float>>();
  if (!released)
    for (float& s : seconds) s = std::floor(s);  // transformers 5 cuts it to an integer
  const float rate = row["tokens_per_second"].is_null() ? 2.0f : row["tokens_per_second"].get<float>();
  return position_ids(ids, tokens, images, videos, 2, AbsoluteTime{seconds, rate}, after);
}

void check_file(const std::string& name, bool released, int expected_rows) {
  std::ifstream file(std::string(QWEN3VL_GOLDEN) + "/positions/" + name);
  const auto golden = nlohmann::json::parse(file);
  int rows = 0;
  for (const auto& row : golden["rows"]) {
    CAPTURE(rows);
    const PositionIds got = positions_of(row, released);
    CHECK(got.rope_delta == row["rope_delta"].get<int>());
    std::vector<int> axis[3];
    for (const Position& p : got.positions)
      axis[0].push_back(p.t), axis[1].push_back(p.h), axis[2].push_back(p.w);
    for (int a = 0; a < 3; ++a) CHECK(axis[a] == row["position_ids"][a].get<std::vector<int>>());
    ++rows;
  }
  CHECK(rows == expected_rows);
}

}  // namespace

TEST_CASE("position_ids: every row of the released dialect, three generations") {
  check_file("rope_index_released.json", true, 159);
}
TEST_CASE("position_ids: every row of the transformers 5 dialect") {
  check_file("rope_index.json", false, 80);
}

TEST_CASE("position_ids: an image among text, by hand") {
  const std::vector<int> ids{1, 2, 500, 500, 500, 500, 500, 500, 3};
  const Grid image{1, 4, 6};
  const PositionIds got = position_ids(ids, tokens, std::span(&image, 1), {}, 2, TextTimestamps{});
  CHECK(got.positions[1] == Position{1, 1, 1});
  CHECK(got.positions[2] == Position{2, 2, 2});
  CHECK(got.positions[7] == Position{2, 3, 4});
  CHECK(got.positions[8] == Position{5, 5, 5});
  CHECK(got.next == 6);
  CHECK(got.rope_delta == -3);
}

TEST_CASE("position_ids: in a row, a picture's tokens count like text") {
  std::vector<int> ids{7, 8};
  ids.insert(ids.end(), 6, 500), ids.push_back(9), ids.insert(ids.end(), 1, 500);
  const std::vector<Grid> images{{1, 4, 6}, {1, 2, 2}};
  for (const auto after : {AfterVision::behind_all_axes, AfterVision::behind_height_and_width}) {
    const PositionIds got = position_ids(ids, {500, -1}, images, {}, 2, Sequential{}, after);
    REQUIRE(got.positions.size() == ids.size());
    for (int t = 0; t < static_cast<int>(ids.size()); ++t) CHECK(got.positions[t] == Position{t, t, t});
    CHECK((got.next == 10 && got.rope_delta == 0));
  }
  CHECK_THROWS_AS(position_ids(ids, {500, -1}, std::vector<Grid>{{1, 4, 6}}, {}, 2, Sequential{}), Error);
}

TEST_CASE("position_ids: a conversation continues where it stopped") {
  const std::vector<int> whole{1, 500, 2, 3, 500, 4}, turn{3, 500, 4};
  const Grid one[] = {{1, 2, 2}, {1, 2, 2}};
  const PositionIds all = position_ids(whole, tokens, one, {}, 2, TextTimestamps{});
  const PositionIds rest = position_ids(turn, tokens, std::span(one, 1), {}, 2, TextTimestamps{},
                                        AfterVision::behind_all_axes, all.positions[3].t, 3);
  for (int i = 0; i < 3; ++i) CHECK(rest.positions[i] == all.positions[3 + i]);
  CHECK(rest.rope_delta == all.rope_delta);
}

TEST_CASE("position_ids: two images without text between them are told apart by their grids") {
  const std::vector<int> ids{500, 500, 500};
  const Grid images[] = {{1, 2, 2}, {1, 2, 4}};
  const PositionIds got = position_ids(ids, tokens, images, {}, 2, TextTimestamps{});
  CHECK(got.positions[1] == Position{1, 1, 1});
  CHECK(got.positions[2] == Position{1, 1, 2});
}

TEST_CASE("position_ids refuses grids that are not the prompt's") {
  const std::vector<int> ids{1, 500, 500};
  const Grid two{1, 2, 4}, four{1, 4, 4};
  CHECK_THROWS_WITH_AS(position_ids(ids, tokens, {}, {}, 2, TextTimestamps{}),
                       doctest::Contains("token 1 is of an image, but there are only 0 grids"), Error);
  CHECK_THROWS_WITH_AS(position_ids(ids, tokens, std::span(&four, 1), {}, 2, TextTimestamps{}),
                       doctest::Contains("wants more tokens than are left"), Error);
  CHECK_THROWS_WITH_AS(position_ids(std::vector<int>{1}, tokens, std::span(&two, 1), {}, 2, TextTimestamps{}),
                       doctest::Contains("0 of 1 images"), Error);
  const Grid odd{1, 3, 4};
  CHECK_THROWS_WITH_AS(position_ids(ids, tokens, std::span(&odd, 1), {}, 2, TextTimestamps{}),
                       doctest::Contains("no multiple of spatial_merge_size"), Error);
}

TEST_CASE("visual_rows counts images and videos apart") {
  const std::vector<int> ids{1, 501, 500, 2, 501, 500};
  CHECK(visual_rows(ids, tokens, 0, 10) == std::vector<int>{-1, 10, 0, -1, 11, 1});
}
