# A foreign project finds, includes and builds one component, in every way there is.
if(TARGET qwen3vl::cpu AND TARGET qwen3vl::images)
  get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  foreach(how IN ITEMS find_package add_subdirectory FetchContent plain missing_component wrong_version)
    add_test(NAME "install: ${how}"
      COMMAND ${CMAKE_COMMAND} -DHOW=${how} -DSOURCE=${PROJECT_SOURCE_DIR} -DBUILD=${PROJECT_BINARY_DIR}
              -DWORK=${CMAKE_CURRENT_BINARY_DIR}/install/${how} -DCOMPILER=${CMAKE_CXX_COMPILER}
              -DGENERATOR=${CMAKE_GENERATOR} -DEIGEN=${eigen}
              -DPICTURE=${CMAKE_CURRENT_SOURCE_DIR}/golden/media/odd_333x517.png
              -P ${CMAKE_CURRENT_LIST_DIR}/try.cmake)
    set_tests_properties("install: ${how}" PROPERTIES LABELS install TIMEOUT 600)
  endforeach()
endif()

if(TARGET qwen3vl::cuda)
  foreach(how IN ITEMS find_package add_subdirectory)
    add_test(NAME "install: CUDA by ${how}"
      COMMAND ${CMAKE_COMMAND} -DHOW=${how} -DCUDA=ON -DSOURCE=${PROJECT_SOURCE_DIR} -DBUILD=${PROJECT_BINARY_DIR}
              -DWORK=${CMAKE_CURRENT_BINARY_DIR}/install/cuda_${how} -DCOMPILER=${CMAKE_CXX_COMPILER}
              -DCUDACXX=${CMAKE_CUDA_COMPILER} -DGENERATOR=${CMAKE_GENERATOR} -P ${CMAKE_CURRENT_LIST_DIR}/try.cmake)
    set_tests_properties("install: CUDA by ${how}" PROPERTIES LABELS "install;cuda" TIMEOUT 900)
  endforeach()
endif()
