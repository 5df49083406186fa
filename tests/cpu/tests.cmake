target_sources(test_cpu PRIVATE support/allocation_counter.cpp)
