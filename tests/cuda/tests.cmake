# One program; without a device it tests that the handle says so, and the rest is skipped.
if(TARGET qwen3vl::cuda AND TARGET qwen3vl::cpu AND TARGET qwen3vl::io)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cu)
  list(APPEND sources cuda/any_model_f32.cu cuda/any_model_bf16.cu cuda/device.cu cuda/main.cpp cuda/on_cpu.cpp
       support/reference.cpp)
  add_executable(test_cuda ${sources})
  add_executable(test_cuda_plain EXCLUDE_FROM_ALL ${sources})  # without cuBLASLt, for run_on_gpu.sh
  target_include_directories(test_cuda_plain BEFORE PRIVATE ${CMAKE_CURRENT_LIST_DIR}/plain_products)
  foreach(program IN ITEMS test_cuda test_cuda_plain)
    target_link_libraries(${program} PRIVATE qwen3vl_dev qwen3vl::cuda qwen3vl::cpu qwen3vl::io doctest::doctest)
    target_compile_definitions(${program} PRIVATE QWEN3VL_GOLDEN="${QWEN3VL_GOLDEN}")
    target_compile_options(${program} PRIVATE
      $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings -Xcompiler=-Wall,-Wextra>)
  endforeach()
  add_test(NAME "cuda: on the device" COMMAND test_cuda)
  set_tests_properties("cuda: on the device" PROPERTIES LABELS cuda TIMEOUT 3600 SKIP_RETURN_CODE 77)
endif()

# The kernels on the CPU, for machines without a GPU: emulated/emulate.hpp. Their headers come through folders where
# those of emulated/ come first.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND UNIX)
  set(sources "")
  foreach(test IN ITEMS attend elements linear norms rope rows sampling vision)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/emulated/${test}_test.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT
      "#include <emulate.hpp>\n\n#include \"${CMAKE_CURRENT_LIST_DIR}/${test}_test.cu\"\n")
    list(APPEND sources ${source})
  endforeach()
  add_executable(test_cuda_emulated ${sources} cuda/emulated/emulate.cpp support/main.cpp support/reference.cpp)
  target_include_directories(test_cuda_emulated BEFORE PRIVATE ${CMAKE_CURRENT_LIST_DIR}/emulated)
  target_compile_options(test_cuda_emulated PRIVATE -Wno-unknown-pragmas)
  target_link_libraries(test_cuda_emulated PRIVATE qwen3vl_dev qwen3vl::qwen3vl doctest::doctest)
  doctest_discover_tests(test_cuda_emulated TEST_PREFIX "cuda, emulated: " PROPERTIES TIMEOUT 900 LABELS cuda)
endif()
