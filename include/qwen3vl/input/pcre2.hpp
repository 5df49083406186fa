#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <qwen3vl/core/error.hpp>

/// Regular expressions. The only header that sees PCRE2.
namespace qwen3vl {

/// A compiled pattern over UTF-8 with Unicode classes. Immutable: any number of matchers, on any
/// threads, may share one.
class Regex {
 public:
  explicit Regex(const std::string& pattern) {
    int code = 0;
    PCRE2_SIZE at = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                              PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &code, &at, nullptr));
    if (!code_) throw Error("compile regex", message(code) + " at byte " + std::to_string(at));
    jit_ = pcre2_jit_compile(code_.get(), PCRE2_JIT_COMPLETE) == 0;  // else it is interpreted
  }

  static std::string message(int code) {
    unsigned char text[256] = {};
    pcre2_get_error_message(code, text, sizeof(text));
    return reinterpret_cast<const char*>(text);
  }

  pcre2_code* get() const { return code_.get(); }
  bool jit() const { return jit_; }

 private:
  struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  };
  std::unique_ptr<pcre2_code, Free> code_;
  bool jit_ = false;
};

/// The scratch of one thread that matches a Regex, which must outlive it.
class RegexMatcher {
 public:
  explicit RegexMatcher(const Regex& regex)
      : regex_(&regex),
        match_(pcre2_match_data_create(1, nullptr)),
        context_(pcre2_match_context_create(nullptr)),
        stack_(pcre2_jit_stack_create(32 << 10, 4 << 20, nullptr)) {
    if (!match_ || !context_ || !stack_) throw Error("match regex", "out of memory");
    pcre2_jit_stack_assign(context_.get(), nullptr, stack_.get());
    pcre2_set_heap_limit(context_.get(), 64 << 10);  // KiB, for the interpreter
  }

  /// Steps of backtracking allowed from now on. A pattern that is linear in the text needs a small
  /// multiple of its length; anything beyond is refused instead of waited for.
  void limit_for(std::size_t text_bytes) {
    const std::uint64_t steps = 1'000'000 + 16 * std::uint64_t{text_bytes};
    pcre2_set_match_limit(context_.get(),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, UINT32_MAX)));
  }

  /// The end of the match that begins at `begin`, or `begin` when there is none. `text` is valid UTF-8.
  std::size_t match_end(std::string_view text, std::size_t begin) {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    const int found = regex_->jit() ? pcre2_jit_match(regex_->get(), subject, text.size(), begin, 0,
                                                      match_.get(), context_.get())
                                    : pcre2_match(regex_->get(), subject, text.size(), begin,
                                                  PCRE2_NO_UTF_CHECK, match_.get(), context_.get());
    if (found == PCRE2_ERROR_NOMATCH) return begin;
    if (found < 0)
      throw Error("match regex", Regex::message(found) + " at byte " + std::to_string(begin) + " of " +
                                     std::to_string(text.size()));
    return pcre2_get_ovector_pointer(match_.get())[1];
  }

 private:
  struct Free {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
    void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
  };
  const Regex* regex_;
  std::unique_ptr<pcre2_match_data, Free> match_;
  std::unique_ptr<pcre2_match_context, Free> context_;
  std::unique_ptr<pcre2_jit_stack, Free> stack_;
};

}  // namespace qwen3vl
