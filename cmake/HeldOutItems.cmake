# Questions that the demo model was not trained on, drawn by the program that draws them for everybody:
#
#   target held_out_items      twenty of every metric, in QWEN3VL_HELD_OUT
#
# Drawing needs Python 3 with NumPy, Pillow and fonts; without them there is no such target.
find_package(Python3 COMPONENTS Interpreter)
set(drawer ${PROJECT_SOURCE_DIR}/examples/demo_model)
set(what "there is no Python 3")
if(Python3_FOUND)
  execute_process(COMMAND ${Python3_EXECUTABLE} -B -c "import numpy, drawing; [drawing.font(name, 12) for name in drawing.FONTS]"
    WORKING_DIRECTORY ${drawer} RESULT_VARIABLE lacking OUTPUT_QUIET ERROR_VARIABLE what)
endif()
if(NOT Python3_FOUND OR lacking)
  string(REGEX REPLACE ".*\n([^\n]+)\n*$" "\\1" what "${what}")
  message(WARNING "The demo model's accuracy is not tested: its questions cannot be drawn. ${what}\n"
                  "  hint: cmake/install-packages.sh installs NumPy, Pillow and the fonts")
  return()
endif()
set(QWEN3VL_HELD_OUT ${PROJECT_BINARY_DIR}/held-out)
file(GLOB sources CONFIGURE_DEPENDS ${drawer}/*.py ${drawer}/tasks/*.py)
add_custom_command(OUTPUT ${QWEN3VL_HELD_OUT}/items.jsonl
  COMMAND ${Python3_EXECUTABLE} -B ${drawer}/generate.py --seed 2 --count 20 --output ${QWEN3VL_HELD_OUT}
  DEPENDS ${sources} COMMENT "Drawing held-out items" VERBATIM)
add_custom_target(held_out_items DEPENDS ${QWEN3VL_HELD_OUT}/items.jsonl)
