# Folders made in the build folder from what tests/golden ships:
#
#   golden               the reference's outputs: tests/golden with its archives unpacked
#   released-tokenizer   Qwen3-VL's vocabulary, merges, chat template and preprocessor configurations
#   tiny-checkpoint      a complete checkpoint with that vocabulary: weights, sizes, words, template. It is
#                        tiny and its weights are random, so that it babbles. examples/run.sh talks to it.
#
# What is large is shipped as .tar.xz and unpacked here, once; an archive that changes is unpacked again.
# Files are linked, not copied.

# qwen3vl_unpack(archive.tar.xz folder file sha256 [file sha256 …]): after it `folder` holds the files, byte
# for byte those that went into the archive.
function(qwen3vl_unpack archive folder)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${archive})
  set(unpacked FALSE)
  while(TRUE)
    set(wrong "")
    set(expected ${ARGN})
    while(expected)
      list(POP_FRONT expected file wanted)
      set(got "")
      if(EXISTS ${folder}/${file})
        file(SHA256 ${folder}/${file} got)
      endif()
      if(NOT got STREQUAL wanted)
        list(APPEND wrong ${file})
      endif()
    endwhile()
    if(NOT wrong)
      return()
    endif()
    if(unpacked)
      list(JOIN wrong ", " names)
      message(FATAL_ERROR "${archive} does not unpack to the bytes it was made of: ${names}\n"
                          "  hint: a damaged download or checkout? Or a full disk?")
    endif()
    message(STATUS "Unpacking ${archive}")
    foreach(file IN LISTS wrong)
      file(REMOVE ${folder}/${file})
    endforeach()
    file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${folder} TOUCH)
    set(unpacked TRUE)
  endwhile()
endfunction()

# qwen3vl_link(folder file …)
function(qwen3vl_link folder)
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    file(CREATE_LINK ${file} ${folder}/${name} COPY_ON_ERROR SYMBOLIC)
  endforeach()
endfunction()

set(golden ${PROJECT_SOURCE_DIR}/tests/golden)
set(QWEN3VL_GOLDEN ${PROJECT_BINARY_DIR}/golden)
set(packed ${golden}/packed.sha256)  # archive, sum, file: pack.sh writes it
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${packed})
file(STRINGS ${packed} lines)
set(archives "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^ ]+) ([0-9a-f]+) +(.+)$" line ${line})
  list(APPEND archives ${CMAKE_MATCH_1})
  list(APPEND files_of_${CMAKE_MATCH_1} ${CMAKE_MATCH_3} ${CMAKE_MATCH_2})
endforeach()
list(REMOVE_DUPLICATES archives)
foreach(archive IN LISTS archives)
  qwen3vl_unpack(${golden}/${archive} ${QWEN3VL_GOLDEN} ${files_of_${archive}})
endforeach()
file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${golden} ${golden}/*)
list(FILTER files EXCLUDE REGEX "\\.(py|sh|md|xz|sha256)$")
foreach(file IN LISTS files)
  get_filename_component(folder ${file} DIRECTORY)
  file(MAKE_DIRECTORY ${QWEN3VL_GOLDEN}/${folder})
  file(CREATE_LINK ${golden}/${file} ${QWEN3VL_GOLDEN}/${file} COPY_ON_ERROR SYMBOLIC)
endforeach()

set(QWEN3VL_RELEASED_TOKENIZER ${PROJECT_BINARY_DIR}/released-tokenizer)
set(QWEN3VL_TINY_CHECKPOINT ${PROJECT_BINARY_DIR}/tiny-checkpoint)
file(MAKE_DIRECTORY ${QWEN3VL_RELEASED_TOKENIZER} ${QWEN3VL_TINY_CHECKPOINT})

qwen3vl_unpack(${golden}/tokenizer/vocabulary.tar.xz ${QWEN3VL_RELEASED_TOKENIZER}
  vocab.json ca10d7e9fb3ed18575dd1e277a2579c16d108e32f27439684afa0e10b1440910
  merges.txt 8831e4f1a044471340f7c0a83d7bd71306a5b867e95fd870f74d0c5308a904d5)
file(GLOB files ${golden}/tokenizer/*config.json ${golden}/tokenizer/chat_template.jinja)
qwen3vl_link(${QWEN3VL_RELEASED_TOKENIZER} ${files})

qwen3vl_unpack(${golden}/end_to_end/checkpoint/model.safetensors.tar.xz ${QWEN3VL_TINY_CHECKPOINT}
  model.safetensors 6721f3e511d9b4e529c8410ca7ceeae55f0c5746573cb2d4cf0c4db0e799060e)
file(GLOB files ${golden}/end_to_end/checkpoint/*.json)
foreach(name IN ITEMS vocab.json merges.txt tokenizer_config.json chat_template.jinja)
  list(APPEND files ${QWEN3VL_RELEASED_TOKENIZER}/${name})
endforeach()
qwen3vl_link(${QWEN3VL_TINY_CHECKPOINT} ${files})
