/// bench_model: the command `qwen3vl bench` by itself. It needs Eigen, nlohmann-json, CLI11 and stb, and CUDA where
/// there is one; neither PCRE2 nor FFmpeg, libcurl or libexif.
///
///   bench_model --shape 8b --backend cuda --json 8b.json
#include <cstdio>
#include <exception>

#include "../../examples/qwen3vl/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("How fast is a model here, and how far from the machine's limit?");
  program::define_bench(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const program::Exit& exit) {
    return exit.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_model: %s\n", error.what());
    return 1;
  }
  return 0;
}
