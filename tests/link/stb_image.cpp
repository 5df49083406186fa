#include <qwen3vl/media/stb_image_implementation.hpp>
