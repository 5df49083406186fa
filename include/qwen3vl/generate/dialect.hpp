#pragma once

namespace qwen3vl {

/// How videos are treated: as the models were trained and released, or as transformers 5 does it. They
/// differ in the placeholders of Qwen3-VL (input/placeholders.hpp), and for Qwen2-VL and Qwen2.5-VL in where
/// text goes on behind a long video (text/position_ids.hpp) and in half seconds, which transformers 5 cuts off.
enum class Dialect { released, transformers5 };

}  // namespace qwen3vl
