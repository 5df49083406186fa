# Does the demo model see? Held-out items of every metric are answered.
target_sources(test_quality PRIVATE media/stb_image.cpp)
if(TARGET held_out_items)
  add_dependencies(test_quality held_out_items)
  target_sources(test_quality PRIVATE quality/accuracy.cpp)
  target_compile_definitions(test_quality PRIVATE QWEN3VL_HELD_OUT="${QWEN3VL_HELD_OUT}"
    QWEN3VL_DEMO="${PROJECT_SOURCE_DIR}/examples/demo_model/checkpoint")
endif()
