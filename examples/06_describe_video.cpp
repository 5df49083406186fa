/// A question about a clip. Frames are chosen, decoded and resized one by one; each pair carries its time
/// into the prompt, "<1.4 seconds>", so that the model can say when something happens.
///
///   06_describe_video DIR clip.mp4 "What happens, and when?"
#include <qwen3vl/cpu.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>  // once in a program

#include "describe.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) return std::fprintf(stderr, "usage: %s DIR CLIP QUESTION\n", argv[0]), 2;
  qwen3vl::Cpu cpu;
  describe(cpu, cpu.threads(), argv[1], qwen3vl::video_part(argv[2]), argv[3]);
} catch (const std::exception& error) {
  return std::fprintf(stderr, "%s\n", error.what()), 1;
}
