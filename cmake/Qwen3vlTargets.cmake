# One interface target per dependency. A target exists only when its dependency was found, so that
# asking for one without it fails at configure time, in words.
#
#   qwen3vl::qwen3vl   standard library only: core, ops, nn, vision, text, model (without files)
#   qwen3vl::threads   + a thread library
#   qwen3vl::eigen     + Eigen: bridge/eigen.hpp
#   qwen3vl::cpu       + Eigen and threads: the CPU kernels
#   qwen3vl::xtensor   + xtensor: bridge/xtensor.hpp
#   qwen3vl::io        + nlohmann-json: checkpoints and config.json
#   qwen3vl::input     + PCRE2 and utf8proc: tokenizer, chat template
#   qwen3vl::images    + stb_image, libexif, libcurl: images
#   qwen3vl::media     + FFmpeg: images and video
#   qwen3vl::all       everything that was found
#
# Included by the project itself and by the installed package's qwen3vl-config.cmake.

function(qwen3vl_component name)  # qwen3vl_component(cpu Eigen3::Eigen …)
  if(TARGET qwen3vl::${name})
    return()
  endif()
  foreach(dependency IN LISTS ARGN)
    if(NOT TARGET ${dependency})
      return()
    endif()
  endforeach()
  add_library(qwen3vl_${name} INTERFACE)
  add_library(qwen3vl::${name} ALIAS qwen3vl_${name})
  target_link_libraries(qwen3vl_${name} INTERFACE qwen3vl::qwen3vl ${ARGN})
  target_link_libraries(qwen3vl_all INTERFACE qwen3vl::${name})
endfunction()

if(NOT TARGET qwen3vl::qwen3vl)
  if(NOT DEFINED QWEN3VL_INCLUDE_DIR)
    set(QWEN3VL_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR}/../include)
  endif()
  add_library(qwen3vl INTERFACE)
  add_library(qwen3vl::qwen3vl ALIAS qwen3vl)
  target_compile_features(qwen3vl INTERFACE cxx_std_20)
  target_include_directories(qwen3vl INTERFACE ${QWEN3VL_INCLUDE_DIR})
  add_library(qwen3vl_all INTERFACE)
  add_library(qwen3vl::all ALIAS qwen3vl_all)
  target_link_libraries(qwen3vl_all INTERFACE qwen3vl)
endif()

find_package(Threads QUIET)
find_package(Eigen3 3.4 QUIET NO_MODULE)
find_package(xtensor QUIET)
find_package(nlohmann_json QUIET)
find_package(CURL QUIET)
find_package(PkgConfig QUIET)
find_path(QWEN3VL_STB_INCLUDE_DIR stb/stb_image.h)
if(QWEN3VL_STB_INCLUDE_DIR AND NOT TARGET qwen3vl_stb)
  add_library(qwen3vl_stb INTERFACE IMPORTED)
  target_include_directories(qwen3vl_stb INTERFACE ${QWEN3VL_STB_INCLUDE_DIR})
endif()
if(PKG_CONFIG_FOUND)
  pkg_check_modules(QWEN3VL_PCRE2 QUIET IMPORTED_TARGET libpcre2-8)
  pkg_check_modules(QWEN3VL_UTF8PROC QUIET IMPORTED_TARGET libutf8proc)
  pkg_check_modules(QWEN3VL_EXIF QUIET IMPORTED_TARGET libexif)
  pkg_check_modules(QWEN3VL_FFMPEG QUIET IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
endif()

qwen3vl_component(threads Threads::Threads)
qwen3vl_component(eigen Eigen3::Eigen)
qwen3vl_component(cpu Eigen3::Eigen Threads::Threads)
qwen3vl_component(xtensor xtensor)
qwen3vl_component(io nlohmann_json::nlohmann_json)
qwen3vl_component(input nlohmann_json::nlohmann_json PkgConfig::QWEN3VL_PCRE2 PkgConfig::QWEN3VL_UTF8PROC)
qwen3vl_component(images qwen3vl_stb PkgConfig::QWEN3VL_EXIF CURL::libcurl Threads::Threads)
qwen3vl_component(media qwen3vl_stb PkgConfig::QWEN3VL_EXIF CURL::libcurl Threads::Threads
                  PkgConfig::QWEN3VL_FFMPEG)
