# Do includes point downwards, does every dependency have one door, and would we notice?
add_test(NAME "architecture: layers"
  COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_LIST_DIR}/check_layers.cmake)
add_test(NAME "architecture: the check sees what it should"
  COMMAND ${CMAKE_COMMAND} -DWORK=${CMAKE_CURRENT_BINARY_DIR}/architecture
          -P ${CMAKE_CURRENT_LIST_DIR}/self_test.cmake)
add_test(NAME "architecture: test names reach ctest whole"
  COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_LIST_DIR}/test_names.cmake)
add_test(NAME "architecture: no block is copied"
  COMMAND ${CMAKE_COMMAND} -P ${CMAKE_CURRENT_LIST_DIR}/check_copies.cmake)
