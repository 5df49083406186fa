# One program; without a device it tests that the handle says so, and the rest is skipped.
if(TARGET qwen3vl::cuda AND TARGET qwen3vl::cpu AND TARGET qwen3vl::io)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cu)
  add_executable(test_cuda ${sources} cuda/any_model_f32.cu cuda/any_model_bf16.cu cuda/device.cu cuda/main.cpp
                 cuda/on_cpu.cpp support/reference.cpp)
  target_link_libraries(test_cuda PRIVATE qwen3vl_dev qwen3vl::cuda qwen3vl::cpu qwen3vl::io doctest::doctest)
  target_compile_definitions(test_cuda PRIVATE QWEN3VL_GOLDEN="${QWEN3VL_GOLDEN}")
  target_compile_options(test_cuda PRIVATE
    $<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:-Werror=all-warnings -Xcompiler=-Wall,-Wextra>)
  add_test(NAME "cuda: on the device" COMMAND test_cuda)
  set_tests_properties("cuda: on the device" PROPERTIES LABELS cuda TIMEOUT 3600 SKIP_RETURN_CODE 77)
endif()
