# The folders are the architecture, and this keeps them so. Run it by hand with
#
#   cmake -P tests/architecture/check_layers.cmake
#
#   1  a header includes only the rooms that its own room may know
#   2  a dependency is included by its door alone, and by a full path
#   3  no header prints, exits or aborts
#   4  an umbrella reaches every header of its rooms, and no door that it does not announce
#
# -DROOT=<folder> looks at another tree, -DPARTIAL=ON forgives it missing umbrellas: see self_test.cmake.
cmake_minimum_required(VERSION 3.25)
if(NOT ROOT)
  set(ROOT ${CMAKE_CURRENT_LIST_DIR}/../../include)
endif()

# --- what may include what --------------------------------------------------------------------------
set(core     core)
set(bridge   core bridge)
set(ops      core ops)
set(cpu      core bridge ops cpu)
set(cuda     core ops cuda)
set(nn       core ops nn)
set(vision   core ops nn vision)
set(text     core ops nn text)
set(io       core io)
set(media    core media)
set(input    core io media input)
set(model    core ops nn vision text io model)
set(generate core ops nn vision text io media input model generate)
set(rooms core bridge ops cpu cuda nn vision text io media input model generate)

# --- the doors: folder of the dependency's headers, or the header itself, and who may include it ------
set(doors
  "Eigen/             bridge/eigen.hpp"
  "xtensor            bridge/xtensor.hpp"
  "xtl/               bridge/xtensor.hpp"
  "nlohmann/          io/json.hpp"
  "stb/               media/stb_image.hpp media/stb_image_write.hpp media/stb_image_implementation.hpp"
  "libav              media/ffmpeg.hpp"
  "libswscale/        media/ffmpeg.hpp"
  "curl/              media/curl.hpp"
  "libexif/           media/exif.hpp"
  "pcre2.h            input/pcre2.hpp"
  "utf8proc.h         input/utf8proc.hpp")
set(posix_rooms io)  # memory maps and files: <sys/mman.h>, <unistd.h>, …
set(posix fcntl.h unistd.h sys/mman.h sys/stat.h sys/types.h)
set(instructions_rooms cpu)  # the compiler's own names for what a CPU can do
set(instructions immintrin.h arm_neon.h)

# --- the umbrellas: the rooms they must reach in full, and the doors they announce --------------------
#     what is left out on purpose stands after "but"
set(umbrellas
  "qwen3vl.hpp   core ops nn vision text model but model/config.hpp model/load.hpp model/expert_layout.hpp model/known_fields.hpp model/qwen_vl_fields.hpp model/text_fields.hpp model/vision_fields.hpp doors"
  "files.hpp     core ops nn vision text model io but doors io/json.hpp"
  "media.hpp     media but media/stb_image_implementation.hpp doors media/stb_image.hpp media/stb_image_write.hpp media/ffmpeg.hpp media/curl.hpp media/exif.hpp"
  "input.hpp     input but doors io/json.hpp input/pcre2.hpp input/utf8proc.hpp media/stb_image.hpp media/stb_image_write.hpp media/ffmpeg.hpp media/curl.hpp media/exif.hpp"
  "generate.hpp  generate but doors *"
  "cpu.hpp       cpu but doors bridge/eigen.hpp"
  "cuda.cuh      cuda but doors")

set(wrong 0)
macro(refuse text)
  message(SEND_ERROR "${text}")
  math(EXPR wrong "${wrong} + 1")
endmacro()

