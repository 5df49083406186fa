target_sources(test_nn PRIVATE support/allocation_counter.cpp)
