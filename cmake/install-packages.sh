#!/usr/bin/env bash
# Installs what building, testing and running need, on Debian 12. What is there already is left alone, so
# that a second call does nothing. Works as root or with sudo, and asks nothing.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config ccache            # compiler and build
  clang libclang-rt-14-dev                           # a second look, sanitizers, fuzzers
  libeigen3-dev libxtensor-dev                       # cpu, bridge
  nlohmann-json3-dev                                 # io
  libpcre2-dev libutf8proc-dev                       # input
  libstb-dev libexif-dev libcurl4-openssl-dev        # media: pictures
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev  # media: clips
  libcli11-dev                                       # the program
  doctest-dev python3                                # the tests
  python3-numpy python3-pil fonts-dejavu-core fonts-liberation  # drawn pictures to test the demo model with
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $state == "ii "* ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and there is no sudo to install them: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${missing[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