file(GLOB_RECURSE headers RELATIVE ${ROOT}/qwen3vl ${ROOT}/qwen3vl/*.hpp ${ROOT}/qwen3vl/*.cuh)
set(all_doors "")
foreach(entry IN LISTS doors)
  string(REGEX REPLACE " +" ";" entry "${entry}")
  list(POP_FRONT entry)
  list(APPEND all_doors ${entry})
endforeach()
list(REMOVE_DUPLICATES all_doors)

foreach(header IN LISTS headers)
  set(room "")
  if(header MATCHES "^([a-z0-9_]+)/")
    set(room ${CMAKE_MATCH_1})
    if(NOT room IN_LIST rooms)
      refuse("${header}: ${room}/ is no room; tests/architecture/check_layers.cmake lists them")
      continue()
    endif()
  endif()
  file(STRINGS ${ROOT}/qwen3vl/${header} includes REGEX "^ *# *include")
  set(reaches_${header} "")
  foreach(line IN LISTS includes)
    if(line MATCHES "^ *# *include <qwen3vl/([^>]+)>")
      set(to ${CMAKE_MATCH_1})
      list(APPEND reaches_${header} ${to})
      if(NOT EXISTS ${ROOT}/qwen3vl/${to})
        refuse("${header}: ${line}\n  there is no such header")
      endif()
      string(REGEX MATCH "^[a-z0-9_]+/" to_room "${to}")
      string(REPLACE "/" "" to_room "${to_room}")
      if(room)
        if(NOT to_room IN_LIST ${room})
          refuse("${header}: ${line}\n  ${room}/ may include only: ${${room}}")
        endif()
      endif()
      if(header MATCHES "\\.hpp$" AND to MATCHES "\\.cuh$")
        refuse("${header}: ${line}\n  a .hpp never includes a .cuh")
      endif()
    elseif(line MATCHES "^ *# *include <([a-z_0-9]+)>")  # the standard library
      if(CMAKE_MATCH_1 MATCHES "^(iostream|regex|locale)$")
        refuse("${header}: ${line}\n  ${CMAKE_MATCH_1} has no place in a header")
      endif()
    elseif(line MATCHES "^ *# *include <([^>]+)>")
      set(foreign ${CMAKE_MATCH_1})
      if((foreign IN_LIST posix AND room IN_LIST posix_rooms)
          OR (foreign IN_LIST instructions AND room IN_LIST instructions_rooms))
        continue()
      endif()
      if(room STREQUAL "cuda" AND header MATCHES "\\.cuh$")
        continue()  # a .cuh may use anything of CUDA
      endif()
      set(allowed "")
      foreach(entry IN LISTS doors)
        string(REGEX REPLACE " +" ";" entry "${entry}")
        list(POP_FRONT entry prefix)
        string(FIND "${foreign}" "${prefix}" at)
        if(at EQUAL 0)
          set(allowed ${entry})
        endif()
      endforeach()
      if(NOT header IN_LIST allowed)
        if(allowed)
          refuse("${header}: ${line}\n  only ${allowed} may include it: the door of that dependency")
        else()
          refuse("${header}: ${line}\n  a dependency without a door, or a C header where C++ has its own")
        endif()
      endif()
    else()
      refuse("${header}: ${line}\n  by full path and in angle brackets, please: <qwen3vl/room/name.hpp>")
    endif()
  endforeach()

  # Words that have no place in a header. Comments may speak of them.
  file(STRINGS ${ROOT}/qwen3vl/${header} lines REGEX
    "(std::(cout|cerr|clog)|[^a-z_]f?printf *\\(|[^a-z_]puts *\\(|std::(quick_)?exit *\\(|[^a-z_.>]_?exit *\\(|[^a-z_.>]abort *\\(|std::terminate *\\(|^namespace *{)")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "//.*$" "" code "${line}")
    if(code MATCHES "std::(cout|cerr|clog)|[^a-z_]f?printf *\\(|[^a-z_]puts *\\(|std::(quick_)?exit *\\(|[^a-z_.>]_?exit *\\(|[^a-z_.>]abort *\\(|std::terminate *\\(|^namespace *{")
      string(STRIP "${code}" code)
      refuse("${header}: ${code}\n  headers print nothing and end nothing, and have no unnamed namespace: throw qwen3vl::Error")
    endif()
  endforeach()
endforeach()

# What each umbrella reaches.
function(reach start result)
  set(seen ${start})
  set(open ${start})
  while(open)
    list(POP_FRONT open header)
    foreach(next IN LISTS reaches_${header})
      if(NOT next IN_LIST seen)
        list(APPEND seen ${next})
        list(APPEND open ${next})
      endif()
    endforeach()
  endwhile()
  set(${result} ${seen} PARENT_SCOPE)
endfunction()

foreach(entry IN LISTS umbrellas)
  string(REGEX REPLACE " +" ";" entry "${entry}")
  list(POP_FRONT entry umbrella)
  if(NOT umbrella IN_LIST headers)
    if(NOT PARTIAL)
      refuse("${umbrella}: there is no such header")
    endif()
    continue()
  endif()
  set(must "")
  set(except "")
  set(announced "")
  set(into must)
  foreach(word IN LISTS entry)
    if(word STREQUAL "but")
      set(into except)
    elseif(word STREQUAL "doors")
      set(into announced)
    else()
      list(APPEND ${into} ${word})
    endif()
  endforeach()

  reach(${umbrella} reached)
  foreach(header IN LISTS headers)
    string(REGEX MATCH "^[a-z0-9_]+/" room "${header}")
    string(REPLACE "/" "" room "${room}")
    if(room IN_LIST must AND NOT header IN_LIST except AND NOT header IN_LIST reached)
      refuse("${umbrella} does not reach ${header}: add the include")
    endif()
  endforeach()
  foreach(door IN LISTS all_doors)
    if(door IN_LIST reached AND NOT door IN_LIST announced AND NOT announced STREQUAL "*")
      refuse("${umbrella} reaches ${door}, a dependency that its users did not ask for")
    endif()
  endforeach()
endforeach()

list(LENGTH headers count)
if(wrong EQUAL 0)
  message(STATUS "${count} headers: includes point downwards, every dependency has one door")
endif()
