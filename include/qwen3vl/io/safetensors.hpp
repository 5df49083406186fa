#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/io/mapped_file.hpp>
#include <qwen3vl/io/missing_tensor.hpp>
#include <qwen3vl/io/tensor_info.hpp>

/// The safetensors container:
///
///   bytes 0 … 7       n, unsigned, little-endian
///   bytes 8 … 7 + n   JSON: name → {"dtype": "BF16", "shape": [2048, 1024], "data_offsets": [begin, end]}
///   the rest          the data, row-major, little-endian; offsets count from here
///
/// As the reference reader does, the tensors must fill the data without gap, overlap or rest. The key
/// "__metadata__" is skipped.
namespace qwen3vl {

/// A safetensors file in memory. Everything is checked once, in the constructor; what it hands out
/// afterwards lies inside `file`. Messages name the file and the tensor.
class Safetensors {
 public:
  static constexpr std::uint64_t max_header_bytes = 100'000'000;  // as the reference reader

  Safetensors() = default;
  /// `file` must outlive what is read from it. `where` names it in messages.
  Safetensors(std::span<const std::byte> file, std::string where)
      : where_(std::make_shared<const std::string>(std::move(where))) {
    const std::string_view header = header_of(file);
    const Json json = parse_json(header, *where_ + ": header");
    expect_object(json, *where_ + ": header");
    read_tensors(json, file.subspan(8 + header.size()));
  }

  /// In the order of their bytes.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  const std::string& where() const { return *where_; }

  /// nullptr when there is none.
  const TensorInfo* find(std::string_view name) const {
    const auto it =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [&](std::uint32_t i, std::string_view wanted) { return tensors_[i].name < wanted; });
    return it != by_name_.end() && tensors_[*it].name == name ? &tensors_[*it] : nullptr;
  }
  /// Throws, with the nearest names, when there is none.
  const TensorInfo& at(std::string_view name) const {
    const TensorInfo* tensor = find(name);
    if (!tensor) missing_tensor(*where_, name, tensors_);
    return *tensor;
  }

