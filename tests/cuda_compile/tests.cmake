# nvcc compiles views, dtypes, policies and every header of the CUDA backend for the device: as C++20, without
# a warning, for Ampere and for Hopper.
if(TARGET qwen3vl::cuda)
  add_library(cuda_compile OBJECT cuda_compile/policies.cu)
  target_link_libraries(cuda_compile PRIVATE qwen3vl::cuda)
  target_compile_options(cuda_compile PRIVATE $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings>)

  # Every header of cuda/ stands alone.
  set(root ${PROJECT_SOURCE_DIR}/include)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${root} ${root}/qwen3vl/*.cuh)
  set(sources "")
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cu)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n")
    list(APPEND sources ${source})
  endforeach()
  add_library(headers_cuda OBJECT ${sources})

  # The whole model's kernels, and those of its kin.
  add_library(cuda_model OBJECT cuda_compile/model.cu cuda_compile/family.cu)
  set_target_properties(cuda_model PROPERTIES CUDA_ARCHITECTURES "80;90")
  foreach(target IN ITEMS headers_cuda cuda_model)
    target_link_libraries(${target} PRIVATE qwen3vl::cuda)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings -Xcompiler=-Wall,-Wextra>)
  endforeach()

  # Does the flag reach nvcc? The object holds code for the device, and C++17 is refused in words.
  list(GET CMAKE_CUDA_ARCHITECTURES 0 architecture)
  add_test(NAME "cuda: views and policies are compiled for the device"
    COMMAND ${CMAKE_COMMAND} -DOBJECT=$<TARGET_OBJECTS:cuda_compile> -DARCHITECTURE=sm_${architecture}
            -P ${CMAKE_CURRENT_LIST_DIR}/check_object.cmake)
  add_test(NAME "cuda: C++17 is refused, and the flag named"
    COMMAND ${CMAKE_CUDA_COMPILER} -std=c++17 -I ${PROJECT_SOURCE_DIR}/include -E
            ${CMAKE_CURRENT_LIST_DIR}/policies.cu -o ${CMAKE_CURRENT_BINARY_DIR}/policies.ii)
  set_tests_properties("cuda: views and policies are compiled for the device" PROPERTIES LABELS cuda)
  set_tests_properties("cuda: C++17 is refused, and the flag named" PROPERTIES
    LABELS cuda PASS_REGULAR_EXPRESSION "pass -std=c\\+\\+20 to nvcc")
endif()
