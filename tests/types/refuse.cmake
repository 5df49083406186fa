# A wrong use must not compile, and its first error must be one that helps:
#
#   cmake -DCOMPILER=g++ "-DFLAGS=-I;include" -DSOURCE=missing_kernel.cpp -P refuse.cmake
#
# The first line of the file says what to expect, "// expect: <regular expression>". At most two errors:
# a reader stops at the second.
file(STRINGS ${SOURCE} expected REGEX "^// expect: " LIMIT_COUNT 1)
string(REPLACE "// expect: " "" expected "${expected}")
execute_process(COMMAND ${COMPILER} -std=c++20 ${FLAGS} -fsyntax-only ${SOURCE}
  RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(code EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, and should not")
endif()
string(REGEX MATCHALL "error: [^\n]*" errors "${said}")
list(LENGTH errors count)
if(NOT said MATCHES "${expected}" OR count GREATER 2)
  message(FATAL_ERROR "${SOURCE}: expected \"${expected}\" in at most 2 errors, got ${count}:\n${said}")
endif()
