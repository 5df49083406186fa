# Is every file as .clang-format says? Other versions of clang-format decide otherwise: 14 alone is asked.
find_program(QWEN3VL_CLANG_FORMAT NAMES clang-format-14 clang-format)
if(QWEN3VL_CLANG_FORMAT)
  execute_process(COMMAND ${QWEN3VL_CLANG_FORMAT} --version OUTPUT_VARIABLE version ERROR_QUIET)
  if(version MATCHES "version 14\\.")
    add_test(NAME "format: clang-format changes nothing"
      COMMAND ${CMAKE_COMMAND} -DCLANG_FORMAT=${QWEN3VL_CLANG_FORMAT} -DROOT=${PROJECT_SOURCE_DIR}
              -P ${CMAKE_CURRENT_LIST_DIR}/check_format.cmake)
    set_tests_properties("format: clang-format changes nothing" PROPERTIES LABELS format)
  endif()
endif()
