#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/io/safetensors_writer.hpp>

namespace qwen3vl {

/// Cuts a list of tensors into runs of at most `max_bytes`; a larger tensor has a run of its own.
inline std::vector<std::vector<TensorPlan>> plan_shards(std::vector<TensorPlan> tensors,
                                                        std::uint64_t max_bytes) {
  std::vector<std::vector<TensorPlan>> shards(1);
  std::uint64_t bytes = 0;
  for (TensorPlan& tensor : tensors) {
    if (!shards.back().empty() && bytes + tensor.bytes() > max_bytes) {
      shards.emplace_back();
      bytes = 0;
    }
    bytes += tensor.bytes();
    shards.back().push_back(std::move(tensor));
  }
  return shards;
}

/// "model-00002-of-00004.safetensors" for the second of four, "model.safetensors" for the only one.
inline std::string shard_name(std::size_t index, std::size_t count) {
  if (count == 1) return "model.safetensors";
  char name[80];
  std::snprintf(name, sizeof(name), "model-%05zu-of-%05zu.safetensors", index + 1, count);
  return name;
}

/// Writes the weights of a checkpoint folder as released ones are cut: model.safetensors when
/// everything fits into one file of `max_shard_bytes`, else numbered shards and
/// model.safetensors.index.json. Bytes come in the order of the list, as for SafetensorsWriter; each
/// shard appears when it is complete and the index last, so a folder with an index is whole.
class CheckpointWriter {
 public:
  static constexpr std::uint64_t released_shard_bytes = 5'000'000'000;

  CheckpointWriter(std::string directory, std::vector<TensorPlan> tensors,
                   std::uint64_t max_shard_bytes = released_shard_bytes)
      : directory_(std::move(directory)), shards_(plan_shards(std::move(tensors), max_shard_bytes)) {
    if (!is_directory(directory_)) throw Error(directory_, "is not a directory");
    const std::string other = path_of(shards_.size() == 1 ? index_name : "model.safetensors");
    if (is_regular_file(other))
      throw Error(other, "is there already and would hide or belie the new files",
                  "write into an empty folder");
    open_next();
  }

  std::size_t shards() const { return shards_.size(); }

  /// The next bytes; a piece may reach over tensors and over shards.
  void append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (left_ == 0) next_shard();
      const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_));
      writer_->append(bytes.first(count));
      bytes = bytes.subspan(count);
      left_ -= count;
    }
  }

  /// Completes the last shard and writes the index.
  void finish() {
    while (left_ == 0 && current_ + 1 < shards_.size()) next_shard();  // shards of empty tensors
    writer_->finish();
    if (shards_.size() == 1) return;
    Json map = Json::object();
    std::uint64_t total = 0;
    for (std::size_t s = 0; s < shards_.size(); ++s)
      for (const TensorPlan& tensor : shards_[s]) {
        if (map.contains(tensor.name))
          throw Error(directory_, "two tensors are named " + in_quotes(tensor.name));
        map[tensor.name] = shard_name(s, shards_.size());
        total += tensor.bytes();
      }
    const Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", std::move(map)}};
    write_file(path_of(index_name), to_text(index, path_of(index_name)) + "\n");
  }

 private:
  static constexpr const char* index_name = "model.safetensors.index.json";

  std::string path_of(const std::string& name) const { return directory_ + "/" + name; }
  void open_next() {
    left_ = 0;
    for (const TensorPlan& tensor : shards_[current_]) left_ += tensor.bytes();
    writer_.emplace(path_of(shard_name(current_, shards_.size())), shards_[current_]);
  }
  void next_shard() {
    if (current_ + 1 == shards_.size()) throw Error(directory_, "more bytes than the listed tensors have");
    writer_->finish();
    ++current_;
    open_next();
  }

  std::string directory_;
  std::vector<std::vector<TensorPlan>> shards_;
  std::size_t current_ = 0;
  std::uint64_t left_ = 0;  // bytes of the current shard still to come
  std::optional<SafetensorsWriter> writer_;
};

}  // namespace qwen3vl
