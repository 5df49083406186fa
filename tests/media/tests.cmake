# stb_image is compiled once in a program. GCC's sanitizers are told what its header tells clang.
target_sources(test_media PRIVATE media/stb_image.cpp)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set_source_files_properties(media/stb_image.cpp PROPERTIES
    COMPILE_OPTIONS -fno-sanitize=shift,signed-integer-overflow)
endif()
