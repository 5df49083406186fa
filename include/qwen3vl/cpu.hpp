#pragma once

/// The CPU backend: the handle and every kernel. Needs Eigen and threads.
#include <qwen3vl/cpu/activate.hpp>
#include <qwen3vl/cpu/add.hpp>
#include <qwen3vl/cpu/argmax.hpp>
#include <qwen3vl/cpu/attend.hpp>
#include <qwen3vl/cpu/choose.hpp>
#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/experts.hpp>
#include <qwen3vl/cpu/fusion.hpp>
#include <qwen3vl/cpu/layer_norm.hpp>
#include <qwen3vl/cpu/linear.hpp>
#include <qwen3vl/cpu/resize_table.hpp>
#include <qwen3vl/cpu/rms_norm.hpp>
#include <qwen3vl/cpu/rope.hpp>
#include <qwen3vl/cpu/rows.hpp>
#include <qwen3vl/cpu/scale_queries.hpp>
#include <qwen3vl/cpu/vision.hpp>
