#include "qwen_vl_checks.hpp"

#include "cpu_golden_case.hpp"

#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("Qwen-VL: tower and resampler equal the double-precision reference") {
  CpuBench<float> bench;
  QwenVLCase(bench).check_tower();
}

TEST_CASE("Qwen-VL: the decoder within the length of training and beyond, and with an image") {
  CpuBench<float> bench;
  QwenVLCase(bench).check_decoder();
}

TEST_CASE("Qwen-VL: pictures that are seen in one pass do not see each other") {
  CpuBench<float> bench;
  QwenVLCase(bench).check_pictures_apart();
}

TEST_CASE("Qwen-VL behind AnyModel is the same model") {
  CpuBench<float> bench;
  using Case = QwenVLCase<CpuBench<float>, AnyModel<Cpu, float>>;
  Case(bench).check_tower();
  Case(bench).check_decoder();
}

TEST_CASE("Qwen-VL: a weight of c_attn is cut without a copy, every weight has its place") {
  const Checkpoint checkpoint(QwenVLCase<CpuBench<float>>::folder() + "/checkpoint");
  const auto& q = checkpoint.at("model.language_model.layers.1.self_attn.q_proj.weight");
  const auto& v = checkpoint.at("model.language_model.layers.1.self_attn.v_proj.weight");
  CHECK(q.shape == Shape{32, 32});
  CHECK(v.bytes.data() == q.bytes.data() + 2 * q.bytes.size());
  for (const TensorInfo& tensor : checkpoint.tensors())
    CHECK((tensor.name.starts_with("model.") || tensor.name == "lm_head.weight"));
}
