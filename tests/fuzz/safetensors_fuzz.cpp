#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/tensor_convert.hpp>

using namespace qwen3vl;

namespace {

/// Refused, or every tensor can be found, viewed and converted.
void read(std::span<const std::byte> bytes) {
  try {
    const Safetensors file(bytes, "input");
    for (const TensorInfo& tensor : file.tensors()) {
      if (file.find(tensor.name) != &tensor) __builtin_trap();
      if (tensor.bytes.size() != static_cast<std::size_t>(tensor.shape.size()) * bytes_of(tensor.dtype))
        __builtin_trap();
      std::vector<float> numbers(static_cast<std::size_t>(tensor.shape.size()));
      try {
        convert_tensor<float>(tensor, numbers);
        (void)tensor.view<float, 2>();
      } catch (const Error&) {
      }
    }
    (void)file.at("model.norm.weight");
  } catch (const Error&) {
  }
}

/// Makes the header end at the last brace, or few mutations would get beyond the length.
void repair(std::span<std::byte> bytes) {
  std::size_t end = bytes.size();
  while (end > 8 && bytes[end - 1] != std::byte{'}'}) --end;
  if (end <= 8) return;
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>((end - 8) >> (8 * i) & 0xff);
}

}  // namespace

/// Any bytes as a safetensors file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::unique_ptr<std::byte[]> memory(new std::byte[size]);  // exactly `size`: one byte on is seen
  if (size) std::memcpy(memory.get(), data, size);
  const std::span<std::byte> bytes(memory.get(), size);
  read(bytes);
  repair(bytes);
  read(bytes);
  return 0;
}
