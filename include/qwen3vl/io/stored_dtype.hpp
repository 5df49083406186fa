#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <qwen3vl/core/dtype.hpp>

/// The types of numbers that a weight file can hold. core/dtype.hpp has those that are computed with.
namespace qwen3vl {

enum class StoredDtype : std::uint8_t {
  F64,
  F32,
  F16,
  BF16,
  F8_E4M3,
  F8_E5M2,
  I64,
  I32,
  I16,
  I8,
  U64,
  U32,
  U16,
  U8,
  BOOL
};

struct StoredDtypeRow {
  StoredDtype dtype;
  const char* name;  // as safetensors headers spell it
  std::size_t bytes;
};
inline constexpr StoredDtypeRow stored_dtypes[] = {
    {StoredDtype::F64, "F64", 8},         {StoredDtype::F32, "F32", 4},
    {StoredDtype::F16, "F16", 2},         {StoredDtype::BF16, "BF16", 2},
    {StoredDtype::F8_E4M3, "F8_E4M3", 1}, {StoredDtype::F8_E5M2, "F8_E5M2", 1},
    {StoredDtype::I64, "I64", 8},         {StoredDtype::I32, "I32", 4},
    {StoredDtype::I16, "I16", 2},         {StoredDtype::I8, "I8", 1},
    {StoredDtype::U64, "U64", 8},         {StoredDtype::U32, "U32", 4},
    {StoredDtype::U16, "U16", 2},         {StoredDtype::U8, "U8", 1},
    {StoredDtype::BOOL, "BOOL", 1}};

constexpr const char* name_of(StoredDtype dtype) { return stored_dtypes[static_cast<int>(dtype)].name; }
constexpr std::size_t bytes_of(StoredDtype dtype) { return stored_dtypes[static_cast<int>(dtype)].bytes; }

/// The row of a name, or nullptr.
constexpr const StoredDtypeRow* find_stored_dtype(std::string_view name) {
  for (const StoredDtypeRow& row : stored_dtypes)
    if (row.name == name) return &row;
  return nullptr;
}

/// The stored type that is T in memory: stored_dtype<bf16> is BF16.
template <class T> constexpr StoredDtype stored_dtype_of() {
  if constexpr (std::is_same_v<T, double>)
    return StoredDtype::F64;
  else if constexpr (std::is_same_v<T, float>)
    return StoredDtype::F32;
  else if constexpr (std::is_same_v<T, f16>)
    return StoredDtype::F16;
  else if constexpr (std::is_same_v<T, bf16>)
    return StoredDtype::BF16;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return StoredDtype::I64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return StoredDtype::I32;
  else if constexpr (std::is_same_v<T, std::int16_t>)
    return StoredDtype::I16;
  else if constexpr (std::is_same_v<T, std::int8_t>)
    return StoredDtype::I8;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return StoredDtype::U64;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return StoredDtype::U32;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return StoredDtype::U16;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "no stored type is this type in memory");
    return StoredDtype::U8;
  }
}
template <class T> inline constexpr StoredDtype stored_dtype = stored_dtype_of<T>();

/// May bytes of `stored` be read as T? std::uint8_t reads the bytes of every one-byte type: BOOL, and
/// the codes of the 8-bit floats.
template <class T> constexpr bool reads_as(StoredDtype stored) {
  return stored == stored_dtype<T> ||
         (std::is_same_v<T, std::uint8_t> && bytes_of(stored) == 1 && stored != StoredDtype::I8);
}

}  // namespace qwen3vl
