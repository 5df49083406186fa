# install + export + version file. The installed package finds its dependencies the same way the
# source tree does: it includes the very Qwen3vlTargets.cmake.
include(CMakePackageConfigHelpers)
set(QWEN3VL_CMAKE_DIR ${CMAKE_INSTALL_DATADIR}/cmake/qwen3vl)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/qwen3vl-config.cmake.in
  ${PROJECT_BINARY_DIR}/qwen3vl-config.cmake INSTALL_DESTINATION ${QWEN3VL_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qwen3vl-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
if(PROJECT_IS_TOP_LEVEL)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(FILES ${PROJECT_BINARY_DIR}/qwen3vl-config.cmake ${PROJECT_BINARY_DIR}/qwen3vl-config-version.cmake
                ${PROJECT_SOURCE_DIR}/cmake/Qwen3vlTargets.cmake DESTINATION ${QWEN3VL_CMAKE_DIR})
endif()
