target_sources(test_text PRIVATE support/allocation_counter.cpp)
