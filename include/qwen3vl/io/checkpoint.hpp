#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/io/progress.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/tensor_names.hpp>

namespace qwen3vl {

/// The weights of a Hugging Face checkpoint folder: model.safetensors, or numbered shards and
/// model.safetensors.index.json. All files are mapped, nothing is copied; tensors go by their
/// canonical names (io/tensor_names.hpp), whichever the files use.
///
///   Checkpoint checkpoint("Qwen3-VL-2B-Instruct");
///   checkpoint.take("model.language_model.norm.weight").view<bf16, 1>();
///   checkpoint.untaken();                           // weights that no layer asked for
///
/// Where both model.safetensors and an index are there, the single file is read, as the reference
/// does. A tensor of a shard that the index does not list for it is not part of the checkpoint.
class Checkpoint {
 public:
  explicit Checkpoint(std::string directory) : directory_(std::move(directory)) {
    if (!is_directory(directory_))
      throw Error(directory_,
                  is_regular_file(directory_) ? "is a file, should be a checkpoint folder" : "no such folder",
                  "the folder that holds config.json and model.safetensors");
    const std::string single = path_of("model.safetensors"), index = path_of(index_name);
    if (is_regular_file(single)) {
      add_file(SafetensorsFile(single));
      for (const TensorInfo& tensor : files_.back().tensors()) add(tensor);
    } else if (is_regular_file(index)) {
      read_shards(read_json_file(index), index);
    } else {
      no_weights();
    }
    sort_names();
  }

  const std::string& directory() const { return directory_; }
  /// File by file, in the order of their bytes.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  /// Bytes of all tensors.
  std::uint64_t bytes() const {
    std::uint64_t total = 0;
    for (const TensorInfo& tensor : tensors_) total += tensor.bytes.size();
    return total;
  }

  /// nullptr when there is none.
  const TensorInfo* find(std::string_view canonical_name) const {
    const std::size_t i = index_of(canonical_name);
    return i < tensors_.size() ? &tensors_[i] : nullptr;
  }
  bool contains(std::string_view canonical_name) const { return find(canonical_name) != nullptr; }
  /// Throws, with the nearest names, when there is none.
  const TensorInfo& at(std::string_view canonical_name) const {
    const TensorInfo* tensor = find(canonical_name);
    if (!tensor) missing_tensor(directory_, canonical_name, tensors_);
    return *tensor;
  }

