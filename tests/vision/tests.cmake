target_sources(test_vision PRIVATE support/allocation_counter.cpp)
