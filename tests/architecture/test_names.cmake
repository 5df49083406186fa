# ctest is given the names of doctest's cases as a CMake list: a semicolon would cut a name in two, and
# neither half would run anything; so would a bracket without its partner.
file(GLOB_RECURSE sources ${CMAKE_CURRENT_LIST_DIR}/../*_test.cpp
  ${CMAKE_CURRENT_LIST_DIR}/../*_test.cu)
foreach(source IN LISTS sources)
  file(READ ${source} text)
  string(REPLACE ";" "<semicolon>" text "${text}")
  string(REGEX MATCHALL "TEST_CASE(_TEMPLATE)?\\([\n ]*\"[^\"]*\"" names "${text}")
  foreach(name IN LISTS names)
    string(REGEX REPLACE "[^][]" "" brackets "${name}")
    string(REPLACE "[]" "" brackets "${brackets}")
    if(name MATCHES "<semicolon>" OR NOT brackets STREQUAL "")
      message(SEND_ERROR "${source}: ${name}\n  a test's name has no semicolon, and its brackets close")
    endif()
  endforeach()
endforeach()
