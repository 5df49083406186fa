# To be sourced in the repository's root by what builds for the GPU of this machine: sets `generator` and `options` for cmake,
# and CUDACXX. Libraries come from the system or from the folder .gpu-deps (tests/cuda/gather_headers.sh makes it).
#
#   ARCH=80   the GPU's compute capability; default: as the device says, else 90
export CUDACXX=${CUDACXX:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
arch=${ARCH:-$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -1 | tr -d '. ')}
generator=$(command -v ninja >/dev/null && echo Ninja || echo "Unix Makefiles")
options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_CUDA_ARCHITECTURES="${arch:-90}" -DQWEN3VL_CUDA=ON -DQWEN3VL_EXAMPLES=OFF)
[ ! -d .gpu-deps ] || options+=(-DCMAKE_PREFIX_PATH="$PWD/.gpu-deps")
