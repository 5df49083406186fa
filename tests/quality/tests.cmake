# Does the demo model see? Its accuracy on held-out items is tested where its weights are.
target_sources(test_quality PRIVATE media/stb_image.cpp)
set(demo_model ${PROJECT_SOURCE_DIR}/examples/demo_model/checkpoint)
if(EXISTS ${demo_model}/model.safetensors)
  target_sources(test_quality PRIVATE quality/accuracy.cpp)
  target_compile_definitions(test_quality PRIVATE QWEN3VL_DEMO="${demo_model}"
    QWEN3VL_HELD_OUT="${CMAKE_CURRENT_SOURCE_DIR}/quality/items")
endif()
