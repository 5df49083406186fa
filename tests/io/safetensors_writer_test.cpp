#include <qwen3vl/io/safetensors_writer.hpp>

#include <csignal>

#include <sys/resource.h>

#include <doctest/doctest.h>

#include <qwen3vl/io/safetensors.hpp>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

TEST_CASE("what was written is read") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "out.safetensors";
  const std::vector<float> matrix{1, 2, 3, 4, 5, 6};
  const std::vector<bf16> vector{bf16(0.5f), bf16(-1)};
  const std::vector<std::int64_t> scalar{-9};

  SafetensorsWriter writer(path, {{"matrix", StoredDtype::F32, {2, 3}},
                                  {"größe \"q\"", StoredDtype::BF16, {2}},
                                  {"empty", StoredDtype::F16, {0, 7}},
                                  {"scalar", StoredDtype::I64, {}}});
  SUBCASE("tensor by tensor") {
    writer.append(test::bytes_of(matrix));
    writer.append(test::bytes_of(vector));
    writer.append(test::bytes_of(scalar));
  }
  SUBCASE("in pieces of any size") {
    std::string all;
    for (const auto bytes : {test::bytes_of(matrix), test::bytes_of(vector), test::bytes_of(scalar)})
      all.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (std::size_t i = 0; i < all.size(); i += 5) writer.append(test::bytes_of(all.substr(i, 5)));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  writer.finish();

  const SafetensorsFile file(path);
  REQUIRE(file.tensors().size() == 4);
  CHECK(file.tensors()[0].name == "matrix");
  CHECK(file.at("matrix").view<float, 2>()(1, 2) == 6);
  CHECK(float(file.at("größe \"q\"").view<bf16, 1>()(1)) == -1);
  CHECK(file.at("empty").shape == Shape{0, 7});
  const std::size_t data =
      static_cast<std::size_t>(file.at("matrix").bytes.data() - file.file().bytes().data());
  CHECK(data % 64 == 0);
  std::int64_t back;  // after the two bf16 it begins at a multiple of 4 only
  std::memcpy(&back, file.at("scalar").bytes.data(), 8);
  CHECK(back == -9);
}

TEST_CASE("a writer that is used wrongly says how, and leaves no file") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "out.safetensors";
  const std::vector<float> four(4);
  {
    SafetensorsWriter writer(path, {{"a", StoredDtype::F32, {4}}, {"b", StoredDtype::F32, {2}}});
    writer.append(test::bytes_of(four));
    CHECK_THROWS_WITH_AS(writer.finish(), Contains("out.safetensors: tensor \"b\" lacks 8 bytes"), Error);
    CHECK_THROWS_WITH_AS(writer.append(test::bytes_of(four)),
                         Contains("8 bytes more than the listed tensors have"), Error);
  }
  CHECK(folder.names().empty());
  const auto twice = [&] {
    SafetensorsWriter(path, {{"a", StoredDtype::F32, {4}}, {"a", StoredDtype::U8, {}}});
  };
  CHECK_THROWS_WITH_AS(twice(), Contains("two tensors are named \"a\""), Error);
  const auto nowhere = [&] { SafetensorsWriter(folder / "none/out", {}); };
  CHECK_THROWS_WITH_AS(nowhere(), Contains("cannot write"), Error);
  CHECK(folder.names().empty());
}

TEST_CASE("a disk that takes no more is an error, and the old file stays") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("out.safetensors", "old");
  struct rlimit before;
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const struct rlimit small = {4096, before.rlim_max};  // files of this process may have 4096 bytes
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    SafetensorsWriter writer(path, {{"a", StoredDtype::U8, {10000}}});
    writer.append(test::bytes_of(std::string(10000, 'x')));
    writer.finish();
  } catch (const Error& error) {
    message = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(message == path + ": cannot write: File too large");
  CHECK(test::content_of(path) == "old");
  CHECK(folder.names().size() == 1);
}
