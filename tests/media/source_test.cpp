#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/media/source.hpp>

using namespace qwen3vl;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for each test, removed afterwards.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("qwen3vl_source_" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }

  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

std::string read(const std::string& address, const SourceLimits& limits = {}) {
  const auto bytes = read_source(address, limits);
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("read_source: paths and file:// addresses") {
  const Folder folder;
  const std::string path = folder.file("a cat 100%.txt", "meow"), directory = folder.path.string();
  CHECK(read(path) == "meow");
  CHECK(read("file://" + directory + "/a%20cat%20100%25.txt") == "meow");
  CHECK(read("FILE://localhost" + directory + "/a%20cat%20100%25.txt") == "meow");
  CHECK(read(folder.file("a:b.txt", "colon")) == "colon");
  CHECK(read(folder.file("empty", "")).empty());
  CHECK(local_path("C:\\pictures\\cat.png") == "C:\\pictures\\cat.png");
  CHECK(local_path("https://example.org/cat.png") == std::nullopt);
  CHECK(local_path("data:,x") == std::nullopt);
}

TEST_CASE("read_source: local refusals") {
  const Folder folder;
  const std::string directory = folder.path.string(), path = folder.file("four", "meow");
  const auto refuses = [](const std::string& address, const char* words, const SourceLimits& limits = {}) {
    CHECK_THROWS_WITH_AS(read_source(address, limits), doctest::Contains(words), Error);
  };
  refuses("", "the address is empty");
  refuses(directory + "/none", "no such file");
  refuses(directory, "not a file but a folder or a device");
  refuses("/dev/zero", "not a file but a folder or a device");
  refuses(path, "more than the limit of 3 bytes", {.max_bytes = 3});
  CHECK(read(path, {.max_bytes = 4}) == "meow");
  refuses("file://elsewhere/cat.png", "needs an absolute path");
  refuses("file://", "needs an absolute path");
  refuses("file:///cat%2", "% without two hexadecimal digits");
  refuses("file:///cat%zz", "% without two hexadecimal digits");
  refuses("file:///cat%00.png", "a path with a zero byte");
  refuses(std::string("cat\0.png", 8), "a path with a zero byte");
  refuses("ftp://example.org/cat.png", "addresses of the kind ftp: are not read");
  refuses("gopher://example.org/", "addresses of the kind gopher:");
  refuses(std::string(5000, 'x'), "no such file");

  const std::string pipe = directory + "/pipe";  // opening it would wait for a writer, forever
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  refuses(pipe, "not a file but a folder or a device");
}

TEST_CASE("read_source: data: addresses") {
  CHECK(read("data:text/plain;base64,bWVvdw==") == "meow");
  CHECK(read("data:image/png;name=x;base64,bWVvdw") == "meow");  // the padding may be missing
  CHECK(read("data:;base64,bWVv\n dw%3D%3D") == "meow");         // white space and %-encoding
  CHECK(read("data:;base64,") == "");
  CHECK(read("data:,me%6Fw") == "meow");
  CHECK(read("DATA:;base64,+/8=") == "\xfb\xff");
  for (std::size_t length = 0; length < 40; ++length) {  // every remainder, there and back
    std::string text, coded;
    for (std::size_t i = 0; i < length; ++i) text += char(i * 37 + 11);
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t bits = 0;
    int count = 0;
    for (const unsigned char byte : text)
      for (bits = bits << 8 | byte, count += 8; count >= 6; count -= 6)
        coded += digits[bits >> (count - 6) & 63];
    if (count) coded += digits[bits << (6 - count) & 63];
    CHECK(read("data:;base64," + coded) == text);
  }

  const auto refuses = [](const std::string& address, const char* words, const SourceLimits& limits = {}) {
    CHECK_THROWS_WITH_AS(read_source(address, limits), doctest::Contains(words), Error);
  };
  refuses("data:image/png;base64", "without a comma");
  refuses("data:;base64,me*w", "not base64");
  refuses("data:;base64,bWVvd", "it ends inside a byte");
  refuses("data:;base64,bQ==bQ==", "not base64");
  refuses("data:;base64,bWVvdw==", "more than the limit of 3 bytes", {.max_bytes = 3});
  refuses("data:,meow", "more than the limit of 3 bytes", {.max_bytes = 3});
  refuses("data:,%4", "% without two hexadecimal digits");
  try {
    read_source("data:image/png;base64," + std::string(1 << 20, '!'));
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() < 200);  // a message shows an address, not a megabyte
  }
}
