# What must not compile, and says why: every *.cpp here that is no _test.cpp.
if(TARGET qwen3vl::cpu)
  get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  list(TRANSFORM eigen PREPEND "-isystem")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    string(REPLACE "_" " " name ${name})
    add_test(NAME "types: refuses ${name}"
      COMMAND ${CMAKE_COMMAND} -DCOMPILER=${CMAKE_CXX_COMPILER}
              "-DFLAGS=-I;${PROJECT_SOURCE_DIR}/include;${eigen}" -DSOURCE=${source}
              -P ${CMAKE_CURRENT_LIST_DIR}/refuse.cmake)
  endforeach()
endif()
