#!/usr/bin/env bash
# Every op of the GPU before and after a change, measured in turn in one go, as a table with the ratio.
#
#   mkdir .gpu-base && git archive REVISION | tar -x -C .gpu-base      # the tree before
#   benchmarks/compare_on_gpu.sh .gpu-base                             # all ops
#   benchmarks/compare_on_gpu.sh .gpu-base attend linear               # those whose names hold a word
#
# Needs cmake, nvcc and cuBLASLt; Eigen and nlohmann-json from the system or from the folder .gpu-deps
# (tests/cuda/gather_headers.sh makes it). Tables go to $OUT, or to the build folder.
#
#   ARCH=80         the GPU's compute capability; default: as the device says, else 90
#   BUILD=folder    default: build/gpu-compare
#   LIMIT=120       seconds for a program
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
base=${1:?the folder with the tree before}
shift
words=("$@")
[ ${#words[@]} -gt 0 ] || words=("")
build=${BUILD:-build/gpu-compare}
mkdir -p "$build"
tables=${OUT:-$build}

source cmake/gpu-options.sh
options+=(-DQWEN3VL_TESTS=OFF -DQWEN3VL_BENCHMARKS=ON)

make() {  # name, tree
  { cmake -S "$2" -B "$build/$1" -G "$generator" "${options[@]}" &&
    cmake --build "$build/$1" --target bench_cuda --parallel $((($(nproc) + 1) / 2)); } >"$tables/build-$1.log" 2>&1 ||
    { tail -40 "$tables/build-$1.log"; echo "SUMMARY: $1 does not build"; return 1; }
}
make before "$base" & first=$!
make after . & second=$!
wait $first; built=$?
wait $second || built=1
[ $built -eq 0 ] || exit 1

failed=0
: >"$tables/before.md"
: >"$tables/after.md"
for word in "${words[@]}"; do
  for which in before after; do
    timeout "${LIMIT:-120}" "$build/$which/benchmarks/bench_cuda" --filter "$word" >>"$tables/$which.md" || failed=1
  done
done
awk -F' *[|] *' '
  FNR == 1 { file += 1; print FILENAME ": " $0 }
  $2 == "op" || $4 !~ /µs/ { next }
  { split($4, time, " "); key = $2 "; " $3 }
  file == 1 { old[key] = time[1]; next }
  { if (!head++) print "\n| op | sizes | before | after | ratio | share | rate |\n| --- | --- | --- | --- | --- | --- | --- |"
    printf "| %s | %s | %s | %s | %s | %s | %s |\n", $2, $3, key in old ? old[key] " µs" : "", $4,
           key in old ? sprintf("%.2f", old[key] / time[1]) : "", $6, $7 }
' "$tables/before.md" "$tables/after.md" | tee "$tables/compare.md"
exit $failed
