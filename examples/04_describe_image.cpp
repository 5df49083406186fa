/// A question about a picture.
///
///   04_describe_image DIR picture.png "What is it?"
#include <qwen3vl/cpu.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>  // once in a program

#include "describe.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) return std::fprintf(stderr, "usage: %s DIR PICTURE QUESTION\n", argv[0]), 2;
  qwen3vl::Cpu cpu;
  describe(cpu, cpu.threads(), argv[1], qwen3vl::image_part(argv[2]), argv[3]);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
