# nvcc compiles views, dtypes and policies for the device: as C++20, and without a warning.
#
# QWEN3VL_CUDA: AUTO (when there is an nvcc), ON (or stop), OFF
set(QWEN3VL_CUDA AUTO CACHE STRING "Compile the CUDA code: AUTO, ON or OFF")
if(QWEN3VL_CUDA)
  include(CheckLanguage)
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    if(NOT QWEN3VL_CUDA STREQUAL "AUTO")
      message(FATAL_ERROR "QWEN3VL_CUDA is ${QWEN3VL_CUDA}, but there is no nvcc: set CUDACXX to it")
    endif()
    message(STATUS "There is no nvcc: the CUDA code is not compiled")
  endif()
endif()
if(QWEN3VL_CUDA AND CMAKE_CUDA_COMPILER)
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 90)
  endif()
  enable_language(CUDA)
  include(Qwen3vlTargets)  # now that CUDA is a language, there is a qwen3vl::cuda
  add_library(cuda_compile OBJECT cuda_compile/policies.cu)
  target_link_libraries(cuda_compile PRIVATE qwen3vl::cuda)
  target_compile_options(cuda_compile PRIVATE $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings>)

  # Does the flag reach nvcc? The object holds code for the device, and C++17 is refused in words.
  add_test(NAME "cuda: views and policies are compiled for sm_90"
    COMMAND ${CMAKE_COMMAND} -DOBJECT=$<TARGET_OBJECTS:cuda_compile> -DARCHITECTURE=sm_90
            -P ${CMAKE_CURRENT_LIST_DIR}/check_object.cmake)
  add_test(NAME "cuda: C++17 is refused, and the flag named"
    COMMAND ${CMAKE_CUDA_COMPILER} -std=c++17 -I ${PROJECT_SOURCE_DIR}/include -E
            ${CMAKE_CURRENT_LIST_DIR}/policies.cu -o ${CMAKE_CURRENT_BINARY_DIR}/policies.ii)
  set_tests_properties("cuda: views and policies are compiled for sm_90" PROPERTIES LABELS cuda)
  set_tests_properties("cuda: C++17 is refused, and the flag named" PROPERTIES
    LABELS cuda PASS_REGULAR_EXPRESSION "pass -std=c\\+\\+20 to nvcc")
endif()
