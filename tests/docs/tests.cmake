# Is the code in the docs what its files say, do links lead somewhere, and would we notice?
find_package(Python3 3.9 QUIET COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
  add_test(NAME docs_code_is_current
    COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/docs/cut_code.py --check)
  add_test(NAME docs_speak_of_what_exists
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/check_pages.py)
  add_test(NAME docs_checks_see_what_they_should
    COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/self_test.py)
else()
  message(STATUS "docs: there is no Python, so the pages are not checked")
endif()
