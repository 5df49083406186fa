#include <qwen3vl/io/tensor_convert.hpp>

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

template <class T> TensorInfo tensor_of(const std::vector<T>& numbers) {
  return {"x", stored_dtype<T>, Shape{numbers.size()}, test::bytes_of(numbers), nullptr};
}

TEST_CASE("every float type becomes every other, rounded to nearest even") {
  const std::vector<float> numbers{
      0.0f,      -0.0f, 1.0f,  1.00390625f, 1.01171875f,
      -3.14159f, 65504, 1e-7f, 1e38f,       std::numeric_limits<float>::infinity()};
  std::vector<bf16> as_bf16(numbers.size());
  convert_tensor<bf16>(tensor_of(numbers), as_bf16);
  std::vector<f16> as_f16(numbers.size());
  convert_tensor<f16>(tensor_of(numbers), as_f16);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CHECK(as_bf16[i].bits == bf16(numbers[i]).bits);
    CHECK(as_f16[i].bits == f16(numbers[i]).bits);
  }
  CHECK(float(as_bf16[3]) == 1.0f);  // halfway: to even
  CHECK(float(as_bf16[4]) == 1.015625f);
  CHECK(std::isinf(float(as_f16[8])));

  std::vector<float> back(numbers.size());
  convert_tensor<float>(tensor_of(as_bf16), back);
  CHECK(back[7] == float(as_bf16[7]));
  std::vector<f16> across(numbers.size());
  convert_tensor<f16>(tensor_of(as_bf16), across);
  CHECK(across[5].bits == f16(float(as_bf16[5])).bits);
}

TEST_CASE("the same type is copied bit for bit") {
  std::vector<bf16> odd{bf16::from_bits(0x7f81), bf16::from_bits(0x8000),
                        bf16::from_bits(0xffff)};  // NaNs too
  std::vector<bf16> copy(3);
  convert_tensor<bf16>(tensor_of(odd), copy);
  for (int i = 0; i < 3; ++i) CHECK(copy[i].bits == odd[i].bits);
}

TEST_CASE("more than a block, askew, and in threads") {
  std::vector<float> numbers(200'003);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i) * 0.37f - 1000;
  std::string askew(1 + numbers.size() * 4, '\0');
  std::memcpy(askew.data() + 1, numbers.data(), numbers.size() * 4);
  const TensorInfo tensor{"x", StoredDtype::F32, Shape{numbers.size()}, test::bytes_of(askew).subspan(1),
                          nullptr};

  std::vector<bf16> alone(numbers.size()), shared(numbers.size());
  convert_tensor<bf16>(tensor, alone);
  Threads threads(3);
  convert_tensor<bf16>(tensor, shared, &threads);
  bool equal = true;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    equal &= alone[i].bits == bf16(numbers[i]).bits && shared[i].bits == alone[i].bits;
  CHECK(equal);
}

TEST_CASE("what does not convert is refused") {
  std::vector<float> out(2);
  CHECK_THROWS_WITH_AS(convert_tensor<float>(tensor_of(std::vector<std::int64_t>{1, 2}), out),
                       Contains("tensor \"x\": is I64, should be F32, BF16 or F16"), Error);
  CHECK_THROWS_WITH_AS(convert_tensor<float>(tensor_of(std::vector<float>{1, 2, 3}), out),
                       Contains("has 3 elements, the buffer 2"), Error);
  CHECK_NOTHROW(convert_tensor<float>(tensor_of(std::vector<bf16>{}), std::span<float>()));
}
