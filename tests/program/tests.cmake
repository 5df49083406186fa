# The program is run as a user runs it. Where the examples are not built, it is built for the tests.
if(NOT TARGET qwen3vl_program)
  add_subdirectory(${PROJECT_SOURCE_DIR}/examples/qwen3vl ${CMAKE_CURRENT_BINARY_DIR}/program)
endif()
target_sources(test_program PRIVATE media/stb_image.cpp)
add_dependencies(test_program qwen3vl_program)
target_compile_definitions(test_program PRIVATE QWEN3VL_PROGRAM="$<TARGET_FILE:qwen3vl_program>"
                                                QWEN3VL_PROGRAM_TESTS="${CMAKE_CURRENT_LIST_DIR}")
