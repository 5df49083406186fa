#pragma once

#include <functional>
#include <vector>

#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

#include "numbers.hpp"

/// The second opinion: every op once more from its formula, in double and in plain loops, as slow as it
/// likes. Where an op's contract rounds between its steps, `round` says to what (round_to<T>).
namespace qwen3vl::test::reference {

using Function = double (*)(double);

double gelu_erf(double x);
double gelu_tanh(double x);
double quick_gelu(double x);
double silu(double x);
double relu(double x);

Numbers<2> rms_norm(const Numbers<2>& x, const Numbers<1>& weight, double eps, Function round);
Numbers<2> layer_norm(const Numbers<2>& x, const Numbers<1>& weight, const Numbers<1>& bias, double eps);
/// bias may have no elements.
Numbers<2> linear(const Numbers<2>& x, const Numbers<2>& weight, const Numbers<1>& bias = {});
Numbers<2> add(const Numbers<2>& a, const Numbers<2>& b);
Numbers<2> gated(const Numbers<2>& gate, const Numbers<2>& up, Function act, Function round);

/// `round` is applied to each product.
Numbers<3> rotate(const Numbers<3>& x, const Numbers<2>& cosine, const Numbers<2>& sine, Function round);

/// visible(segment, query) is the mask.
using Visible = std::function<KeyRange(Segment, int)>;
KeyRange causal(Segment segment, int query);
KeyRange full(Segment segment, int query);
Numbers<3> attend(const Visible& visible, const std::vector<Segment>& segments, const Numbers<3>& q,
                  const Numbers<3>& keys, const Numbers<3>& values, double scale);

/// The patches of a grid in merge-block order, by five nested loops.
std::vector<Position> patch_positions(Grid grid, int merge);
/// What add_position_embedding adds: [grid.patches(), channels].
Numbers<2> position_embedding(const Numbers<2>& table, Grid grid, int merge);

}  // namespace qwen3vl::test::reference
