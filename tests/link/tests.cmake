# Two files that include everything, linked into one program: nothing is defined twice.
if(TARGET qwen3vl::cpu AND TARGET qwen3vl::xtensor AND TARGET qwen3vl::input AND TARGET qwen3vl::media)
  add_executable(link_everything link/one.cpp link/two.cpp link/stb_image.cpp)
  target_link_libraries(link_everything PRIVATE qwen3vl_dev qwen3vl::all)
  target_compile_options(link_everything PRIVATE -O0)  # linking is the test
  add_test(NAME "link: two files that include everything" COMMAND link_everything)
endif()
