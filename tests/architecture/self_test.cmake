# Does check_layers.cmake see what it should? Each tree below breaks one rule; the message must name it.
cmake_minimum_required(VERSION 3.25)
set(failed 0)

function(tree name expected)  # tree(name "expected message" header text [header text]…)
  set(root ${WORK}/${name})
  file(REMOVE_RECURSE ${root})
  while(ARGN)
    list(POP_FRONT ARGN header text)
    file(WRITE ${root}/qwen3vl/${header} "#pragma once\n${text}\n")
  endwhile()
  execute_process(
    COMMAND ${CMAKE_COMMAND} -DROOT=${root} -DPARTIAL=ON -P ${CMAKE_CURRENT_LIST_DIR}/check_layers.cmake
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  string(REGEX REPLACE "[ \n]+" " " out "${out}")
  string(FIND "${out}" "${expected}" at)
  if(at EQUAL -1 OR (code EQUAL 0 AND NOT expected MATCHES "^[0-9]+ headers"))
    message(SEND_ERROR "${name}: expected \"${expected}\", got ${code}: ${out}")
  endif()
endfunction()

tree(good "2 headers: includes point downwards"
  core/view.hpp "#include <vector>" ops/add.hpp "#include <qwen3vl/core/view.hpp>")
tree(upwards "core/view.hpp: #include <qwen3vl/ops/add.hpp> core/ may include only: core"
  core/view.hpp "#include <qwen3vl/ops/add.hpp>" ops/add.hpp "")
tree(sideways "text/a.hpp: #include <qwen3vl/vision/b.hpp>"
  text/a.hpp "#include <qwen3vl/vision/b.hpp>" vision/b.hpp "")
tree(backend "nn/linear.hpp: #include <qwen3vl/cpu/linear.hpp>"
  nn/linear.hpp "#include <qwen3vl/cpu/linear.hpp>" cpu/linear.hpp "")
tree(umbrella_from_a_room "io/a.hpp: #include <qwen3vl/cpu.hpp>"
  io/a.hpp "#include <qwen3vl/cpu.hpp>" cpu.hpp "")
tree(unknown_room "util/ is no room" util/a.hpp "")
tree(gone "there is no such header" core/a.hpp "#include <qwen3vl/core/b.hpp>")
tree(side_door "only bridge/eigen.hpp may include it" cpu/a.hpp "#include <Eigen/Core>")
tree(no_door "a dependency without a door" io/a.hpp "#include <yaml-cpp/yaml.h>")
tree(quotes "by full path and in angle brackets" core/a.hpp "#include \"view.hpp\"")
tree(posix "ops/a.hpp: #include <unistd.h>" ops/a.hpp "#include <unistd.h>")
tree(iostream "iostream has no place in a header" core/a.hpp "#include <iostream>")
tree(prints "headers print nothing" core/a.hpp "inline void f() { std::printf(\"x\")\; }")
tree(exits "headers print nothing" core/a.hpp "inline void f() { std::exit(1)\; }")
tree(unnamed "have no unnamed namespace" core/a.hpp "namespace {")
tree(lagging "cpu.hpp does not reach cpu/b.hpp"
  cpu.hpp "#include <qwen3vl/cpu/a.hpp>" cpu/a.hpp "" cpu/b.hpp "")
tree(draught "qwen3vl.hpp reaches io/json.hpp, a dependency that its users did not ask for"
  qwen3vl.hpp "#include <qwen3vl/model/a.hpp>" model/a.hpp "#include <qwen3vl/io/json.hpp>"
  io/json.hpp "#include <nlohmann/json.hpp>")

# And check_copies.cmake: six equal lines in two headers, comments and indentation apart, or twice in one.
function(copies name expected)
  set(root ${WORK}/${name})
  file(REMOVE_RECURSE ${root})
  while(ARGN)
    list(POP_FRONT ARGN header text)
    file(WRITE ${root}/qwen3vl/${header} "#pragma once\n${text}\n")
  endwhile()
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${root} -P ${CMAKE_CURRENT_LIST_DIR}/check_copies.cmake
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  string(REGEX REPLACE "[ \n]+" " " out "${out}")
  string(FIND "${out}" "${expected}" at)
  if(at EQUAL -1)
    message(SEND_ERROR "${name}: expected \"${expected}\", got ${code}: ${out}")
  endif()
endfunction()
set(five "int a\nint b\n\nint c\n}\nint d\nint e")
copies(alike "nn/b.hpp and nn/a.hpp have 6 equal lines, from int a"
  nn/b.hpp "${five}\nint f" nn/a.hpp "${five} // one\n  int f")
copies(twice "text/a.hpp and text/a.hpp have 6 equal lines"
  text/a.hpp "${five}\nint f\nint z\n${five}\nint f")
copies(short "2 headers: no run of 6 equal lines" nn/b.hpp "${five}\nint f" nn/a.hpp "${five}\nint g")
