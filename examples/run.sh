#!/usr/bin/env bash
# Installs what is missing, builds the program, and lets it work on what the repository ships: a tiny
# checkpoint with random weights, so that the answers are noise, but the reference's very noise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install-packages.sh
cache=()
if command -v ccache >/dev/null; then
  cache=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
cmake --preset dev "${cache[@]}"
cmake --build --preset dev --parallel "$(nproc)" --target qwen3vl_program

program=build/dev/examples/qwen3vl/qwen3vl
tiny=build/dev/tiny-checkpoint
media=tests/golden/media
models=build/dev/golden/models

echo
echo "=== A picture"
"$program" chat --model "$tiny" --image "$media/photo_420.jpg" --prompt "What is in this picture?" --greedy \
  --max-new-tokens 24
echo
echo "=== A clip"
"$program" chat --model "$tiny" --video "$media/clip_h264_480x270_30fps_6s.mp4" \
  --prompt "What happens, and when?" --greedy --max-new-tokens 24
echo
echo "=== Every tensor of a forward call with a picture and a clip, and 24 greedy tokens, against the reference"
"$program" trace --model "$models/tied" --inputs "$models/qwen3vl_image_video/inputs.safetensors" \
  --output build/dev/ours.safetensors --generate 24
"$program" compare build/dev/ours.safetensors "$models/qwen3vl_image_video/expected.safetensors"
