#pragma once

/// Logits to text: samplers, stop rules, sessions. With <qwen3vl/cpu.hpp>, all that a program needs.
#include <qwen3vl/files.hpp>
#include <qwen3vl/generate/chat.hpp>
#include <qwen3vl/generate/completion.hpp>
#include <qwen3vl/generate/generate.hpp>
#include <qwen3vl/generate/generation_config.hpp>
#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/greedy_on.hpp>
#include <qwen3vl/generate/grounding.hpp>
#include <qwen3vl/generate/media_item.hpp>
#include <qwen3vl/generate/penalties.hpp>
#include <qwen3vl/generate/prompt.hpp>
#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/generate/recorder.hpp>
#include <qwen3vl/generate/sampler.hpp>
#include <qwen3vl/generate/sampling.hpp>
#include <qwen3vl/generate/sampling_on.hpp>
#include <qwen3vl/generate/session.hpp>
#include <qwen3vl/generate/stop_rules.hpp>
#include <qwen3vl/generate/stop_strings.hpp>
#include <qwen3vl/generate/thinking.hpp>
#include <qwen3vl/generate/token_history.hpp>
#include <qwen3vl/generate/tool_calls.hpp>
#include <qwen3vl/generate/trace.hpp>
#include <qwen3vl/input.hpp>
