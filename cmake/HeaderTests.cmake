# One object file a header: it includes the header first (nothing to lean on), then again (guard), and
# links only what its room is entitled to. A header added tomorrow is tested tomorrow.
#
#   qwen3vl_header_tests(NAME io ROOMS io HEADERS files.hpp EXCEPT io/x.hpp LINK qwen3vl::io)
#
# adds the object library headers_io. The global property QWEN3VL_HEADERS collects the headers tested.
function(qwen3vl_header_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "ROOMS;HEADERS;EXCEPT;LINK")
  set(root ${PROJECT_SOURCE_DIR}/include)
  foreach(library IN LISTS arg_LINK)
    if(NOT TARGET ${library})
      message(STATUS "headers alone: there is no ${library}, so ${arg_NAME} is left out")
      return()
    endif()
  endforeach()

  set(headers ${arg_HEADERS})
  foreach(room IN LISTS arg_ROOMS)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${root}/qwen3vl ${root}/qwen3vl/${room}/*.hpp)
    list(APPEND headers ${found})
  endforeach()
  if(arg_EXCEPT)
    list(REMOVE_ITEM headers ${arg_EXCEPT})
  endif()

  set(sources "")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <qwen3vl/${header}>\n#include <qwen3vl/${header}>\n")
    list(APPEND sources ${source})
  endforeach()
  add_library(headers_${arg_NAME} OBJECT ${sources})
  target_link_libraries(headers_${arg_NAME} PRIVATE ${arg_LINK})
  # Optimising would cost minutes and show nothing: these files are compiled, never run.
  target_compile_options(headers_${arg_NAME} PRIVATE -Wall -Wextra -Werror -O0 -g0)
  set_property(GLOBAL APPEND PROPERTY QWEN3VL_HEADERS ${headers})
endfunction()
