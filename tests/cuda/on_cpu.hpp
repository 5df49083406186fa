#pragma once

#include <map>
#include <string>
#include <vector>

/// parity_cases.hpp on the CPU backend, compiled by the host's compiler alone: nvcc need not know Eigen.
namespace qwen3vl::test {

using ParityResults = std::map<std::string, std::vector<double>>;

template <class T> ParityResults parity_on_cpu();

}  // namespace qwen3vl::test
