#pragma once

#include <cstddef>
#include <string>

#include <qwen3vl/bridge/eigen.hpp>
#include <qwen3vl/bridge/xtensor.hpp>
#include <qwen3vl/cpu.hpp>
#include <qwen3vl/files.hpp>
#include <qwen3vl/generate.hpp>
#include <qwen3vl/input.hpp>
#include <qwen3vl/media.hpp>
#include <qwen3vl/qwen3vl.hpp>

/// What a file sees of the library: sizes of types, addresses of functions. Two files of one program must
/// see the same.
struct Seen {
  std::size_t view, cpu, model, image, conversation;
  std::string (*shape_to_string)(const qwen3vl::Shape&);
  qwen3vl::Image (*load_image)(const std::string&, const qwen3vl::LoadOptions&);
  const bool* dry_run_has_kernels;

  friend bool operator==(const Seen&, const Seen&) = default;
};

inline Seen look() {
  using namespace qwen3vl;
  return {sizeof(View<float, 2>),
          sizeof(Cpu),
          sizeof(Qwen3VL<Cpu, bf16>),
          sizeof(Image),
          sizeof(Conversation),
          static_cast<std::string (*)(const Shape&)>(&to_string),
          &load_image,
          &has_kernel<DryRun>};
}

Seen seen_by_two();
