#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/output_file.hpp>
#include <qwen3vl/io/stored_dtype.hpp>

namespace qwen3vl {

/// A tensor to be written: what the header says of it.
struct TensorPlan {
  std::string name;
  StoredDtype dtype = StoredDtype::F32;
  Shape shape;

  std::uint64_t bytes() const { return static_cast<std::uint64_t>(shape.size()) * bytes_of(dtype); }
};

/// Writes one safetensors file, in a stream: the list of tensors first, then their bytes in the order
/// of the list, in pieces of any size. Never more than a piece is in memory.
///
///   SafetensorsWriter writer("out.safetensors", {{"logits", StoredDtype::F32, {tokens, vocab}}});
///   writer.append(std::as_bytes(std::span(logits)));
///   writer.finish();                            // before that, no file of this name appears
///
/// The header is padded with spaces so that the data begin at a multiple of 64 bytes. List the tensors
/// with the widest types first, and every one is aligned for its type.
class SafetensorsWriter {
 public:
  SafetensorsWriter(const std::string& path, std::vector<TensorPlan> tensors)
      : tensors_(std::move(tensors)), file_(path) {
    const std::string header = header_text();
    std::byte length[8];
    for (int i = 0; i < 8; ++i) length[i] = static_cast<std::byte>(header.size() >> (8 * i) & 0xff);
    file_.write(length);
    file_.write(header);
  }

  /// The next bytes of the data. A piece may end inside a tensor, or reach over several.
  void append(std::span<const std::byte> bytes) {
    if (bytes.size() > total_ - written_)
      throw Error(file_.path(), std::to_string(bytes.size() - (total_ - written_)) +
                                    " bytes more than the listed tensors have");
    file_.write(bytes);
    written_ += bytes.size();
  }

  /// Gives the file its name. Throws when bytes are missing, naming the tensor.
  void finish() {
    if (written_ != total_) {
      std::uint64_t end = 0;
      for (const TensorPlan& tensor : tensors_)
        if ((end += tensor.bytes()) > written_)
          throw Error(file_.path(), "tensor " + in_quotes(tensor.name) + " lacks " +
                                        std::to_string(std::min(end - written_, tensor.bytes())) + " bytes");
    }
    file_.commit();
  }

 private:
  std::string header_text() {
    OrderedJson::object_t entries;  // appended, not looked up: a lookup walks all keys before it
    std::set<std::string> names;
    entries.emplace_back("__metadata__", OrderedJson{{"format", "pt"}});
    for (const TensorPlan& tensor : tensors_) {
      if (!names.insert(tensor.name).second || tensor.name == "__metadata__")
        throw Error(file_.path(), "two tensors are named " + in_quotes(tensor.name));
      OrderedJson shape = OrderedJson::array();
      for (int r = 0; r < tensor.shape.rank; ++r) shape.push_back(tensor.shape[r]);
      const std::uint64_t begin = total_;
      total_ += tensor.bytes();
      entries.emplace_back(tensor.name, OrderedJson{{"dtype", name_of(tensor.dtype)},
                                                    {"shape", std::move(shape)},
                                                    {"data_offsets", {begin, total_}}});
    }
    std::string text = to_text(OrderedJson(std::move(entries)), file_.path(), -1);
    text.append((64 - (8 + text.size()) % 64) % 64, ' ');
    return text;
  }

  std::vector<TensorPlan> tensors_;
  OutputFile file_;
  std::uint64_t total_ = 0, written_ = 0;
};

}  // namespace qwen3vl
