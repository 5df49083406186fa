#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests.
#
#   tests/run.sh             # preset dev
#   tests/run.sh sanitize    # the whole suite under AddressSanitizer and UndefinedBehaviorSanitizer
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${1:-dev}

bash cmake/install-packages.sh
cache=()
if command -v ccache >/dev/null; then
  cache=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cmake --preset "$preset" "${cache[@]}"
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset"