  /// at(), and remembers that somebody wanted it.
  const TensorInfo& take(std::string_view canonical_name) {
    const TensorInfo& tensor = at(canonical_name);
    taken_[static_cast<std::size_t>(&tensor - tensors_.data())] = true;
    return tensor;
  }
  /// Names nobody has taken, in the order of tensors(). A loader refuses them or warns. Rotary tables
  /// ("….inv_freq"), which some old files store though they follow from config.json, do not count.
  std::vector<std::string> untaken() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tensors_.size(); ++i)
      if (!taken_[i] && !tensors_[i].name.ends_with("rotary_emb.inv_freq")) names.push_back(tensors_[i].name);
    return names;
  }

  /// Brings every page into memory, so that the first forward pass does not wait for the disk. From a
  /// warm file cache this only fills the page table. With `threads`, pages are touched in parallel.
  void prefetch(const Progress& progress = {}, Threads* threads = nullptr) const {
    constexpr std::size_t chunk = std::size_t{32} << 20, piece = std::size_t{1} << 20;
    std::uint64_t total = 0, done = 0;
    for (const SafetensorsFile& file : files_) total += file.file().bytes().size();
    for (const SafetensorsFile& shard : files_) {
      const MappedFile& file = shard.file();
      const std::string what = "loading " + file.path().substr(file.path().rfind('/') + 1);
      const std::size_t size = file.bytes().size();
      for (std::size_t begin = 0; begin < size; begin += chunk) {
        file.will_need(begin, 2 * chunk);  // the disk works on the next chunk while this one is touched
        const std::size_t count = std::min(chunk, size - begin);
        if (threads)
          threads->for_each(static_cast<std::int64_t>((count + piece - 1) / piece), [&](std::int64_t i) {
            const std::size_t offset = static_cast<std::size_t>(i) * piece;
            file.populate(begin + offset, std::min(piece, count - offset));
          });
        else
          file.populate(begin, count);
        done += count;
        if (progress) progress(done, total, what);
      }
    }
  }

 private:
  static constexpr const char* index_name = "model.safetensors.index.json";

  std::string path_of(const std::string& name) const { return directory_ + "/" + name; }

  void add_file(SafetensorsFile file) { files_.push_back(std::move(file)); }

  void add(const TensorInfo& stored) {
    tensors_.push_back(stored);
    tensors_.back().name = canonical_tensor_name(stored.name);
    if (tensors_.back().name.find(".self_attn.c_attn.") != std::string::npos) cut_in_three();
  }

  /// The last tensor is q, k and v on top of each other: three tensors, no byte copied.
  void cut_in_three() {
    const TensorInfo whole = tensors_.back();
    if (whole.shape.rank < 1 || whole.shape[0] % 3 != 0)
      throw Error(whole.where(), "is " + to_string(whole.shape) + ", which cannot be cut into q, k and v");
    tensors_.pop_back();
    const std::size_t at = whole.name.find("c_attn"), bytes = whole.bytes.size() / 3;
    for (std::size_t part = 0; part < 3; ++part) {
      TensorInfo tensor = whole;
      tensor.name.replace(at, 6, part == 0 ? "q_proj" : part == 1 ? "k_proj" : "v_proj");
      tensor.shape.dims[0] /= 3;
      tensor.bytes = whole.bytes.subspan(part * bytes, bytes);
      tensors_.push_back(std::move(tensor));
    }
  }

  void read_shards(const Json& index, const std::string& where) {
    const Json& map = get_object(index, "weight_map", where);
    std::map<std::string, std::vector<std::string>> shards;  // file → its tensors, both ascending
    for (const auto& [name, file] : map.items()) shards[shard_file_name(file, name, where)].push_back(name);
    for (const auto& [file, names] : shards) {
      if (!is_regular_file(path_of(file)))
        throw Error(where, "shard " + in_quotes(file) + " is missing", "an interrupted download?");
      add_file(SafetensorsFile(path_of(file)));
      const SafetensorsFile& shard = files_.back();
      std::size_t found = 0;
      for (const TensorInfo& tensor : shard.tensors())
        if (std::binary_search(names.begin(), names.end(), tensor.name)) {
          add(tensor);
          ++found;
        }
      if (found != names.size())
        for (const std::string& name : names)
          if (!shard.find(name))
            throw Error(where,
                        "says that tensor " + in_quotes(name) + " is in " + in_quotes(file) +
                            ", but that shard has no such tensor",
                        "files of two checkpoints mixed?");
    }
  }

  /// A shard is a plain file name: nothing that leads out of the folder.
  static std::string shard_file_name(const Json& value, const std::string& tensor, const std::string& where) {
    if (!value.is_string())
      throw Error(where, "weight_map of tensor " + in_quotes(tensor) + " is " + describe_json(value) +
                             ", should be a file name");
    const std::string& file = value.get_ref<const std::string&>();
    if (file.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos ||
        !file.ends_with(".safetensors"))
      throw Error(where, "shard " + in_quotes(file) + " of tensor " + in_quotes(tensor) +
                             " should be the name of a .safetensors file in the same folder");
    return file;
  }

  [[noreturn]] void no_weights() const {
    const bool torch = is_regular_file(path_of("pytorch_model.bin")) ||
                       is_regular_file(path_of("pytorch_model.bin.index.json"));
    throw Error(directory_, "has neither model.safetensors nor " + std::string(index_name),
                torch ? "it has pytorch_model.bin: save the model again with safe_serialization=True"
                      : "is this the folder of a downloaded checkpoint?");
  }

  void sort_names() {
    taken_.assign(tensors_.size(), false);
    by_name_.resize(tensors_.size());
    for (std::uint32_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
    std::sort(by_name_.begin(), by_name_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return tensors_[a].name < tensors_[b].name; });
    for (std::size_t i = 1; i < by_name_.size(); ++i)
      if (tensors_[by_name_[i - 1]].name == tensors_[by_name_[i]].name)
        throw Error(directory_, "two tensors mean " + in_quotes(tensors_[by_name_[i]].name) +
                                    ": one with the old prefix, one with the new");
  }

  std::size_t index_of(std::string_view name) const {
    const auto it =
        std::lower_bound(by_name_.begin(), by_name_.end(), name,
                         [&](std::uint32_t i, std::string_view wanted) { return tensors_[i].name < wanted; });
    return it != by_name_.end() && tensors_[*it].name == name ? *it : tensors_.size();
  }

  std::string directory_;
  std::vector<SafetensorsFile> files_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::uint32_t> by_name_;  // indices into tensors_, names ascending
  std::vector<bool> taken_;
};

}  // namespace qwen3vl
