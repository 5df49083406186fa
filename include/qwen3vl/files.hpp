#pragma once

/// <qwen3vl/qwen3vl.hpp> and checkpoints: safetensors, config.json, weights into models. Needs
/// nlohmann-json.
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/io/checkpoint_writer.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/io/json_scan.hpp>
#include <qwen3vl/io/loose_json.hpp>
#include <qwen3vl/io/mapped_file.hpp>
#include <qwen3vl/io/missing_tensor.hpp>
#include <qwen3vl/io/output_file.hpp>
#include <qwen3vl/io/progress.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>
#include <qwen3vl/io/stored_dtype.hpp>
#include <qwen3vl/io/tensor_convert.hpp>
#include <qwen3vl/io/tensor_info.hpp>
#include <qwen3vl/io/tensor_names.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/qwen3vl.hpp>
