# Names every file that clang-format would change, with the command that does it.
set(sources "")
foreach(folder IN ITEMS include examples tests benchmarks)
  file(GLOB_RECURSE found ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.cuh
    ${ROOT}/${folder}/*.cu)
  list(APPEND sources ${found})
endforeach()
execute_process(COMMAND ${CLANG_FORMAT} --dry-run --ferror-limit=1 -Werror ${sources} WORKING_DIRECTORY ${ROOT}
  RESULT_VARIABLE code ERROR_VARIABLE said)
if(NOT code EQUAL 0)
  string(REGEX MATCHALL "[^\n]+:[0-9]+:[0-9]+: error:" places "${said}")
  string(REGEX REPLACE ":[0-9]+:[0-9]+: error:" "" files "${places}")
  list(REMOVE_DUPLICATES files)
  list(JOIN files "\n  " files)
  message(FATAL_ERROR "clang-format -i would change\n  ${files}\n${said}")
endif()
