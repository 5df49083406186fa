#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/silu.hpp>
#include <qwen3vl/ops/linear.hpp>
#include <qwen3vl/ops/rms_norm.hpp>

#include "../support/close.hpp"

using namespace qwen3vl;

static_assert(Backend<DryRun>);

namespace {
template <int Rank> View<float, Rank, DryRun::Space> shape(const std::int64_t (&sizes)[Rank]) {
  return {reinterpret_cast<float*>(std::uintptr_t{256}), sizes};  // nobody reads or writes there
}
}  // namespace

TEST_CASE("DryRun computes nothing: ops on it touch no memory") {
  DryRun dry;
  auto x = shape({1000000, 1000000});
  rms_norm(dry, x, shape({1000000}), 1e-6f, x);
  activate(dry, SiLU{}, x, x);
  linear(dry, x, shape({5, 1000000}), {}, shape({1000000, 5}));
}

TEST_CASE("DryRun checks every shape, as any backend") {
  DryRun dry;
  auto x = shape({2, 8});
  CHECK_REFUSES(rms_norm(dry, x, shape({4}), 1e-6f, x), "weight is [4], should be [8]");
  CHECK_REFUSES(linear(dry, x, shape({3, 7}), {}, shape({2, 3})), "weight is [3, 7], should be [3, 8]");
}

TEST_CASE("a workspace on DryRun counts terabytes without having one") {
  DryRun dry;
  Workspace<DryRun> workspace(dry, DryRun::unlimited);
  const auto scope = workspace.scope();
  workspace.take<float>({1 << 20, 1 << 20});
  workspace.take<float>({1});
  CHECK(workspace.peak() == (std::size_t{1} << 42) + 256);
}
