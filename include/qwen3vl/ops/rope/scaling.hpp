#pragma once

namespace qwen3vl {

/// How config.json stretches a RoPE beyond the length it was trained for: rope_scaling, or
/// rope_parameters. Names are the file's; a policy takes of them what it needs.
///
///   none       the ladder as it is                  linear    linear_scaling.hpp
///   yarn       yarn.hpp                             dynamic   dynamic_ntk.hpp
struct RopeScaling {
  enum class Type { none, linear, dynamic, yarn };
  Type type = Type::none;
  double factor = 1;
  double original_max_position_embeddings = 262144;
  double beta_fast = 32, beta_slow = 1;  // yarn: turns within the original length, from where and to where
  bool truncate = true;                  // yarn: the ramp begins and ends at whole pairs
  double attention_factor = 1;           // yarn: what cosine and sine are multiplied by

  friend bool operator==(const RopeScaling&, const RopeScaling&) = default;
};

}  // namespace qwen3vl
