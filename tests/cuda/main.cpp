#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "device.hpp"

/// Without a device there is one thing to test: that the handle says so. The exit status then is 77, by which
/// ctest knows that the rest was skipped.
int main(int count, char** arguments) {
  doctest::Context context(count, arguments);
  const std::string device = qwen3vl::test::device_name();
  if (device.empty() && !context.shouldExit()) {
    std::printf("skipped: there is no CUDA device\n");
    return qwen3vl::test::says_that_there_is_no_device() ? 77 : 1;
  }
  std::printf("on %s\n", device.c_str());
  return context.run();
}
