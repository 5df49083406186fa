/// bench_model: the command `qwen3vl bench` by itself. It needs Eigen, nlohmann-json, CLI11 and stb, and CUDA where
/// there is one; neither PCRE2 nor FFmpeg, libcurl or libexif.
///
///   bench_model --shape 8b --backend cuda --json 8b.json
#include "../../examples/qwen3vl/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("How fast is a model here, and how far from the machine's limit?");
  program::define_bench(app);
  return program::run(app, "bench_model", argc, argv);
}
