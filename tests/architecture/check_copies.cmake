# No block is copied: no run of six or more equal lines stands twice in the rooms of the models. Run it by hand with
#
#   cmake -P tests/architecture/check_copies.cmake
#
# Compared are lines of code, without indentation; empty lines, comments, includes and lines of brackets alone
# do not count. -DROOT=<folder> looks at another tree.
cmake_minimum_required(VERSION 3.25)
if(NOT ROOT)
  set(ROOT ${CMAKE_CURRENT_LIST_DIR}/../../include)
endif()
set(run 6)

file(GLOB_RECURSE headers RELATIVE ${ROOT}/qwen3vl ${ROOT}/qwen3vl/nn/*.hpp ${ROOT}/qwen3vl/vision/*.hpp
     ${ROOT}/qwen3vl/text/*.hpp ${ROOT}/qwen3vl/model/*.hpp)
set(copies 0)
foreach(header IN LISTS headers)
  file(READ ${ROOT}/qwen3vl/${header} text)
  string(REGEX REPLACE "[][;]" " " text "${text}")  # what a CMake list would trip over
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(window "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "[ \t]+" " " line "${line}")
    string(STRIP "${line}" line)
    if(line MATCHES "^[ {}()]*$" OR line MATCHES "^#" OR line MATCHES "^(public|private):$"
       OR line MATCHES "^namespace ")
      continue()
    endif()
    list(APPEND window "${line}")
    list(LENGTH window length)
    if(length GREATER run)
      list(POP_FRONT window)
    endif()
    if(length LESS run)
      continue()
    endif()
    string(MD5 key "${window}")
    if(DEFINED seen_${key})
      list(GET window 0 first)
      message(SEND_ERROR "${header} and ${seen_${key}} have ${run} equal lines, from\n  ${first}")
      math(EXPR copies "${copies} + 1")
    endif()
    set(seen_${key} ${header})
  endforeach()
endforeach()
list(LENGTH headers count)
if(copies EQUAL 0)
  message(STATUS "${count} headers: no run of ${run} equal lines stands twice")
endif()
