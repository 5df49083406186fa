#include <qwen3vl/io/safetensors.hpp>

#include <doctest/doctest.h>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

TEST_CASE("a file of the reference library reads as it was written") {
  const SafetensorsFile file(QWEN3VL_GOLDEN "/io/reference.safetensors");  // io/make_reference.py
  REQUIRE(file.tensors().size() == 9);

  const View<const float, 2> norm = file.at("model.norm.weight").view<float, 2>();
  const View<const bf16, 2> proj = file.at("visual.patch_embed.proj.weight").view<bf16, 2>();
  const View<const f16, 2> half = file.at("model.half").view<f16, 2>();
  const View<const double, 2> head = file.at("lm_head.weight").view<double, 2>();
  CHECK(norm.shape[0] == 3);
  CHECK(norm.shape[1] == 5);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 5; ++j) {
      const float expected = static_cast<float>(5 * i + j) / 4 - 1;
      CHECK(norm(i, j) == expected);
      CHECK(float(proj(i, j)) == expected);
      CHECK(float(half(i, j)) == expected);
      CHECK(head(i, j) == expected);
    }
  CHECK(file.at("ids").view<std::int64_t, 1>()(1) == std::int64_t{1} << 40);
  CHECK(file.at("mask").flat<std::uint8_t>()[1] == 0);
  CHECK(file.at("codes").flat<std::uint8_t>()[0] == 0x38);
  CHECK(file.at("scalar").shape.rank == 0);
  CHECK(file.at("scalar").flat<std::int32_t>()[0] == -7);
  CHECK(file.at("empty").view<float, 2>().shape[1] == 4);

  SUBCASE("nothing is copied") {
    const auto all = file.file().bytes();
    const std::byte* const start = file.at("ids").bytes.data();
    CHECK((start > all.data() && start < all.data() + all.size()));
  }
  SUBCASE("tensors come in the order of the file") {
    CHECK(file.tensors().front().name == "ids");
    CHECK(file.tensors()[1].name == "lm_head.weight");
    CHECK(file.tensors().back().name == "mask");
  }
  SUBCASE("a moved or copied reader finds the same bytes") {
    SafetensorsFile first(QWEN3VL_GOLDEN "/io/reference.safetensors");
    const std::byte* const start = first.at("ids").bytes.data();
    const SafetensorsFile second = std::move(first);
    CHECK(second.at("ids").bytes.data() == start);
    const Safetensors copy = second;
    CHECK(copy.at("ids").bytes.data() == start);
  }
}

TEST_CASE("asking for the wrong thing is answered with the file and the tensor") {
  const SafetensorsFile file(QWEN3VL_GOLDEN "/io/reference.safetensors");
  CHECK(file.find("model.norm") == nullptr);
  CHECK_THROWS_WITH_AS(file.at("model.norms.weight"),
                       Contains("reference.safetensors: no tensor \"model.norms.weight\"\n  hint: nearest: "
                                "\"model.norm.weight\""),
                       Error);
  const TensorInfo& norm = file.at("model.norm.weight");
  CHECK_THROWS_WITH_AS(
      (norm.view<bf16, 2>()),
      Contains("reference.safetensors: tensor \"model.norm.weight\": is F32, should be BF16"), Error);
  CHECK_THROWS_WITH_AS((norm.view<float, 1>()), Contains("is [3, 5], should have 1 axis"), Error);
  CHECK_THROWS_WITH_AS((norm.view<float, 3>()), Contains("is [3, 5], should have 3 axes"), Error);
  CHECK_THROWS_WITH_AS(norm.expect_shape(Shape{5, 3}), Contains("is [3, 5], should be [5, 3]"), Error);
  CHECK_NOTHROW(norm.expect_shape(Shape{3, 5}));
}

TEST_CASE("bytes that lie askew are told, not read") {
  // one U8 before an F32; the file itself starts at an address that fits
  const std::string header =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})";
  const std::string file = test::safetensors(header + std::string((8 - header.size() % 8) % 8, ' '), "12345");
  alignas(8) std::byte memory[512];
  REQUIRE(file.size() < sizeof(memory));
  std::memcpy(memory, file.data(), file.size());
  const Safetensors tensors(std::span(memory, file.size()), "askew.safetensors");
  CHECK_FALSE(tensors.at("x").aligned<float>());
  CHECK_THROWS_WITH_AS((tensors.at("x").view<float, 1>()),
                       Contains("tensor \"x\": begins at an address that is no multiple of 4"), Error);
  CHECK(tensors.at("a").flat<std::uint8_t>()[0] == '1');
}

