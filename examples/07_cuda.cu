/// A question about a picture, answered by a GPU: the handle is another one, and nothing else changes.
///
///   07_cuda DIR picture.png "What is it?"
#include <qwen3vl/cuda.cuh>

#include "describe.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) return std::fprintf(stderr, "usage: %s DIR PICTURE QUESTION\n", argv[0]), 2;
  if (!qwen3vl::Cuda::available()) return std::printf("skipped: there is no CUDA device\n"), 77;
  qwen3vl::Cuda cuda;        // the first GPU; Cuda({.device = 1}) is the second
  qwen3vl::Threads threads;  // the host resizes pictures
  describe(cuda, threads, argv[1], qwen3vl::image_part(argv[2]), argv[3]);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
