#include <qwen3vl/io/file.hpp>

#include <sys/stat.h>

#include <doctest/doctest.h>

#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/mapped_file.hpp>
#include <qwen3vl/io/output_file.hpp>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

TEST_CASE("a file is read, or mapped, as it is") {
  const test::TemporaryFolder folder;
  const std::string content("some\0bytes\n", 11);
  const std::string path = folder.write("a", content);
  CHECK(read_file(path, 11) == content);

  const MappedFile file(path);
  REQUIRE(file.bytes().size() == content.size());
  CHECK(std::memcmp(file.bytes().data(), content.data(), content.size()) == 0);

  SUBCASE("a moved map keeps its address") {
    MappedFile first(path);
    const std::byte* const start = first.bytes().data();
    MappedFile second = std::move(first);
    CHECK(second.bytes().data() == start);
    CHECK(first.bytes().empty());
    first = std::move(second);
    CHECK(first.bytes().data() == start);
    CHECK(first.path() == path);
  }
  SUBCASE("an empty file has no bytes") {
    const std::string empty = folder.write("empty", "");
    CHECK(MappedFile(empty).bytes().empty());
    CHECK(read_file(empty, 0).empty());
    CHECK_NOTHROW(MappedFile(empty).will_need(0, 10));
    CHECK_NOTHROW(MappedFile(empty).populate(0, 10));
  }
  SUBCASE("advice and populating stay inside the file") {
    CHECK_NOTHROW(file.will_need(3, 1u << 30));
    CHECK_NOTHROW(file.populate(3, SIZE_MAX));
    CHECK_NOTHROW(file.populate(100, 1));
    CHECK_NOTHROW(file.not_needed(0, 11));
    CHECK(file.bytes()[0] == std::byte{'s'});
  }
  SUBCASE("the map stays whole when a new file takes the name") {
    write_file(path, "other");
    CHECK(file.bytes()[0] == std::byte{'s'});
    CHECK(read_file(path, 100) == "other");
  }
}

TEST_CASE("what is no file is refused with its path and the reason") {
  const test::TemporaryFolder folder;
  const auto refuse = [](const std::string& path, const char* message) {
    CHECK_THROWS_WITH_AS(MappedFile{path}, Contains(message), Error);
    CHECK_THROWS_WITH_AS(read_file(path, 100), Contains(message), Error);
  };
  refuse(folder / "none", "none: cannot open: No such file or directory");
  refuse(folder.path(), "is a directory, should be a file");
  refuse("/dev/zero", "/dev/zero: is not a regular file");
  refuse(std::string("a\0b", 3), "zero byte");
  refuse(folder.write("a", "x") + "/b", "Not a directory");
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  refuse(pipe, "pipe: is not a regular file");  // and does not wait for a writer
  CHECK_THROWS_WITH_AS(read_file(folder / "a", 0), Contains("has 1 bytes, at most 0"), Error);
}

TEST_CASE("a written file appears whole or not at all") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("out", "old");
  {
    OutputFile file(path);
    file.write("half of the n");
    CHECK(test::content_of(path) == "old");
  }
  CHECK(test::content_of(path) == "old");
  CHECK(folder.names().size() == 1);  // nothing is left behind

  {
    OutputFile file(path);
    file.write("new ");
    file.write("content");
    file.commit();
  }
  CHECK(test::content_of(path) == "new content");
  CHECK(folder.names().size() == 1);

  CHECK_THROWS_WITH_AS(OutputFile{folder / "no/such/folder"}, Contains("cannot write: No such file"), Error);
  CHECK_THROWS_WITH_AS(OutputFile{folder.path()}, Contains("is a directory"), Error);
}

TEST_CASE("names from files are safe to print") {
  CHECK(in_quotes("model.norm.weight") == "\"model.norm.weight\"");
  CHECK(in_quotes("größe") == "\"größe\"");
  CHECK(in_quotes("a\x1b[2Jb\n\x7f") == "\"a?[2Jb??\"");
  CHECK(in_quotes("a\xff\xc3") == "\"a??\"");
  CHECK(in_quotes("a\xc2\x9b") == "\"a??\"");  // the one-character form of ESC [
  CHECK(in_quotes(std::string(500, 'x')).size() == 125);
  CHECK(in_quotes("") == "\"\"");
}
