// A foreign project takes the pixels alone, without a model and without Eigen: a picture to patches.
#include <cstdio>

#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/preprocess_image.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>

int main(int count, char** arguments) try {
  using namespace qwen3vl;
  if (count != 2) return 2;
  Threads threads{1};
  const PreprocessedImage image = preprocess_image(threads, load_image(arguments[1]));
  std::printf("%lld patches of %lld numbers\n", static_cast<long long>(image.pixel_values.shape[0]),
              static_cast<long long>(image.pixel_values.shape[1]));
  return image.pixel_values.shape[1] == 3 * 2 * 16 * 16 && image.grid.patches() == image.pixel_values.shape[0]
             ? 0
             : 1;
} catch (const std::exception& error) {
  std::printf("%s\n", error.what());
  return 1;
}
