#include <qwen3vl/media/promised_bytes.hpp>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace qwen3vl;

namespace {

std::optional<std::uint64_t> promised(std::vector<std::uint8_t> head) { return promised_bytes(head); }

}  // namespace

TEST_CASE("promised_bytes: whole files promise their own length") {
  for (const char* name :
       {"clip_lossless_160x120_24fps_4s.mkv", "clip_oneframe.mkv", "clip_vp9_200x300_15fps.webm"}) {
    CAPTURE(name);
    std::ifstream file(QWEN3VL_GOLDEN "/media/" + std::string(name), std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(promised_bytes(bytes) == bytes.size());
    CHECK(promised_bytes(std::span(bytes).first(200)) == bytes.size());
  }
}

TEST_CASE("promised_bytes: sizes by hand") {
  // EBML header of 1 byte, Segment of 5 and of an open number of bytes
  CHECK(promised({0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67, 0x85}) == 11 + 5);
  CHECK(promised({0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67, 0x40, 0x05}) == 12 + 5);
  CHECK(!promised({0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67, 0xFF}));
  CHECK(!promised({0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF,
                   0xFF, 0xFF, 0xFF}));
  CHECK(promised({'R', 'I', 'F', 'F', 4, 1, 0, 0, 'A', 'V', 'I', ' '}) == 8 + 260);
}

TEST_CASE("promised_bytes: other files and cut heads promise nothing") {
  const std::vector<std::uint8_t> whole{0x1A, 0x45, 0xDF, 0xA3, 0x81, 0, 0x18, 0x53, 0x80, 0x67, 0x40, 0x05};
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(!promised_bytes(std::span(whole).first(n)));
  CHECK(!promised({'R', 'I', 'F', 'F', 4, 1, 0, 0, 'W', 'A', 'V', 'E'}));
  CHECK(!promised({0x1A, 0x45, 0xDF, 0xA3, 0x00, 0, 0, 0}));
  CHECK(!promised({0x1A, 0x45, 0xDF, 0xA3, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE}));
}
