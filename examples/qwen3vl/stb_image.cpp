// stb_image is compiled once in a program.
#include <qwen3vl/media/stb_image_implementation.hpp>
