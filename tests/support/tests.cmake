# The second opinion on every op, in one file that no test has to compile again.
target_sources(qwen3vl_test_support PRIVATE support/reference.cpp)
