# Every header stands alone: built, not run. What a room may not have, it is not linked to.
include(HeaderTests)
qwen3vl_header_tests(NAME plain ROOMS core ops nn vision text model HEADERS qwen3vl.hpp
  EXCEPT model/config.hpp model/load.hpp LINK qwen3vl::qwen3vl)
qwen3vl_header_tests(NAME eigen HEADERS bridge/eigen.hpp LINK qwen3vl::eigen)
qwen3vl_header_tests(NAME xtensor HEADERS bridge/xtensor.hpp LINK qwen3vl::xtensor)
qwen3vl_header_tests(NAME cpu ROOMS cpu HEADERS cpu.hpp LINK qwen3vl::cpu)
qwen3vl_header_tests(NAME io ROOMS io HEADERS files.hpp model/config.hpp model/load.hpp LINK qwen3vl::io)
qwen3vl_header_tests(NAME media ROOMS media HEADERS media.hpp LINK qwen3vl::media)
qwen3vl_header_tests(NAME input ROOMS input HEADERS input.hpp LINK qwen3vl::input qwen3vl::media)
qwen3vl_header_tests(NAME generate ROOMS generate HEADERS generate.hpp
  LINK qwen3vl::io qwen3vl::input qwen3vl::media)

# The same headers in one file with the other compiler: no error, no warning.
get_property(headers GLOBAL PROPERTY QWEN3VL_HEADERS)
find_program(QWEN3VL_CLANG NAMES clang++ clang++-14)
if(QWEN3VL_CLANG AND TARGET qwen3vl::cpu AND TARGET qwen3vl::xtensor)
  list(TRANSFORM headers REPLACE "(.+)" "#include <qwen3vl/\\1>")
  list(JOIN headers "\n" text)
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/headers/all.cc CONTENT "${text}\n")
  add_test(NAME "headers: clang++ has no word to say"
    COMMAND ${QWEN3VL_CLANG} -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I ${PROJECT_SOURCE_DIR}/include
            "-isystem$<JOIN:$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>,;-isystem>"
            ${CMAKE_CURRENT_BINARY_DIR}/headers/all.cc
    COMMAND_EXPAND_LISTS)
endif()
