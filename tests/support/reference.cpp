#include "reference.hpp"

#include <cmath>

#include "close.hpp"

namespace qwen3vl::test {

std::string compare(std::span<const double> got, std::span<const double> expected, Tolerance tolerance,
                    std::span<const std::int64_t> shape) {
  std::size_t wrong = 0, worst = 0;
  double excess = -1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i]) && std::isnan(got[i])) continue;
    if (got[i] == expected[i]) continue;
    const double off = std::abs(got[i] - expected[i]);
    const double allowed = tolerance.absolute + tolerance.relative * std::abs(expected[i]);
    if (off <= allowed) continue;
    ++wrong;
    const double by = std::isnan(off) ? HUGE_VAL : off - allowed;
    if (by > excess) excess = by, worst = i;
  }
  if (wrong == 0) return "";
  std::string index;
  std::size_t rest = worst;
  for (std::size_t r = shape.size(); r-- > 0; rest /= static_cast<std::size_t>(shape[r]))
    index = (r ? ", " : "") + std::to_string(rest % static_cast<std::size_t>(shape[r])) + index;
  char text[256];
  std::snprintf(text, sizeof text, "%zu of %zu differ; worst at [%s]: expected %.9g, got %.9g, off by %.3g",
                wrong, expected.size(), index.c_str(), expected[worst], got[worst],
                std::abs(got[worst] - expected[worst]));
  return text;
}

namespace reference {

double gelu_erf(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }
double gelu_tanh(double x) {
  return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x)));
}
double quick_gelu(double x) { return x / (1 + std::exp(-1.702 * x)); }
double silu(double x) { return x / (1 + std::exp(-x)); }
double relu(double x) { return x > 0 ? x : 0; }

Numbers<2> rms_norm(const Numbers<2>& x, const Numbers<1>& weight, double eps, Function round) {
  Numbers<2> out = x;
  for (std::int64_t t = 0; t < x.shape[0]; ++t) {
    double squares = 0;
    for (std::int64_t c = 0; c < x.shape[1]; ++c) squares += x(t, c) * x(t, c);
    const double rms = std::sqrt(squares / static_cast<double>(x.shape[1]) + eps);
    for (std::int64_t c = 0; c < x.shape[1]; ++c) out(t, c) = weight(c) * round(x(t, c) / rms);
  }
  return out;
}

Numbers<2> layer_norm(const Numbers<2>& x, const Numbers<1>& weight, const Numbers<1>& bias, double eps) {
  Numbers<2> out = x;
  const double channels = static_cast<double>(x.shape[1]);
  for (std::int64_t t = 0; t < x.shape[0]; ++t) {
    double mean = 0, variance = 0;
    for (std::int64_t c = 0; c < x.shape[1]; ++c) mean += x(t, c) / channels;
    for (std::int64_t c = 0; c < x.shape[1]; ++c) variance += (x(t, c) - mean) * (x(t, c) - mean) / channels;
    for (std::int64_t c = 0; c < x.shape[1]; ++c)
      out(t, c) = (x(t, c) - mean) / std::sqrt(variance + eps) * weight(c) + bias(c);
  }
  return out;
}

Numbers<2> linear(const Numbers<2>& x, const Numbers<2>& weight, const Numbers<1>& bias) {
  Numbers<2> out({x.shape[0], weight.shape[0]});
  for (std::int64_t t = 0; t < x.shape[0]; ++t)
    for (std::int64_t o = 0; o < weight.shape[0]; ++o) {
      double sum = bias.values.empty() ? 0 : bias(o);
      for (std::int64_t i = 0; i < x.shape[1]; ++i) sum += x(t, i) * weight(o, i);
      out(t, o) = sum;
    }
  return out;
}

Numbers<2> add(const Numbers<2>& a, const Numbers<2>& b) {
  Numbers<2> out = a;
  for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] += b.values[i];
  return out;
}

Numbers<2> gated(const Numbers<2>& gate, const Numbers<2>& up, Function act, Function round) {
  Numbers<2> out = gate;
  for (std::size_t i = 0; i < out.values.size(); ++i)
    out.values[i] = round(act(gate.values[i])) * up.values[i];
  return out;
}

