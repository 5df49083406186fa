#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/cuda/check.cuh>

namespace qwen3vl {

/// cuBLASLt's name of an element type.
template <class T>
inline constexpr cudaDataType_t cublas_type = std::is_same_v<T, float>  ? CUDA_R_32F
                                              : std::is_same_v<T, bf16> ? CUDA_R_16BF
                                                                        : CUDA_R_16F;

/// A matrix product as cuBLASLt must know it: sizes, distances of rows in elements, and how far the
/// addresses are aligned.
///
///   out[t, o] = Σ_i x[t, i] · weight[o, i] + bias[o]        or  + what out[t, o] was before
struct Product {
  cudaDataType_t type;
  std::int64_t tokens, inputs, outputs;
  std::int64_t x_stride, weight_stride, out_stride;
  std::uint32_t x_alignment, weight_alignment, out_alignment;  // bytes, powers of two
  bool biased, adds;
  auto operator<=>(const Product&) const = default;
};

/// The door to cuBLASLt. For every shape of product it is asked once how to compute it; the answer is kept.
/// Sums are true float, never tf32, and a sum that is cut in parts is added up in float as well.
class CublasLt {
 public:
  static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // as much as Hopper's kernels like

  CublasLt() { expect_cublas(cublasLtCreate(&handle_), "Cuda"); }
  CublasLt(const CublasLt&) = delete;
  CublasLt& operator=(const CublasLt&) = delete;
  ~CublasLt() {
    plans_.clear();
    (void)cublasLtDestroy(handle_);
  }

  /// False: it knows no way for this shape, and nothing was done.
  bool multiply(const Product& product, const void* x, const void* weight, const void* bias, void* out,
                void* workspace, cudaStream_t stream) {
    if (plans_.size() > most_plans) plans_.clear();
    auto known = plans_.find(product);
    if (known == plans_.end()) {
      Plan fresh;  // kept when it is whole
      describe(product, fresh);
      set_bias(product, fresh, bias);
      fresh.known = choose(product, fresh);
      known = plans_.emplace(product, std::move(fresh)).first;
    }
    Plan& plan = known->second;
    if (!plan.known) return false;
    set_bias(product, plan, bias);
    const float one = 1, kept = product.adds ? 1 : 0;
    const cublasStatus_t status = cublasLtMatmul(
        handle_, plan.operation.get(), &one, weight, plan.weight.get(), x, plan.x.get(), &kept, out,
        plan.out.get(), out, plan.out.get(), &plan.algorithm, workspace, workspace_bytes, stream);
    if (unknown(status)) return plan.known = false;
    expect_cublas(status, "linear");
    return true;
  }

 private:
  static constexpr std::size_t most_plans = 4096;  // then all are forgotten and asked for again

  template <class Opaque, cublasStatus_t (*destroy)(Opaque*)> struct Destroy {
    void operator()(Opaque* opaque) const { (void)destroy(opaque); }
  };
  template <class Opaque, cublasStatus_t (*destroy)(Opaque*)>
  using Owned = std::unique_ptr<Opaque, Destroy<Opaque, destroy>>;
  using Operation = Owned<cublasLtMatmulDescOpaque_t, cublasLtMatmulDescDestroy>;
  using Layout = Owned<cublasLtMatrixLayoutOpaque_t, cublasLtMatrixLayoutDestroy>;
  using Preference = Owned<cublasLtMatmulPreferenceOpaque_t, cublasLtMatmulPreferenceDestroy>;

  struct Plan {
    Operation operation;
    Layout x, weight, out;
    cublasLtMatmulAlgo_t algorithm{};
    bool known = false;
  };

  static void set_bias(const Product& product, Plan& plan, const void* bias) {
    if (product.biased)
      expect_cublas(cublasLtMatmulDescSetAttribute(plan.operation.get(), CUBLASLT_MATMUL_DESC_BIAS_POINTER,
                                                   &bias, sizeof bias),
                    "linear");
  }

  static bool unknown(cublasStatus_t status) {
    return status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE;
  }

  /// cuBLASLt thinks in columns. Our rows are its columns, so it computes outᵀ = weight · xᵀ, where what it
  /// sees of the weight, [inputs, outputs] by columns, is transposed back.
  static void describe(const Product& p, Plan& plan) {
    cublasLtMatmulDesc_t operation = nullptr;
    expect_cublas(cublasLtMatmulDescCreate(&operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "linear");
    plan.operation.reset(operation);
    const cublasOperation_t transposed = CUBLAS_OP_T;
    expect_cublas(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed,
                                                 sizeof transposed),
                  "linear");
    if (p.biased) {
      const cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_BIAS;
      expect_cublas(cublasLtMatmulDescSetAttribute(operation, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue,
                                                   sizeof epilogue),
                    "linear");
    }
    plan.weight = layout(p.type, p.inputs, p.outputs, p.weight_stride);
    plan.x = layout(p.type, p.inputs, p.tokens, p.x_stride);
    plan.out = layout(p.type, p.outputs, p.tokens, p.out_stride);
  }

  static Layout layout(cudaDataType_t type, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
    cublasLtMatrixLayout_t made = nullptr;
    expect_cublas(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(rows),
                                             static_cast<std::uint64_t>(columns), stride),
                  "linear");
    return Layout(made);
  }

  bool choose(const Product& p, Plan& plan) {
    cublasLtMatmulPreference_t made = nullptr;
    expect_cublas(cublasLtMatmulPreferenceCreate(&made), "linear");
    const Preference preference(made);
    const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      expect_cublas(cublasLtMatmulPreferenceSetAttribute(made, attribute, &value, sizeof value), "linear");
    };
    set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{workspace_bytes});
    set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, std::uint32_t{CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE});
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, p.weight_alignment);
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, p.x_alignment);
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, p.out_alignment);
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, p.out_alignment);
    cublasLtMatmulHeuristicResult_t best{};
    int found = 0;
    const cublasStatus_t status =
        cublasLtMatmulAlgoGetHeuristic(handle_, plan.operation.get(), plan.weight.get(), plan.x.get(),
                                       plan.out.get(), plan.out.get(), made, 1, &best, &found);
    if (unknown(status)) return false;
    expect_cublas(status, "linear");
    plan.algorithm = best.algo;
    return found > 0 && best.state == CUBLAS_STATUS_SUCCESS;
  }

  cublasLtHandle_t handle_ = nullptr;
  std::map<Product, Plan> plans_;
};

}  // namespace qwen3vl
