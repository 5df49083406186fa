target_sources(test_end_to_end PRIVATE media/stb_image.cpp)
