#!/usr/bin/env bash
# Builds the CUDA tests, runs them on this machine's GPU, and ends with a summary.
#
#   tests/cuda/run_on_gpu.sh                          # all tests
#   tests/cuda/run_on_gpu.sh memcheck racecheck       # the same under these tools of compute-sanitizer, too
#
# Needs cmake, nvcc and cuBLASLt; doctest, Eigen and nlohmann-json from the system or from the folder .gpu-deps
# (gather_headers.sh makes it). Logs go to $OUT, or to the build folder.
#
#   ARCH=80        the GPU's compute capability; default: as the device says, else 90
#   BUILD=folder   default: build/gpu
#   TESTS='…'      further arguments of the tests, such as -tc='attend*'
#   JOBS=4         tests at a time under the tools; default: 8
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${BUILD:-build/gpu}
mkdir -p "$build"
logs=${OUT:-$build}

source cmake/gpu-options.sh

targets=(test_cuda)
[ $# -eq 0 ] || targets+=(test_cuda_plain)
started=$SECONDS
{ cmake -S . -B "$build" -G "$generator" "${options[@]}" &&
  cmake --build "$build" --target "${targets[@]}" --parallel "$(nproc)"; } >"$logs/build.log" 2>&1 ||
  { tail -40 "$logs/build.log"; echo "SUMMARY: it does not build"; exit 1; }
built=$((SECONDS - started))

program=$(find "$build" -name test_cuda -type f -perm -u+x -print -quit)
summary=() failed=0
run() {  # name, command…
  local name=$1 started=$SECONDS status
  shift
  "$@" >"$logs/$name.log" 2>&1
  status=$?
  [ $status -eq 0 ] || failed=1
  summary+=("$name: exit $status, $((SECONDS - started)) s; $(grep -E '^\[doctest\] (test cases|assertions)' "$logs/$name.log" |
    sed 's/\[doctest\] //' | tr -s ' ' | paste -sd ';')")
}
# shellcheck disable=SC2086
run tests "$program" ${TESTS:-}
# Under a tool every test runs by itself, several at a time, but those that make errors on purpose. Racecheck and
# initcheck do not follow cuBLASLt's kernels on Hopper, which write by TMA: racecheck reports hazards inside them, and
# initcheck takes what they have written into fresh memory for uninitialised. So the tests where they do run with the
# plain product in their place.
theirs='^CUDA agrees with the CPU\|^on CUDA logits that stay\|^on CUDA an unchecked handle'
export plain_program=$build/tests/test_cuda_plain program logs theirs
one() {  # tool, test
  local tool=$1 name=$2 with=$program started=$SECONDS status
  local log="$logs/$tool.log.d/${name//[^A-Za-z0-9]/_}.log"
  [ "$tool" = memcheck ] || ! grep -q "$theirs" <<<"$name" || with=$plain_program
  compute-sanitizer --tool "$tool" --error-exitcode 9 "$with" -tc="${name//,/?}" >"$log" 2>&1
  status=$?
  grep -qE 'test cases: +1 \| +1 passed' "$log" || [ $status -ne 0 ] || status=1
  echo "exit $status, $((SECONDS - started)) s: $name" >>"$logs/$tool.log"
}
export -f one
if [ $# -gt 0 ]; then
  # shellcheck disable=SC2086
  mapfile -t names < <("$program" -ltc ${TESTS:-} | awk '/^===/ { inside = !inside; next } inside && !/^(Cuda refuses|an error of a launch)/')
  started=$SECONDS
  for tool in "$@"; do
    rm -rf "$logs/$tool.log" "$logs/$tool.log.d"
    mkdir -p "$logs/$tool.log.d"
    for name in "${names[@]}"; do printf '%s\0%s\0' "$tool" "$name"; done
  done | xargs -0 -n 2 -P "${JOBS:-8}" bash -c 'one "$0" "$1"'
  for tool in "$@"; do
    clean=$(grep -c '^exit 0' "$logs/$tool.log")
    [ "$clean" -eq ${#names[@]} ] || failed=1
    summary+=("$tool: $clean of ${#names[@]} tests without a finding")
  done
  summary+=("the tools: $((SECONDS - started)) s")
fi

echo "--- measured"
grep -hE 'MESSAGE: ' "$logs/tests.log" | sed 's/.*MESSAGE: //' | head -200
if [ $failed -ne 0 ]; then
  echo "--- what failed"
  grep -hE -A12 'ERROR:|FATAL' "$logs/tests.log" | head -150
  for tool in "$@"; do
    grep -v '^exit 0' "$logs/$tool.log"
    grep -hE -A12 'ERROR:|========= (Invalid|Error|Race|Uninit|Program)' "$logs/$tool.log.d"/*.log | head -50
  done
fi
echo "--- SUMMARY"
sed -n 1p "$logs/tests.log"
echo "built in $built s"
printf '%s\n' "${summary[@]}"
exit $failed
