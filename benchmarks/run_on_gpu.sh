#!/usr/bin/env bash
# Builds the benchmarks, measures this machine's GPU, and ends with the tables.
#
#   benchmarks/run_on_gpu.sh                    # whole models, 2b and 8b in bf16, then every op
#   benchmarks/run_on_gpu.sh 8b                 # one shape: tiny, 2b, 4b, 8b, 32b
#   benchmarks/run_on_gpu.sh ops                # the ops alone
#   benchmarks/run_on_gpu.sh 2b 8b ops cpu      # and 2b on the CPU
#
# Needs cmake, nvcc and cuBLASLt; Eigen, nlohmann-json, CLI11 and stb from the system or from the folder .gpu-deps
# (tests/cuda/gather_headers.sh makes it). Every part has its own time limit and writes to $OUT as it goes, or to
# the build folder: a run that is cut short leaves what it had.
#
#   ARCH=80         the GPU's compute capability; default: as the device says, else 90
#   BUILD=folder    default: build/gpu-bench
#   LIMIT=60        seconds for a part
#   BENCH='…'       further arguments of the models' part, such as '--rows decode'
#   OPS='…'         further arguments of the ops' part, such as '--filter attend'
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${BUILD:-build/gpu-bench}
mkdir -p "$build"
logs=${OUT:-$build}
limit=${LIMIT:-60}
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(2b 8b ops)

source cmake/gpu-options.sh
options+=(-DQWEN3VL_TESTS=OFF -DQWEN3VL_BENCHMARKS=ON)

started=$SECONDS
{ cmake -S . -B "$build" -G "$generator" "${options[@]}" &&
  cmake --build "$build" --target bench_model bench_cuda --parallel "$(nproc)"; } >"$logs/bench-build.log" 2>&1 ||
  { tail -40 "$logs/bench-build.log"; echo "SUMMARY: it does not build"; exit 1; }
echo "built in $((SECONDS - started)) s"
nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,clocks.max.memory,power.limit,memory.total \
  --format=csv,noheader 2>/dev/null | tee "$logs/gpu.txt"

failed=0
part() {  # name, command…
  local name=$1 started=$SECONDS status
  shift
  timeout "$limit" "$@" 2>&1 | tee "$logs/$name.txt"
  status=${PIPESTATUS[0]}
  [ "$status" -eq 0 ] || { failed=1; echo "$name: exit $status"; }
  echo "--- $name: $((SECONDS - started)) s"
}
for name in "${parts[@]}"; do
  # shellcheck disable=SC2086
  case $name in
    ops) part ops "$build/benchmarks/bench_cuda" --markdown "$logs/ops.md" ${OPS:-} ;;
    cpu) part 2b-cpu "$build/benchmarks/bench_model" --shape 2b --json "$logs/2b-cpu.json" ${BENCH:-} ;;
    *) part "$name" "$build/benchmarks/bench_model" --shape "$name" --backend cuda --json "$logs/$name.json" ${BENCH:-} ;;
  esac
done
exit $failed