 private:
  std::string_view header_of(std::span<const std::byte> file) const {
    if (file.size() < 8)
      throw Error(*where_, "has " + std::to_string(file.size()) + " bytes, a safetensors file has at least 8",
                  "an interrupted download?");
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i)
      length = length << 8 | std::to_integer<std::uint64_t>(file[static_cast<std::size_t>(i)]);
    if (length > max_header_bytes)
      throw Error(*where_,
                  "header of " + std::to_string(length) + " bytes, at most " +
                      std::to_string(max_header_bytes) + " are allowed",
                  "is it a safetensors file?");
    if (length > file.size() - 8)
      throw Error(*where_,
                  "header of " + std::to_string(length) + " bytes, but the file ends after " +
                      std::to_string(file.size() - 8),
                  "an interrupted download?");
    const std::string_view header(reinterpret_cast<const char*>(file.data()) + 8,
                                  static_cast<std::size_t>(length));
    if (!header.starts_with('{'))
      throw Error(*where_, "the header does not begin with {", "is it a safetensors file?");
    return header;
  }

  struct Entry {  // a tensor and its place, before the places are known to fit together
    TensorInfo tensor;
    std::uint64_t begin, end;
  };

  void read_tensors(const Json& header, std::span<const std::byte> data) {
    std::vector<Entry> entries;
    entries.reserve(header.size());
    for (const auto& [name, value] : header.items())
      if (name != "__metadata__") entries.push_back(read_entry(name, value, data.size()));
    std::vector<std::uint32_t> order(entries.size());  // the header's keys come sorted by name
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      const Entry &x = entries[a], &y = entries[b];
      return std::tie(x.begin, x.end, a) < std::tie(y.begin, y.end, b);
    });

    std::uint64_t filled = 0;
    tensors_.reserve(order.size());
    by_name_.resize(order.size());
    for (const std::uint32_t i : order) {
      Entry& entry = entries[i];
      if (entry.begin != filled) wrong_place(entry, filled);
      filled = entry.end;
      entry.tensor.bytes = data.subspan(static_cast<std::size_t>(entry.begin),
                                        static_cast<std::size_t>(entry.end - entry.begin));
      by_name_[i] = static_cast<std::uint32_t>(tensors_.size());
      tensors_.push_back(std::move(entry.tensor));
    }
    if (filled != data.size())
      throw Error(*where_, "has " + std::to_string(data.size()) + " bytes of data, its tensors fill " +
                               std::to_string(filled));
  }

  Entry read_entry(const std::string& name, const Json& value, std::uint64_t data_bytes) const {
    Entry entry{};
    TensorInfo& tensor = entry.tensor;
    tensor.name = name;
    tensor.file = where_;
    const std::string where = tensor.where();
    expect_object(value, where);

    const std::string dtype = get_string(value, "dtype", where);
    const StoredDtypeRow* row = find_stored_dtype(dtype);
    if (!row) throw Error(where, "unknown dtype " + in_quotes(dtype, 40));
    tensor.dtype = row->dtype;

    const Json& shape = get_list(value, "shape", where);
    if (shape.size() > static_cast<std::size_t>(Shape::max_rank))
      throw Error(where, "has " + std::to_string(shape.size()) + " axes, at most " +
                             std::to_string(Shape::max_rank) + " are supported");
    // the product without the zeros must fit, too: strides are made of it
    std::uint64_t bytes = row->bytes;
    bool empty = false;
    for (const Json& size : shape) {
      const std::int64_t n = to_int64(size, "shape", where, 0, INT64_MAX);
      tensor.shape.dims[tensor.shape.rank++] = n;
      empty |= n == 0;
      const std::uint64_t factor = n == 0 ? 1 : static_cast<std::uint64_t>(n);
      if (bytes > static_cast<std::uint64_t>(INT64_MAX) / factor)
        throw Error(where, "shape " + to_string(tensor.shape) + " is larger than any memory");
      bytes *= factor;
    }
    if (empty) bytes = 0;

    const Json& offsets = get_list(value, "data_offsets", where);
    if (offsets.size() != 2)
      throw Error(where, "data_offsets has " + std::to_string(offsets.size()) + " entries, should have 2");
    entry.begin = static_cast<std::uint64_t>(to_int64(offsets[0], "data_offsets[0]", where, 0, INT64_MAX));
    entry.end = static_cast<std::uint64_t>(to_int64(offsets[1], "data_offsets[1]", where, 0, INT64_MAX));
    const std::string place = "[" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) + "]";
    if (entry.begin > entry.end) throw Error(where, "data_offsets " + place + " end before they begin");
    if (entry.end > data_bytes)
      throw Error(
          where,
          "data_offsets " + place + " reach beyond the data of " + std::to_string(data_bytes) + " bytes",
          "an interrupted download?");
    if (entry.end - entry.begin != bytes)
      throw Error(where, "data_offsets " + place + " hold " + std::to_string(entry.end - entry.begin) +
                             " bytes, " + row->name + " of shape " + to_string(tensor.shape) + " needs " +
                             std::to_string(bytes));
    return entry;
  }

  [[noreturn]] static void wrong_place(const Entry& entry, std::uint64_t filled) {
    throw Error(
        entry.tensor.where(),
        "begins at byte " + std::to_string(entry.begin) + " of the data, " +
            (entry.begin < filled ? "inside the tensor before it, which ends at " : "leaving a gap after ") +
            std::to_string(filled));
  }

  std::shared_ptr<const std::string> where_ = std::make_shared<const std::string>();
  std::vector<TensorInfo> tensors_;
  std::vector<std::uint32_t> by_name_;  // indices into tensors_, names ascending
};

/// A safetensors file by path, mapped.
class SafetensorsFile : public Safetensors {
 public:
  explicit SafetensorsFile(const std::string& path) : SafetensorsFile(MappedFile(path)) {}
  explicit SafetensorsFile(MappedFile file)
      : Safetensors(file.bytes(), file.path()), file_(std::move(file)) {}
  const MappedFile& file() const { return file_; }

 private:
  MappedFile file_;
};

}  // namespace qwen3vl