TEST_CASE("a file that is not in order is refused, naming file and tensor") {
  const auto refuse = [](const std::string& file, const char* message) {
    CHECK_THROWS_WITH_AS(Safetensors(test::bytes_of(file), "w.safetensors"), Contains(message), Error);
  };
  const auto refuse_tensor = [&](const std::string& entry, std::size_t bytes, const char* message) {
    refuse(test::safetensors_of(entry, bytes), message);
    refuse(test::safetensors_of(entry, bytes), "w.safetensors: tensor \"x\"");
  };
  SUBCASE("the container") {
    refuse("", "w.safetensors: has 0 bytes, a safetensors file has at least 8");
    refuse("1234567", "has 7 bytes");
    refuse(std::string(8, '\xff') + "{}", "header of 18446744073709551615 bytes, at most 100000000");
    refuse(test::safetensors("{}", "").substr(0, 9), "header of 2 bytes, but the file ends after 1");
    refuse(std::string(8, '\0'), "does not begin with {");
    refuse(test::safetensors("[]", ""), "does not begin with {");
    refuse(test::safetensors("{\"a\":", ""), "w.safetensors: header: not valid JSON");
    refuse(test::safetensors("{}", "x"), "has 1 bytes of data, its tensors fill 0");
    refuse(test::safetensors(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                             "ab"),
           "key \"x\" twice");
    refuse(test::safetensors("{\"x\":" + std::string(300, '[') + std::string(300, ']') + "}", ""),
           "nested deeper");
    CHECK_NOTHROW(Safetensors(test::bytes_of(test::safetensors("{}", "")), "w"));
    CHECK_NOTHROW(Safetensors(test::bytes_of(test::safetensors("{}   ", "")), "w"));
    CHECK_NOTHROW(Safetensors(test::bytes_of(test::safetensors(R"({"__metadata__":{"a":"b"}})", "")), "w"));
  }
  SUBCASE("the entry of a tensor") {
    refuse_tensor("1", 4, "is 1, should be an object");
    refuse_tensor(R"({"shape":[1],"data_offsets":[0,4]})", 4, "dtype is missing");
    refuse_tensor(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})", 4, "unknown dtype \"F31\"");
    refuse_tensor(R"({"dtype":32,"shape":[1],"data_offsets":[0,4]})", 4, "dtype is 32, should be a string");
    refuse_tensor(R"({"dtype":"F32","data_offsets":[0,4]})", 4, "shape is missing");
    refuse_tensor(R"({"dtype":"F32","shape":4,"data_offsets":[0,4]})", 4, "shape is 4, should be a list");
    refuse_tensor(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})", 4, "shape is -1");
    refuse_tensor(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})", 4,
                  "shape is 1.0, should be an integer");
    refuse_tensor(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]})", 4,
                  "has 7 axes, at most 6");
    refuse_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})", 4,
                  "data_offsets has 1 entries, should have 2");
    refuse_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,"4"]})", 4, "data_offsets[1] is \"4\"");
  }
  SUBCASE("sizes") {
    refuse_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})", 8,
                  "data_offsets [0, 8] hold 8 bytes, F32 of shape [1] needs 4");
    refuse_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", 4,
                  "data_offsets [0, 8] reach beyond the data of 4 bytes");
    refuse_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})", 4, "end before they begin");
    refuse_tensor(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", 0,
                  "larger than any memory");
    refuse_tensor(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]})", 0,
                  "shape [4294967296, 4294967296] is larger than any memory");
    refuse_tensor(R"({"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]})", 0,
                  "larger than any memory");
    refuse_tensor(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]})", 4,
                  "should be 0 to");
  }
  SUBCASE("places: gaps and overlaps") {
    const auto two = [](const std::string& a, const std::string& b) {
      return test::safetensors(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                                   R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                               std::string(8, '\0'));
    };
    refuse(two("[0,4]", "[2,6]"), "tensor \"b\": begins at byte 2 of the data, inside the tensor before it");
    refuse(two("[0,4]", "[0,4]"), "tensor \"b\": begins at byte 0 of the data, inside the tensor before it");
    refuse(two("[1,5]", "[5,9]"), "reach beyond the data");
    refuse(two("[0,4]", "[3,7]"), "inside the tensor before it, which ends at 4");
    refuse(test::safetensors(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                             "abc"),
           "tensor \"b\": begins at byte 2 of the data, leaving a gap after 1");
    const std::string swapped = two("[4,8]", "[0,4]");  // keys need not follow the data
    CHECK(Safetensors(test::bytes_of(swapped), "w").tensors()[0].name == "b");
  }
  SUBCASE("names cannot steer a terminal") {
    const std::string file = test::safetensors("{\"a\\u001b[2J\":1}", "");
    try {
      Safetensors(test::bytes_of(file), "w");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
    }
  }
}
