#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/media/preprocess_image.hpp>

#include <string>

#include <doctest/doctest.h>

#include "../io/support.hpp"
#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {

const std::string released = QWEN3VL_TOKENIZER;           // Qwen3-VL's own files
const std::string resaved = QWEN3VL_GOLDEN "/processor";  // as transformers 5 writes them

Json parse(const std::string& text) { return parse_json(text, "file"); }
ImageSettings image(const std::string& text) { return read_image_settings(parse(text), "file"); }
VideoSettings video(const std::string& text) { return read_video_settings(parse(text), "file"); }

/// The least a file must say, and more members.
std::string with(const std::string& members) {
  return R"({"size": {"shortest_edge": 65536, "longest_edge": 16777216})" +
         (members.empty() ? "" : ", " + members) + "}";
}

struct Vision {
  int patch_size = 16, temporal_patch_size = 2, spatial_merge_size = 2;
};

}  // namespace

TEST_CASE("golden: the files that Qwen3-VL was released with say what the settings' defaults are") {
  const ProcessorSettings settings = read_processor_settings(released);
  CHECK(settings.image.patches.patch_size == 16);
  CHECK(settings.image.patches.merge_size == 2);
  CHECK(settings.image.budget.min_pixels == 65'536);
  CHECK(settings.image.budget.max_pixels == 16'777'216);
  CHECK(settings.image.normalise.mean[2] == 0.5f);
  CHECK(settings.image.resampling == Resampling::torchvision_u8);
  CHECK(settings.video.resize.clip.min_pixels == 4'096);
  CHECK(settings.video.resize.clip.max_pixels == 25'165'824);
  CHECK_FALSE(settings.video.resize.cap_pixels_per_frame);
  CHECK(settings.video.sampling.fps == 2);
  CHECK(settings.video.sampling.min_frames == 4);
  CHECK(settings.video.sampling.max_frames == 768);
  CHECK_NOTHROW(expect_same_patches(settings, Vision{}));
}

TEST_CASE("golden: files as transformers 5 writes them, every switch spelled out") {
  const ProcessorSettings settings = read_processor_settings(resaved);
  CHECK(settings.image.budget.min_pixels == 65'536);
  CHECK(settings.image.budget.max_pixels == 262'144);
  CHECK(settings.video.resize.clip.min_pixels == 4'096);
  CHECK(settings.video.resize.clip.max_pixels == 1'048'576);
}

TEST_CASE("the combined processor_config.json goes before the two files, half by half") {
  golden::TemporaryDirectory folder;
  folder.write("preprocessor_config.json", with(R"("patch_size": 14)"));
  folder.write("video_preprocessor_config.json", with(R"("fps": 1)"));
  folder.write("processor_config.json", R"({"processor_class": "Qwen3VLProcessor", "image_processor":)" +
                                            with(R"("merge_size": 4)") + "}");
  const ProcessorSettings settings = read_processor_settings(folder.path());
  CHECK(settings.image.patches.merge_size == 4);
  CHECK(settings.image.patches.patch_size == 16);  // the older file is not read
  CHECK(settings.video.sampling.fps == 1);

  folder.write("processor_config.json", R"({"video_processor":)" + with(R"("fps": 4)") + "}");
  CHECK(read_processor_settings(folder.path()).video.sampling.fps == 4);
  CHECK(read_processor_settings(folder.path()).image.patches.patch_size == 14);
}

TEST_CASE("without files the settings are Qwen3-VL's, a missing video file follows the images' patches") {
  golden::TemporaryDirectory folder;
  const ProcessorSettings none = read_processor_settings(folder.path());
  CHECK(none.image.budget.min_pixels == 65'536);
  CHECK(none.video.resize.clip.max_pixels == 25'165'824);

  folder.write("preprocessor_config.json", with(R"("patch_size": 4, "image_mean": [0.1, 0.2, 0.3])"));
  const ProcessorSettings images = read_processor_settings(folder.path());
  CHECK(images.video.patches.patch_size == 4);
  CHECK(images.video.normalise.mean[2] == 0.3f);
  CHECK(images.video.resize.clip.max_pixels == 25'165'824);
  CHECK_THROWS_WITH_AS(read_processor_settings(folder.path() + "/no"), doctest::Contains("no such folder"),
                       Error);
}

TEST_CASE("the budget: both names of it, the older goes before the newer") {
  CHECK(image(R"({"min_pixels": 3136, "max_pixels": 12845056})").budget.min_pixels == 3'136);
  CHECK(image(R"({"min_pixels": 3136, "max_pixels": 12845056})").budget.max_pixels == 12'845'056);
  CHECK(image(with(R"("max_pixels": 100000, "min_pixels": null)")).budget.max_pixels == 100'000);
  CHECK(image(with(R"("max_pixels": 100000)")).budget.min_pixels == 65'536);
  CHECK(video(with("")).resize.clip.min_pixels == 65'536);
}

TEST_CASE("normalisation and sampling") {
  const ImageSettings clip = image(with(R"("image_mean": [0.48145466, 0.4578275, 0.40821073],
                    "image_std": [0.26862954, 0.26130258, 0.27577711])"));
  CHECK(clip.normalise.mean[0] == 0.48145466f);
  CHECK(clip.normalise.std[2] == 0.27577711f);
  CHECK(video(with(R"("num_frames": 16, "fps": null)")).sampling.num_frames == 16);
  CHECK(video(with(R"("fps": 0.5, "min_frames": 2, "max_frames": 8)")).sampling.fps == 0.5);
  CHECK(video(with(R"("cap_pixels_per_frame": true, "max_video_tokens": 768)")).resize.cap_pixels_per_frame);
}

TEST_CASE("a checkpoint's folder and its config.json must cut the same patches") {
  const ProcessorSettings settings = read_processor_settings(released);
  const auto refuses = [&](Vision vision, const char* message) {
    CHECK_THROWS_WITH_AS(expect_same_patches(settings, vision), doctest::Contains(message), Error);
  };
  refuses({14, 2, 2}, "patch_size of images is 16, config.json has 14");
  refuses({16, 2, 1}, "merge_size of images is 2, config.json has 1");
  ProcessorSettings apart;
  apart.video.patches.patch_size = 14;
  CHECK_THROWS_WITH_AS(expect_same_patches(apart, Vision{}), doctest::Contains("of videos is 14"), Error);
}

TEST_CASE("refusals name file and field") {
  const auto refuses = [](const std::string& text, const char* message) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(image(text), doctest::Contains(message), Error);
    CHECK_THROWS_WITH_AS(video(text), doctest::Contains(message), Error);
  };
  refuses("[]", "file: the JSON is a list of 0, should be an object");
  refuses("{}", "file: size is missing");
  refuses(R"({"size": 448})", "file: size is 448, should be an object");
  refuses(R"({"size": {"height": 448, "width": 448}})", "file: size.shortest_edge is missing");
  refuses(R"({"size": {"shortest_edge": 1, "longest_edge": 0}})", "size.longest_edge is 0");
  refuses(R"({"size": {"shortest_edge": -1, "longest_edge": 9}})", "size.shortest_edge is -1");
  refuses(R"({"size": {"shortest_edge": 10, "longest_edge": 9}})",
          "the least area is 10 pixels, the largest 9");
  refuses(with(R"("min_pixels": 1e5)"), "min_pixels is 100000.0, should be an integer");
  refuses(with(R"("patch_size": 0)"), "patch_size is 0, should be 1 to 256");
  refuses(with(R"("patch_size": "16")"), "patch_size is \"16\", should be an integer");
  refuses(with(R"("merge_size": 2.5)"), "merge_size is 2.5, should be an integer");
  refuses(with(R"("temporal_patch_size": 1)"), "temporal_patch_size is 1, should be 2 to 2");
  refuses(with(R"("resample": 2)"), "resample is 2, should be 3 (bicubic)");
  refuses(with(R"("do_resize": false)"), "do_resize is false, should be true");
  refuses(with(R"("do_rescale": false)"), "do_rescale is false, should be true");
  refuses(with(R"("do_normalize": false)"), "do_normalize is false, should be true");
  refuses(with(R"("do_center_crop": true)"), "do_center_crop is true, should be false");
  refuses(with(R"("do_pad": "yes")"), "do_pad is \"yes\", should be true or false");
  refuses(with(R"("rescale_factor": 1.0)"), "rescale_factor is 1.0, should be 1/255");
  refuses(with(R"("image_mean": [0.5, 0.5])"), "image_mean is a list of 2, should be red, green and blue");
  refuses(with(R"("image_mean": 0.5)"), "image_mean is 0.5, should be a list");
  refuses(with(R"("image_std": [0.5, 0, 0.5])"), "image_std[1] is 0.0, should be a number above 0");
  refuses(with(R"("image_std": [0.5, 1e300, 0.5])"), "image_std[1] is 1e+300");
}

TEST_CASE("refusals: videos alone") {
  const auto refuses = [](const std::string& text, const char* message) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(video(text), doctest::Contains(message), Error);
  };
  refuses(with(R"("fps": 0)"), "fps is 0");
  refuses(with(R"("min_frames": 0)"), "min_frames is 0");
  refuses(with(R"("min_frames": 9, "max_frames": 8)"), "min_frames is 9, max_frames 8");
  refuses(with(R"("num_frames": 1)"), "num_frames is 1");
  refuses(with(R"("num_frames": 8, "fps": 2)"), "fps and num_frames are both given");
  refuses(with(R"("do_sample_frames": false)"), "do_sample_frames is false, should be true");
  refuses(with(R"("cap_pixels_per_frame": true, "max_video_tokens": 16)"), "max_video_tokens is 16");
  refuses(with(R"("video_processor_type": "Qwen2VLVideoProcessor")"),
          "video_processor_type is \"Qwen2VLVideoProcessor\", should be \"Qwen3VLVideoProcessor\"");
}

TEST_CASE("refusals: messages of the combined file name the object inside") {
  golden::TemporaryDirectory folder;
  folder.write("processor_config.json", R"({"video_processor":)" + with(R"("fps": "fast")") + "}");
  CHECK_THROWS_WITH_AS(read_processor_settings(folder.path()),
                       doctest::Contains("/processor_config.json: video_processor.fps is \"fast\""), Error);
  folder.write("processor_config.json", R"({"image_processor": 3})");
  CHECK_THROWS_WITH_AS(read_processor_settings(folder.path()),
                       doctest::Contains("image_processor is 3, should be an object"), Error);
  folder.write("processor_config.json", "{");
  CHECK_THROWS_WITH_AS(read_processor_settings(folder.path()), doctest::Contains("not valid JSON"), Error);
}

TEST_CASE("Qwen2-VL and Qwen2.5-VL: frames have the budget of a picture") {
  const test::TemporaryFolder folder;
  ProcessorSettings settings = read_processor_settings(folder / "", ClipRule::each_frame);
  CHECK(settings.clip_rule == ClipRule::each_frame);
  CHECK((settings.image.patches.patch_size == 14 && settings.video.patches.patch_size == 14));
  CHECK(settings.image.normalise.mean[0] == 0.48145466f);
  CHECK(settings.video.resize.clip.max_pixels == 12'845'056);
  folder.write("preprocessor_config.json", R"({"min_pixels": 3136, "max_pixels": 1003520, "merge_size": 2})");
  settings = read_processor_settings(folder / "", ClipRule::each_frame);
  CHECK((settings.image.patches.patch_size == 14 && settings.image.budget.max_pixels == 1'003'520));
  CHECK(settings.video.resize.clip.max_pixels == 1'003'520);
  folder.write("video_preprocessor_config.json",
               R"({"video_processor_type": "Qwen2VLVideoProcessor", "min_pixels": 5, "max_pixels": 77})");
  CHECK(read_processor_settings(folder / "", ClipRule::each_frame).video.resize.clip.max_pixels == 77);
  folder.write(
      "video_preprocessor_config.json",
      R"({"video_processor_type": "Qwen2VLVideoProcessor", "do_sample_frames": false, "fps": 1, "max_frames": 16,
               "num_frames": null, "min_pixels": 5, "max_pixels": 77})");
  const SampleEvenly sampling = read_processor_settings(folder / "", ClipRule::each_frame).video.sampling;
  CHECK((sampling.fps == 1 && sampling.min_frames == 4 && sampling.max_frames == 16 && !sampling.num_frames));
  CHECK_THROWS_WITH_AS(read_processor_settings(folder / ""),
                       doctest::Contains("should be \"Qwen3VLVideoProcessor\""), Error);
}

TEST_CASE("processor settings of Qwen-VL: one size, CLIP's numbers, PIL, no clips") {
  struct {
    int patch_size = 14, temporal_patch_size = 1, spatial_merge_size = 2, image_size = 448;
  } const vision;
  const ProcessorSettings settings = qwen_vl_processor(vision);
  CHECK_NOTHROW(expect_same_patches(settings, vision));
  CHECK_NOTHROW(check(settings.image));
  CHECK(settings.clip_rule == ClipRule::no_clips);
  for (const PixelSize size : {PixelSize{1, 1}, {448, 448}, {10, 4000}}) {
    const ImagePlan plan = plan_image(size, settings.image);
    CHECK(plan.placement.resized == PixelSize{448, 448});
    CHECK((plan.grid == Grid{1, 32, 32} && plan.columns == 588));
  }
  ItemSize wish;
  wish.max_pixels = 100000;
  CHECK_THROWS_WITH_AS(plan_image({10, 10}, settings.image, wish),
                       doctest::Contains("sees every picture at 448x448 pixels"), Error);
}
