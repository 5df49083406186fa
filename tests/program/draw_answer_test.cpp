/// chat --draw: what the answer points at, on the picture that was asked about.
#include <cstdint>
#include <string>
#include <vector>

#include "../../examples/qwen3vl/draw_answer.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string media = golden + "media/";

MediaItem open(const std::string& name) {
  return MediaItem::open(image_part(media + name), read_processor_settings(tokenizer_folder));
}

}  // namespace

TEST_CASE("draw: a box in thousandths lands on the pixels of the user's picture, and nowhere else") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.png";
  const MediaItem item = open("odd_333x517.png");  // 320 x 512 to the model
  CHECK(program::draw_answer(R"({"bbox_2d": [250, 500, 750, 900]})", Coordinates::relative, item, path) == 1);
  const Image before = load_image(media + "odd_333x517.png"), after = load_image(path);
  REQUIRE(after.width == 333);
  REQUIRE(after.height == 517);
  const auto changed = [&](int x, int y) {
    return before.view()(y, x, 0) != after.view()(y, x, 0) || before.view()(y, x, 1) != after.view()(y, x, 1);
  };
  for (int x = 84; x < 249; ++x) {  // edges at x = 83.25 and 249.75, y = 258.5 and 465.3
    REQUIRE(changed(x, 258));
    REQUIRE(changed(x, 465));
  }
  for (int y = 0; y < 517; ++y)
    for (int x = 0; x < 333; ++x)
      if (x < 80 || x > 252 || y < 255 || y > 468 || (x > 86 && x < 246 && y > 261 && y < 462))
        REQUIRE_FALSE(changed(x, y));
}

TEST_CASE("draw: a box of Qwen2.5-VL counts pixels of the picture it saw, the others' thousandths") {
  const TemporaryFolder folder;
  const std::string ours = folder / "out.png", wanted = folder / "wanted.png";
  const MediaItem item = open("odd_333x517.png");
  REQUIRE(item.placement().resized == PixelSize{512, 320});
  const std::string thousandths = R"({"bbox_2d": [250, 500, 750, 900]})";
  CHECK(program::draw_answer(thousandths, Coordinates::relative, item, wanted) == 1);
  // 250/1000 of 320 pixels, 500/1000 of 512, …
  CHECK(program::draw_answer(R"({"bbox_2d": [80, 256, 240, 460.8]})", Coordinates::resized, item, ours) == 1);
  CHECK(load_image(ours).rgb == load_image(wanted).rgb);
  CHECK(program::draw_answer(thousandths, Coordinates::resized, item, ours) == 1);
  CHECK(load_image(ours).rgb != load_image(wanted).rgb);
}

TEST_CASE("draw: a turned photo is drawn upright, a palette in colour") {
  const TemporaryFolder folder;
  const std::string path = folder / "out.png";
  for (const char* name : {"exif_6.jpg", "palette_200x200.png", "gray_257x129.png", "rgba_300x200.png"}) {
    CAPTURE(name);
    CHECK(program::draw_answer(R"({"action": "click", "coordinate": [500, 500]})", Coordinates::relative,
                               open(name), path) == 1);
    const Image before = load_image(media + name), after = load_image(path);
    CHECK(after.width == before.width);
    CHECK(after.height == before.height);
    CHECK(after.rgb != before.rgb);
    CHECK(std::equal(before.rgb.begin(), before.rgb.begin() + 3 * before.width, after.rgb.begin()));
  }
}

TEST_CASE("draw: an answer that points at nothing writes nothing, and an old file stays") {
  const TemporaryFolder folder;
  const std::string path = folder.write("out.png", "old");
  CHECK(program::draw_answer("a red square", Coordinates::relative, open("square_512.png"), path) == 0);
  CHECK(content_of(path) == "old");

  const std::vector<std::string> ask{
      "chat",     "--model", QWEN3VL_TINY,       "--image", media + "square_512.png",
      "--prompt", "Where?",  "--max-new-tokens", "3",       "--greedy",
      "--draw",   path};
  const Ran ran = run_program(ask);
  CHECK(ran.exit_code == 0);
  CHECK(ran.out != "");
  CHECK(contains(ran.error, "note: the answer points at nothing"));
  CHECK(content_of(path) == "old");
}

TEST_CASE("draw: refusals, before a model is looked for") {
  const TemporaryFolder folder;
  const auto ask = [&](const std::string& path, std::vector<std::string> more) {
    more.insert(more.begin(), {"chat", "--model", "nowhere", "--draw", path});
    return more;
  };
  const std::string image = media + "square_512.png";
  check_refuses(2, "--draw requires --image", ask("out.png", {"--prompt", "Where?"}));
  check_refuses(2, "--draw requires --prompt", ask("out.png", {"--image", image}));
  check_refuses(2, "should end in .png", ask("out.jpg", {"--image", image, "--prompt", "Where?"}));
  check_refuses(1, "cannot write: No such file",
                ask(folder / "no/out.png", {"--image", image, "--prompt", "?"}));
  std::filesystem::create_directory(folder / "folder.png");
  check_refuses(1, "is a directory", ask(folder / "folder.png", {"--image", image, "--prompt", "?"}));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);  // nothing left behind
}
