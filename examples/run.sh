#!/usr/bin/env bash
# Installs what is missing, builds the program, and lets a small Qwen3-VL that the repository ships answer
# about a picture, a clip, and where things are; then shows that every tensor on the way equals the reference.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install-packages.sh
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CMAKE_CUDA_COMPILER_LAUNCHER=ccache
fi
cmake --preset dev
cmake --build --preset dev --parallel "$(nproc)" --target qwen3vl_program

program=build/dev/examples/qwen3vl/qwen3vl
demo=examples/demo_model/checkpoint
models=build/dev/golden/models

show() {
  echo
  echo "\$ qwen3vl $*"
  "$program" "$@"
}

show chat --model $demo --image examples/media/chart.png --prompt "What is the value of 2021?"
show chat --model $demo --video examples/media/flash.avi --prompt "What happens, and when?"
show chat --model $demo --image examples/media/find.png --prompt "Where is the yellow star?" --draw build/dev/found.png
echo "  drawn onto the picture: build/dev/found.png"

echo
echo "Every tensor of a forward call with a picture and a clip, and 24 greedy tokens, against the reference:"
"$program" trace --model "$models/tied" --inputs "$models/qwen3vl_image_video/inputs.safetensors" \
  --output build/dev/ours.safetensors --generate 24
"$program" compare build/dev/ours.safetensors "$models/qwen3vl_image_video/expected.safetensors"
