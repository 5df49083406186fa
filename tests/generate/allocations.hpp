#pragma once

#include <cstddef>

/// How often operator new has been called by this program; allocations_test.cpp counts.
std::size_t allocations();