Numbers<3> rotate(const Numbers<3>& x, const Numbers<2>& cosine, const Numbers<2>& sine, Function round) {
  Numbers<3> out = x;
  const std::int64_t half = x.shape[2] / 2;
  for (std::int64_t t = 0; t < x.shape[0]; ++t)
    for (std::int64_t h = 0; h < x.shape[1]; ++h)
      for (std::int64_t i = 0; i < half; ++i) {
        const double u = x(t, h, i), v = x(t, h, i + half);
        out(t, h, i) = round(u * cosine(t, i)) - round(v * sine(t, i));
        out(t, h, i + half) = round(v * cosine(t, i)) + round(u * sine(t, i));
      }
  return out;
}

KeyRange causal(Segment segment, int query) {
  return {segment.padding, segment.keys - segment.queries + query + 1};
}
KeyRange full(Segment segment, int) { return {segment.padding, segment.keys}; }

Numbers<3> attend(const Visible& visible, const std::vector<Segment>& segments, const Numbers<3>& q,
                  const Numbers<3>& keys, const Numbers<3>& values, double scale) {
  Numbers<3> out = q;
  const std::int64_t group = q.shape[1] / keys.shape[1], d = q.shape[2];
  for (const Segment& segment : segments)
    for (int i = 0; i < segment.queries; ++i)
      for (std::int64_t h = 0; h < q.shape[1]; ++h) {
        const std::int64_t t = segment.query_begin + i, g = h / group;
        KeyRange range = visible(segment, i);
        const bool blind = range.begin >= range.end;
        if (blind) range = {0, segment.keys};
        std::vector<double> weight;
        double largest = -HUGE_VAL, total = 0;
        for (int k = range.begin; k < range.end; ++k) {
          double score = 0;
          for (std::int64_t c = 0; c < d; ++c) score += q(t, h, c) * keys(segment.key_begin + k, g, c);
          weight.push_back(blind ? 0 : score * scale);
          largest = std::max(largest, weight.back());
        }
        for (double& w : weight) total += w = std::exp(w - largest);
        for (std::int64_t c = 0; c < d; ++c) {
          double sum = 0;
          for (int k = range.begin; k < range.end; ++k)
            sum += weight[static_cast<std::size_t>(k - range.begin)] * values(segment.key_begin + k, g, c);
          out(t, h, c) = total > 0 ? sum / total : 0;
        }
      }
  return out;
}

std::vector<Position> patch_positions(Grid grid, int merge) {
  std::vector<Position> positions;
  for (int t = 0; t < grid.t; ++t)
    for (int block_row = 0; block_row < grid.h / merge; ++block_row)
      for (int block_column = 0; block_column < grid.w / merge; ++block_column)
        for (int row = 0; row < merge; ++row)
          for (int column = 0; column < merge; ++column)
            positions.push_back({t, block_row * merge + row, block_column * merge + column});
  return positions;
}

Numbers<2> position_embedding(const Numbers<2>& table, Grid grid, int merge) {
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(table.shape[0]))));
  const auto stretched = [side](int i, int n) { return n > 1 ? double(i) * (side - 1) / (n - 1) : 0.0; };
  Numbers<2> out({grid.patches(), table.shape[1]});
  const std::vector<Position> positions = patch_positions(grid, merge);
  for (std::int64_t n = 0; n < out.shape[0]; ++n) {
    const Position at = positions[static_cast<std::size_t>(n)];
    const double row = stretched(at.h, grid.h), column = stretched(at.w, grid.w);
    for (std::int64_t c = 0; c < table.shape[1]; ++c)
      for (int r = 0; r < side; ++r)  // the tent function of bilinear interpolation, over the whole table
        for (int k = 0; k < side; ++k) {
          const double weight =
              std::max(0.0, 1 - std::abs(row - r)) * std::max(0.0, 1 - std::abs(column - k));
          out(n, c) += weight * table(r * side + k, c);
        }
  }
  return out;
}

}  // namespace reference
}  // namespace qwen3vl::test
