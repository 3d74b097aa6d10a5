"""Answers of the PyTorch reference for a file of texts, to compare other implementations with.

    python -m cohort_distiller.reference PACKAGE --texts FILE --out FILE.jsonl

FILE has one text a line, or is a .tsv with a header that has `text`, or `text_a` and `text_b`. The
output has one object a row: `{"input_ids": [...], "prefix_logits": [[D numbers] x M]}`; with the
ending .npz, the arrays `lengths` [N], `input_ids` [T], `prefix_logits` [N,M,D].
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from .ensemble import Ensemble
from .errors import CohortError, InputError
from .package import load_package
from .rows import Row, RowEncoder, length_batches, pad


def reference_logits(ensemble: Ensemble, rows: Sequence[Row]) -> NDArray[np.float32]:
    """Answers before activation [N,M,D] of every prefix, in the rows' order."""
    shape = (len(rows), len(ensemble.students), ensemble.bias.numel())
    answers = np.empty(shape, np.float32)
    for numbers in length_batches([len(row) for row in rows]):
        batch = [torch.from_numpy(x) for x in pad([rows[number] for number in numbers])]
        with torch.no_grad():
            logits = ensemble.prefix_logits(ensemble(*batch).contributions)
        answers[numbers] = logits.transpose(0, 1).numpy()
    return answers


def read_texts(path: Path) -> list[list[str]]:
    """One text a line, or the text columns of a .tsv without quoting."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if lines and not lines[-1]:
        lines.pop()
    if path.suffix != ".tsv":
        return [[line] for line in lines]
    names = lines[0].split("\t") if lines else []
    columns = [number for number, name in enumerate(names) if name in ("text", "text_a", "text_b")]
    if not columns:
        raise InputError(f"{path}: the header has no column text, or text_a and text_b")
    cells = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(cells):
        if len(row) != len(names):
            raise InputError(f"{path}:{number + 2}: {len(row)} columns, the header {len(names)}")
    return [[row[column] for column in columns] for row in cells]


def _write(out: Path, rows: Sequence[Row], logits: NDArray[np.float32]) -> None:
    if out.suffix == ".npz":
        ids = np.concatenate([row.ids for row in rows]).astype(np.int32)
        lengths = np.array([len(row) for row in rows], np.int32)
        np.savez(out, lengths=lengths, input_ids=ids, prefix_logits=logits)
        return
    with out.open("w", encoding="utf-8") as file:
        for row, answer in zip(rows, logits, strict=True):
            prefixes = [[float(value) for value in prefix] for prefix in answer]
            file.write(json.dumps({"input_ids": row.ids, "prefix_logits": prefixes}) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m cohort_distiller.reference")
    parser.add_argument("package", type=Path)
    parser.add_argument("--texts", type=Path, required=True, help="plain lines, or .tsv")
    parser.add_argument("--out", type=Path, required=True, help=".jsonl or .npz")
    options = parser.parse_args(arguments)
    try:
        package = load_package(options.package)
        texts = read_texts(options.texts)
        if not texts:
            raise InputError(f"{options.texts}: no texts")
        rows = RowEncoder.of_package(package.folder, package.manifest).encode(texts)
        _write(options.out, rows, reference_logits(package.ensemble, rows))
    except CohortError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
