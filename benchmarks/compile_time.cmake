# What including costs: seconds to compile a file that includes one header and nothing else, without
# optimisation, the least and the median of RUNS; and the lines that the compiler has to read.
#
#   cmake -P benchmarks/compile_time.cmake                      # umbrellas and blocks
#   cmake -DHEADERS=nn/swiglu.hpp -DRUNS=20 -P benchmarks/compile_time.cmake
#   cmake -DCOMPILER=clang++ -P benchmarks/compile_time.cmake
#
# The yardstick is measured in the same run: an empty file, and <string>, which every Error needs.
cmake_minimum_required(VERSION 3.25)
if(NOT COMPILER)
  set(COMPILER g++)
endif()
if(NOT RUNS)
  set(RUNS 5)
endif()
if(NOT WORK)
  set(WORK ${CMAKE_CURRENT_BINARY_DIR}/compile_time)
  if(EXISTS /tmp)
    set(WORK /tmp/qwen3vl_compile_time)
  endif()
endif()
if(NOT INCLUDES)
  set(INCLUDES /usr/include/eigen3)
endif()
set(include ${CMAKE_CURRENT_LIST_DIR}/../include)
if(NOT HEADERS)
  set(HEADERS
    qwen3vl.hpp files.hpp cpu.hpp media.hpp input.hpp generate.hpp
    core/view.hpp core/error.hpp core/workspace.hpp core/threads.hpp
    ops/rms_norm.hpp ops/linear.hpp ops/attend.hpp ops/rope/mrope_interleaved.hpp
    nn/linear.hpp nn/rms_norm.hpp nn/layer_norm.hpp nn/swiglu.hpp nn/mlp.hpp nn/attention.hpp nn/kv_cache.hpp
    vision/vision_attention.hpp vision/vision_block.hpp vision/patch_merger.hpp vision/vision_tower.hpp
    text/decoder_layer.hpp text/text_model.hpp text/position_ids.hpp model/qwen3_vl.hpp
    media/smart_resize.hpp media/preprocess_image.hpp)
endif()

function(microseconds result)
  string(TIMESTAMP now "%s;%f" UTC)
  list(GET now 0 seconds)
  list(GET now 1 micro)
  math(EXPR seconds "${seconds} % 1000000")
  string(REGEX REPLACE "^0+(.)" "\\1" micro "${micro}")
  math(EXPR total "${seconds} * 1000000 + ${micro}")
  set(${result} ${total} PARENT_SCOPE)
endfunction()

function(in_seconds micro result)  # 0.37
  math(EXPR hundredths "(${micro} + 5000) / 10000")
  math(EXPR whole "${hundredths} / 100")
  math(EXPR rest "${hundredths} % 100")
  if(rest LESS 10)
    set(rest 0${rest})
  endif()
  set(${result} ${whole}.${rest} PARENT_SCOPE)
endfunction()

function(measure label text)
  set(source ${WORK}/one.cpp)
  file(WRITE ${source} "${text}")
  set(flags -std=c++20 -I ${include})
  foreach(folder IN LISTS INCLUDES)
    list(APPEND flags -isystem ${folder})
  endforeach()
  set(times "")
  foreach(run RANGE 1 ${RUNS})
    microseconds(begin)
    execute_process(COMMAND ${COMPILER} ${flags} -c ${source} -o ${WORK}/one.o RESULT_VARIABLE code
      OUTPUT_VARIABLE out ERROR_VARIABLE out)
    microseconds(end)
    if(NOT code EQUAL 0)
      message(FATAL_ERROR "${label} does not compile alone:\n${out}")
    endif()
    math(EXPR spent "${end} - ${begin}")
    list(APPEND times ${spent})
  endforeach()
  list(SORT times COMPARE NATURAL)
  list(GET times 0 least)
  math(EXPR middle "${RUNS} / 2")
  list(GET times ${middle} median)
  in_seconds(${least} least)
  in_seconds(${median} median)
  execute_process(COMMAND ${COMPILER} ${flags} -E -P ${source} -o ${WORK}/one.ii)
  file(STRINGS ${WORK}/one.ii lines)
  list(LENGTH lines lines)
  file(SIZE ${WORK}/one.o bytes)
  string(LENGTH "${label}" width)
  math(EXPR pad "36 - ${width}")
  string(REPEAT " " ${pad} pad)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${label}${pad}${least}    ${median}    ${lines}    ${bytes}")
endfunction()

file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "header                       least [s]  median  lines    object [bytes]")
measure("(an empty file)" "")
measure("<string>" "#include <string>\n")
foreach(header IN LISTS HEADERS)
  measure(${header} "#include <qwen3vl/${header}>\n")
endforeach()
