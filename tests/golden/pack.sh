#!/usr/bin/env bash
# Packs what compresses well out of FOLDER into the archives here, and writes packed.sha256, by which CMake unpacks
# them (cmake/ShippedFolders.cmake). FOLDER is laid out like this one: models/, positions/, …; after a first
# configuration build/dev/golden is such a folder.
#
#   tests/golden/pack.sh build/dev/golden
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:?the folder to pack}"

# pack ARCHIVE FILTER FILES…: lc, lp, pb as fits numbers of four bytes, or text
pack() {
  local archive=$1 filter=$2
  shift 2
  tar -c --dereference --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u+rw,go=r "$@" |
    xz --lzma2="preset=9e,$filter" >"$here/$archive"
  find "$@" -type f -printf '%p\n' -o -type l -printf '%p\n' | sort | xargs -d '\n' sha256sum | sed "s|^|$archive |" >>"$here/packed.sha256"
}
: >"$here/packed.sha256"
pack models.tar.xz lc=2,lp=2,pb=2 models
pack logits.tar.xz lc=2,lp=2,pb=2 end_to_end/*.expected.safetensors
pack cases.tar.xz lc=4,lp=0,pb=0 positions videos tokenizer/texts.json chat/cases.json media/bad_huge_header.png media/square_512.png
