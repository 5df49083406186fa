#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include <qwen3vl/media/clip_source.hpp>

namespace program {

inline void add_damaged_clips(CLI::App& command, std::string& damaged_clips) {
  command
      .add_option("--damaged-clips", damaged_clips,
                  "A clip that breaks off or has damaged frames: refuse it, or skip those")
      ->check(CLI::IsMember({"refuse", "skip"}))
      ->capture_default_str();
}

inline qwen3vl::Damage damage(const std::string& damaged_clips) {
  return damaged_clips == "skip" ? qwen3vl::Damage::skip : qwen3vl::Damage::refuse;
}

}  // namespace program
