# Our own tests, examples and programs compile CUDA code where they can.
#
# QWEN3VL_CUDA: AUTO (when there is an nvcc), ON (or stop), OFF. Afterwards there is a target qwen3vl::cuda,
# or a word why there is none.
set(QWEN3VL_CUDA AUTO CACHE STRING "Compile the CUDA code: AUTO, ON or OFF")
if(QWEN3VL_CUDA)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 90)
    endif()
    enable_language(CUDA)
    include(Qwen3vlTargets)  # now that CUDA is a language, there is a qwen3vl::cuda
  endif()
  if(NOT TARGET qwen3vl::cuda)
    if(NOT QWEN3VL_CUDA STREQUAL "AUTO")
      message(FATAL_ERROR "QWEN3VL_CUDA is ${QWEN3VL_CUDA}, but it needs ${qwen3vl_cuda_MISSING}: set CUDACXX to nvcc")
    endif()
    message(STATUS "The CUDA code is not compiled: it needs ${qwen3vl_cuda_MISSING}")
  endif()
endif()
