/// Concepts are the whole contract of a policy: what fulfils them is one, what does not is refused. All
/// is decided while compiling; the programs beside this file show what the compiler says.
#include <doctest/doctest.h>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/cpu.hpp>
#include <qwen3vl/ops/activation/silu.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>

using namespace qwen3vl;

namespace {

struct OwnRope {  // derives from nothing, is registered nowhere
  int pairs() const { return 8; }
  float angle(Position at, int pair) const { return float(at.t * pair); }
};
struct NoAngle {
  int pairs() const { return 8; }
};
struct AngleInDouble : NoAngle {
  double angle(Position, int) const { return 0; }
};
struct NotToBeCopied : OwnRope {
  NotToBeCopied(const NotToBeCopied&) = delete;
};
static_assert(RoPE<OwnRope> && RoPE<Axial2D>);
static_assert(!RoPE<NoAngle> && !RoPE<AngleInDouble> && !RoPE<NotToBeCopied> && !RoPE<SiLU> && !RoPE<int>);

struct OwnActivation {
  float operator()(float x) const { return x; }
};
struct ReturnsInt {
  int operator()(float x) const { return int(x); }
};
static_assert(Activation<OwnActivation> && Activation<SiLU>);
static_assert(!Activation<ReturnsInt> && !Activation<Axial2D>);

struct OwnMask {
  KeyRange visible(Segment, int) const { return {0, 1}; }
};
struct MaskOfBools {
  bool visible(Segment, int) const { return true; }
};
static_assert(Mask<OwnMask> && Mask<CausalMask>);
static_assert(!Mask<MaskOfBools> && !Mask<SiLU>);

static_assert(Element<float> && Element<bf16> && Element<f16>);
static_assert(!Element<double> && !Element<int> && !Element<const float>);

struct OwnCpu : Cpu {  // another policy for products, the parent's kernels
  using Cpu::Cpu;
};
static_assert(Backend<Cpu> && Backend<DryRun> && Backend<OwnCpu>);
static_assert(!Backend<int> && !Backend<Host>);
static_assert(std::same_as<KernelsOf<OwnCpu>, Cpu>);
static_assert(has_kernel<DryRun> && !has_kernel<Cpu>);

// Views enter kernels by value, add constness and never drop it, and stay in their memory.
static_assert(std::is_trivially_copyable_v<View<float, 3>>);
static_assert(std::is_convertible_v<View<float, 2>, View<const float, 2>>);
static_assert(!std::is_convertible_v<View<const float, 2>, View<float, 2>>);
static_assert(!std::is_convertible_v<View<float, 2, Device>, View<float, 2, Host>>);
static_assert(std::is_invocable_v<View<float, 2>, int, long>);
static_assert(!std::is_invocable_v<View<float, 2>, int> && !std::is_invocable_v<View<float, 2>, int, float>);
static_assert(sizeof(bf16) == 2 && sizeof(f16) == 2 && std::is_trivially_copyable_v<bf16>);

}  // namespace

TEST_CASE("concepts accept what fulfils them and refuse what does not") { CHECK(RoPE<OwnRope>); }
