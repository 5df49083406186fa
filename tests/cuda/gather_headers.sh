#!/usr/bin/env bash
# Copies the header-only libraries that the CUDA tests and benchmarks need into a folder, for a machine that has a GPU and a
# compiler but neither these packages nor a network. run_on_gpu.sh finds them there.
#
#   tests/cuda/gather_headers.sh [FOLDER]        # .gpu-deps
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=${1:-.gpu-deps}
prefix=${PREFIX:-/usr}

rm -rf "$folder"
mkdir -p "$folder/include/eigen3" "$folder/lib/cmake" "$folder/share/cmake"
cp -r "$prefix/include/eigen3/Eigen" "$folder/include/eigen3/"
for library in doctest nlohmann CLI stb; do
  cp -r "$prefix/include/$library" "$folder/include/"
done
for package in doctest nlohmann_json CLI11 Eigen3; do
  config=$(find "$prefix/lib/cmake" "$prefix/share" -name "${package}Config.cmake" -print -quit)
  [ -n "$config" ] || { echo "no ${package}Config.cmake under $prefix" >&2; exit 1; }
  to=$folder/$(realpath --relative-to="$prefix" "$(dirname "$config")")
  mkdir -p "$to"
  cp "$(dirname "$config")"/*.cmake "$to/"
  # a package that thinks it cannot be moved
  up=$(realpath --relative-to="$to" "$folder")
  sed -i "s|^set(_IMPORT_PREFIX \"$prefix\")|get_filename_component(_IMPORT_PREFIX \"\${CMAKE_CURRENT_LIST_DIR}/$up\" ABSOLUTE)|" "$to"/*.cmake
done
du -sh "$folder"
