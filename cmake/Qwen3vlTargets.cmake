# One interface target a dependency. A target exists only when its dependency was found, so that asking
# for one without it fails at configure time, in words.
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
#   qwen3vl::cuda      + cuBLASLt: the CUDA kernels, and C++20 for nvcc, which CMake before 3.26 cannot ask
#                      for. Exists when CUDA is an enabled language.
#   qwen3vl::all       everything that was found, but for CUDA: who wants it asks for it
#
# Included by the project itself and by the installed package's qwen3vl-config.cmake. In the tree the
# targets are ordinary ones with an alias; installed they are imported, so that their headers are system
# headers to the user's compiler and no name but qwen3vl::… is taken.

if(NOT TARGET qwen3vl::qwen3vl)
  if(QWEN3VL_INSTALLED)
    add_library(qwen3vl::qwen3vl INTERFACE IMPORTED)
    add_library(qwen3vl::all INTERFACE IMPORTED)
    target_include_directories(qwen3vl::qwen3vl INTERFACE ${QWEN3VL_INCLUDE_DIR})
    target_compile_features(qwen3vl::qwen3vl INTERFACE cxx_std_20)
    target_link_libraries(qwen3vl::all INTERFACE qwen3vl::qwen3vl)
  else()
    add_library(qwen3vl INTERFACE)
    add_library(qwen3vl::qwen3vl ALIAS qwen3vl)
    add_library(qwen3vl_all INTERFACE)
    add_library(qwen3vl::all ALIAS qwen3vl_all)
    get_filename_component(qwen3vl_include_dir ${CMAKE_CURRENT_LIST_DIR}/../include ABSOLUTE)
    target_include_directories(qwen3vl INTERFACE ${qwen3vl_include_dir})
    target_compile_features(qwen3vl INTERFACE cxx_std_20)
    target_link_libraries(qwen3vl_all INTERFACE qwen3vl)
  endif()
endif()

# qwen3vl_component(cpu Eigen3::Eigen …) adds qwen3vl::cpu if all of its
# dependencies are targets; else qwen3vl_cpu_MISSING says in words which are not.
function(qwen3vl_component name)
  set(missing "")
  foreach(dependency IN LISTS ARGN)
    if(NOT TARGET ${dependency})
      list(APPEND missing "${qwen3vl_words_${dependency}}")
    endif()
  endforeach()
  list(JOIN missing ", " missing)
  set(qwen3vl_${name}_MISSING "${missing}" PARENT_SCOPE)
  if(missing OR TARGET qwen3vl::${name})
    return()
  endif()
  if(QWEN3VL_INSTALLED)
    add_library(qwen3vl::${name} INTERFACE IMPORTED)
    target_link_libraries(qwen3vl::${name} INTERFACE qwen3vl::qwen3vl ${ARGN})
    set(everything qwen3vl::all)
  else()
    add_library(qwen3vl_${name} INTERFACE)
    add_library(qwen3vl::${name} ALIAS qwen3vl_${name})
    target_link_libraries(qwen3vl_${name} INTERFACE qwen3vl::qwen3vl ${ARGN})
    set(everything qwen3vl_all)
  endif()
  if(NOT name STREQUAL "cuda")
    target_link_libraries(${everything} INTERFACE qwen3vl::${name})
  endif()
endfunction()

find_package(Threads QUIET)
find_package(Eigen3 3.4 QUIET NO_MODULE)
find_package(xtensor QUIET)
find_package(nlohmann_json QUIET)
find_package(CURL QUIET)
find_package(PkgConfig QUIET)
find_path(QWEN3VL_STB_INCLUDE_DIR stb/stb_image.h)
if(QWEN3VL_STB_INCLUDE_DIR AND NOT TARGET qwen3vl::stb)
  add_library(qwen3vl::stb INTERFACE IMPORTED)
  target_include_directories(qwen3vl::stb INTERFACE ${QWEN3VL_STB_INCLUDE_DIR})
endif()
if(PKG_CONFIG_FOUND)
  pkg_check_modules(QWEN3VL_PCRE2 QUIET IMPORTED_TARGET libpcre2-8)
  pkg_check_modules(QWEN3VL_UTF8PROC QUIET IMPORTED_TARGET libutf8proc)
  pkg_check_modules(QWEN3VL_EXIF QUIET IMPORTED_TARGET libexif)
  pkg_check_modules(QWEN3VL_FFMPEG QUIET IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
endif()

set(qwen3vl_words_Threads::Threads "a thread library")
set(qwen3vl_words_Eigen3::Eigen "Eigen 3.4 (Debian: libeigen3-dev)")
set(qwen3vl_words_xtensor "xtensor (Debian: libxtensor-dev)")
set(qwen3vl_words_nlohmann_json::nlohmann_json "nlohmann-json (Debian: nlohmann-json3-dev)")
set(qwen3vl_words_CURL::libcurl "libcurl (Debian: libcurl4-openssl-dev)")
set(qwen3vl_words_qwen3vl::stb "stb_image (Debian: libstb-dev)")
set(qwen3vl_words_PkgConfig::QWEN3VL_PCRE2 "PCRE2 (Debian: libpcre2-dev, found by pkg-config)")
set(qwen3vl_words_PkgConfig::QWEN3VL_UTF8PROC "utf8proc (Debian: libutf8proc-dev, found by pkg-config)")
set(qwen3vl_words_PkgConfig::QWEN3VL_EXIF "libexif (Debian: libexif-dev, found by pkg-config)")
set(qwen3vl_words_PkgConfig::QWEN3VL_FFMPEG
  "FFmpeg (Debian: libavformat-dev libavcodec-dev libavutil-dev libswscale-dev, found by pkg-config)")

set(qwen3vl_words_CUDA::cublasLt "cuBLASLt, of the CUDA toolkit")

qwen3vl_component(threads Threads::Threads)
qwen3vl_component(eigen Eigen3::Eigen)
qwen3vl_component(cpu Eigen3::Eigen Threads::Threads)
qwen3vl_component(xtensor xtensor)
qwen3vl_component(io nlohmann_json::nlohmann_json)
qwen3vl_component(input nlohmann_json::nlohmann_json PkgConfig::QWEN3VL_PCRE2 PkgConfig::QWEN3VL_UTF8PROC)
qwen3vl_component(images qwen3vl::stb PkgConfig::QWEN3VL_EXIF CURL::libcurl Threads::Threads)
qwen3vl_component(media qwen3vl::stb PkgConfig::QWEN3VL_EXIF CURL::libcurl Threads::Threads
                  PkgConfig::QWEN3VL_FFMPEG)
get_property(qwen3vl_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CUDA" IN_LIST qwen3vl_languages)
  find_package(CUDAToolkit QUIET)
  qwen3vl_component(cuda CUDA::cublasLt)
  if(TARGET qwen3vl::cuda)
    if(QWEN3VL_INSTALLED)
      set(qwen3vl_cuda_target qwen3vl::cuda)
    else()
      set(qwen3vl_cuda_target qwen3vl_cuda)
    endif()
    get_target_property(qwen3vl_cuda_options ${qwen3vl_cuda_target} INTERFACE_COMPILE_OPTIONS)
    if(NOT qwen3vl_cuda_options)
      target_compile_options(${qwen3vl_cuda_target} INTERFACE $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-std=c++20>)
    endif()
  endif()
else()
  set(qwen3vl_cuda_MISSING "CUDA as an enabled language: project(… LANGUAGES CXX CUDA)")
endif()
