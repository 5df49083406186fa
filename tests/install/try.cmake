# Configures, builds and runs the foreign project, or does the same by hand.
#
#   cmake -DHOW=find_package -DSOURCE=… -DBUILD=… -DWORK=… -DCOMPILER=… -DPICTURE=… -P try.cmake
#
# HOW: find_package, add_subdirectory, FetchContent, plain, missing_component, wrong_version
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

# run(command…): it must succeed, and `output` is what it said.
macro(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${HOW}: ${ARGN}\nended with ${code}:\n${output}")
  endif()
endmacro()

# refused("words" command…): it must fail and say the words.
function(refused words)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " line "${output}")
  string(FIND "${line}" "${words}" at)
  if(code EQUAL 0 OR at EQUAL -1)
    message(FATAL_ERROR "${HOW}: expected a refusal with \"${words}\", got ${code}:\n${output}")
  endif()
endfunction()

# Installs into one folder and moves it away, so that only a relocatable package is found later.
macro(install_and_move)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
  file(RENAME ${WORK}/installed ${WORK}/moved)
  file(GLOB_RECURSE package ${WORK}/moved/*.cmake)
  foreach(file IN LISTS package)
    file(READ ${file} text)
    foreach(folder IN ITEMS ${SOURCE} ${WORK})
      string(FIND "${text}" "${folder}" at)
      if(NOT at EQUAL -1)
        message(FATAL_ERROR "${file} names ${folder}: the package cannot be moved")
      endif()
    endforeach()
  endforeach()
endmacro()

set(configure ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/foreign -B ${WORK}/build -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DQWEN3VL_SOURCE=${SOURCE} -DCMAKE_PREFIX_PATH=${WORK}/moved)

if(CUDA)
  if(HOW STREQUAL "find_package")
    install_and_move()
  endif()
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/foreign_cuda -B ${WORK}/build -G ${GENERATOR}
      -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CUDA_COMPILER=${CUDACXX} -DQWEN3VL_SOURCE=${SOURCE}
      -DCMAKE_PREFIX_PATH=${WORK}/moved -DHOW=${HOW})
  run(${CMAKE_COMMAND} --build ${WORK}/build)
  run(${WORK}/build/block)
elseif(HOW STREQUAL "plain")
  run(${COMPILER} -std=c++20 -I ${SOURCE}/include ${CMAKE_CURRENT_LIST_DIR}/plain.cpp -o ${WORK}/plain)
  run(${WORK}/plain)
  run(${COMPILER} -std=c++20 -I ${SOURCE}/include -I ${EIGEN} ${CMAKE_CURRENT_LIST_DIR}/block.cpp
      -o ${WORK}/block -pthread)
  run(${WORK}/block)
elseif(HOW STREQUAL "missing_component")
  install_and_move()
  refused("qwen3vl::cpu needs Eigen 3.4 (Debian: libeigen3-dev)"
    ${configure} -DHOW=find_package -DCOMPONENTS=cpu -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
  refused("qwen3vl has no component \"gpu\"" ${configure} -DHOW=find_package -DCOMPONENTS=gpu)
elseif(HOW STREQUAL "wrong_version")
  install_and_move()
  refused("compatible with requested version \"99.0\""
    ${configure} -DHOW=find_package -DVERSION=99.0 -DCOMPONENTS=cpu)
else()
  if(HOW STREQUAL "find_package")
    install_and_move()
  endif()
  run(${configure} -DHOW=${HOW} -DVERSION=0.1 "-DCOMPONENTS=cpu\;images")
  run(${CMAKE_COMMAND} --build ${WORK}/build)
  run(${WORK}/build/plain)
  run(${WORK}/build/block)
  run(${WORK}/build/pixels ${PICTURE})
endif()
file(REMOVE_RECURSE ${WORK})
