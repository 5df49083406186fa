#include <chrono>
#include <memory>

#include <doctest/doctest.h>

#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/model/config.hpp>

#include "mutations.hpp"
#include "support.hpp"

using namespace qwen3vl;

/// Three hundred damaged files of each kind. Each is read, whole and consistent, or refused with Error;
/// any other exception ends the test, and under the sanitizers so does any step outside the file.

namespace {

constexpr int mutants = 300;

struct Tally {
  int read = 0, refused = 0;
};

template <class Read> Tally try_all(const std::string& good, Read&& read) {
  Tally tally;
  const auto start = std::chrono::steady_clock::now();
  for (int seed = 0; seed < mutants; ++seed) {
    CAPTURE(seed);
    const std::string bad = test::Mutator(seed)(good);
    try {
      read(bad);
      ++tally.read;
    } catch (const Error& error) {
      ++tally.refused;
      CHECK(std::string_view(error.what()).size() > 10);
      CHECK(std::string_view(error.what()).size() < 2000);
    }
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
  return tally;
}

/// Every tensor lies in the file, has the bytes its shape needs, and can be read.
void touch(const std::vector<TensorInfo>& tensors) {
  for (const TensorInfo& tensor : tensors) {
    REQUIRE(tensor.bytes.size() == static_cast<std::size_t>(tensor.shape.size()) * bytes_of(tensor.dtype));
    unsigned sum = 0;
    for (const std::byte b : tensor.bytes) sum += std::to_integer<unsigned>(b);
    CHECK(sum <= 255 * tensor.bytes.size());
  }
}

}  // namespace

TEST_CASE("damaged safetensors files are read or refused") {
  const std::string good = test::content_of(QWEN3VL_GOLDEN "/io/reference.safetensors");
  const Tally tally = try_all(good, [](const std::string& file) {
    // a buffer of exactly this size: one byte beyond is seen by the sanitizer
    const std::unique_ptr<std::byte[]> memory(new std::byte[file.size()]);
    std::memcpy(memory.get(), file.data(), file.size());
    const Safetensors tensors(std::span(memory.get(), file.size()), "mutant");
    touch(tensors.tensors());
    for (const TensorInfo& tensor : tensors.tensors()) REQUIRE(tensors.find(tensor.name) == &tensor);
  });
  CHECK(tally.read > 0);  // a flipped bit in the data is nobody's error
  CHECK(tally.refused > mutants / 2);
}

TEST_CASE("damaged headers alone are read or refused") {
  const std::string file = test::content_of(QWEN3VL_GOLDEN "/io/reference.safetensors");
  const std::size_t length = static_cast<unsigned char>(file[0]) + 256u * static_cast<unsigned char>(file[1]);
  const std::string data = file.substr(8 + length);
  try_all(file.substr(8, length), [&](const std::string& header) {
    const std::string mutant = test::safetensors(header, data);
    touch(Safetensors(test::bytes_of(mutant), "mutant").tensors());
  });
}

TEST_CASE("damaged indexes are read or refused") {
  const test::TemporaryFolder folder;
  folder.write("model-00001-of-00002.safetensors",
               test::safetensors_of(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})", 4));
  folder.write("model-00002-of-00002.safetensors",
               test::safetensors(R"({"y":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "ab"));
  const std::string good =
      R"({"metadata": {"total_size": 6}, "weight_map": {"x": "model-00001-of-00002.safetensors",)"
      R"( "y": "model-00002-of-00002.safetensors"}})";
  const Tally tally = try_all(good, [&](const std::string& index) {
    folder.write("model.safetensors.index.json", index);
    const Checkpoint checkpoint(folder.path());
    CHECK(checkpoint.tensors().size() <= 2);
    touch(checkpoint.tensors());
  });
  CHECK(tally.refused > mutants / 2);
}

TEST_CASE("damaged config.json files are read or refused") {
  const std::string good = R"({"model_type": "qwen3_vl", "tie_word_embeddings": true, "image_token_id": 500,
    "video_token_id": 501, "vision_start_token_id": 502, "vision_end_token_id": 503, "dtype": "float32",
    "text_config": {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4,
      "num_key_value_heads": 2, "head_dim": 32, "vocab_size": 512, "rms_norm_eps": 1e-06, "hidden_act": "silu",
      "rope_parameters": {"mrope_interleaved": true, "mrope_section": [6, 5, 5], "rope_theta": 5000000.0,
        "rope_type": "default"}},
    "vision_config": {"deepstack_visual_indexes": [0, 1, 2], "depth": 4, "hidden_size": 48, "in_channels": 3,
      "intermediate_size": 80, "num_heads": 4, "num_position_embeddings": 64, "out_hidden_size": 64,
      "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2, "hidden_act": "gelu_pytorch_tanh"}})";
  const auto read = [](const std::string& text) {
    const Qwen3VLConfig config = read_qwen3_vl_config(parse_json(text, "config.json"), "config.json");
    CHECK(config.text_config.hidden_size > 0);
    CHECK(config.vision_config.num_heads > 0);
  };
  CHECK_NOTHROW(read(good));
  const Tally tally = try_all(good, read);
  CHECK(tally.refused > mutants / 2);
}
