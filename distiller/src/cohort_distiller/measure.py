"""Measures packages on a user's own file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .data import Table, label_ids, read_table, scores
from .errors import InputError
from .evaluate import metric_of, prefix_quality, quality_split
from .export import LabelledRows, teacher_logits
from .files import atomic_file
from .manifest import read_manifest
from .runtime import Runtime
from .teacher import Teacher


def evaluate_file(
    package: Path,
    data: Path,
    teacher_folder: Path | None = None,
    threads: int = 1,
    *,
    int8: bool = False,
) -> dict[str, Any]:
    """Quality of every prefix, and of the teacher where one is given, as JSON values."""
    if threads < 1:
        raise InputError(f"--threads {threads}: must be at least 1")
    manifest = read_manifest(package)
    table = read_rows(data, manifest)
    runtime = Runtime(package, manifest, threads, int8=int8)
    facts = {
        "package": manifest["digest"],
        "data": table.describe(),
        "metric": metric_of(manifest["task"]),
        "precision": "int8" if int8 else "fp32",
    }
    return facts | evaluate_runtime(runtime, manifest, table, teacher_folder)


def read_rows(data: Path, manifest: Mapping[str, Any]) -> Table:
    """A file whose rows the package can be measured on."""
    table = read_table(data, labelled=manifest["task"] != "embedding")
    inputs = manifest["tokenizer"]["inputs"]
    if table.inputs != inputs:
        raise InputError(f"{data}: {table.inputs} texts a row, the package takes {inputs}")
    return table


def evaluate_runtime(
    runtime: Runtime, manifest: Mapping[str, Any], table: Table, teacher_folder: Path | None = None
) -> dict[str, Any]:
    """Quality of every prefix of opened graphs, and of the teacher where one is given."""
    metric = metric_of(manifest["task"])
    targets = _targets(table, manifest["task"], manifest.get("labels", []), "the package")
    rows = runtime.encode(table.texts)
    if teacher_folder is None:
        if targets is None:
            raise InputError("an embedding package is measured against its teacher: add --teacher")
        return prefix_quality(metric, runtime.prefix_logits(rows), targets)
    prefixes = runtime.prefix_logits(rows)
    told = teacher_logits(_matching_teacher(teacher_folder, manifest), rows)
    return quality_split(metric, prefixes, told, told if targets is None else targets)


def labelled_rows(data: Path, teacher: Teacher) -> LabelledRows:
    """A file's texts and targets for a teacher."""
    table = read_table(data, labelled=teacher.task != "embedding")
    return LabelledRows(table.texts, _targets(table, teacher.task, teacher.labels, "the teacher"))


def _targets(table: Table, task: str, labels: list[str], known_as: str) -> NDArray[Any] | None:
    if task == "classification":
        return np.array(label_ids(table, labels, known_as=known_as))
    return np.array(scores(table)) if task == "regression" else None


def _matching_teacher(folder: Path, manifest: Mapping[str, Any]) -> Teacher:
    teacher = Teacher.load(folder)
    outputs = manifest["dimensions"]["output"]
    if teacher.task != manifest["task"] or teacher.outputs != outputs:
        raise InputError(
            f"{folder}: {teacher.task} with {teacher.outputs} outputs, "
            f"the package is {manifest['task']} with {outputs}"
        )
    return teacher


def print_table(result: Mapping[str, Any]) -> None:
    """The figures for people."""
    rows = f"{result['rows']} rows of {result['data']['file']}"
    print(f"{result['metric']}, {result['precision']}, {rows}, 95 % intervals")
    if "teacher" in result:
        low, high = result["teacher_interval"]
        print(f"{'teacher':>9}  {result['teacher']:.4f}  {low:.4f} .. {high:.4f}")
    for number, value in enumerate(result["prefixes"]):
        low, high = result["prefix_intervals"][number]
        print(f"{f'prefix {number + 1}':>9}  {value:.4f}  {low:.4f} .. {high:.4f}")


def write_json(result: Mapping[str, Any], file: Path) -> None:
    """Writes the figures to a file, whole or not at all."""
    with atomic_file(file) as temporary:
        temporary.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", "utf-8")
