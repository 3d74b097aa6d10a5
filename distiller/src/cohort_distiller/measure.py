"""Measures packages on a user's own file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import outlier_auroc, temperatures
from .committee import committee
from .data import Table, label_ids, read_table, scores
from .errors import InputError
from .evaluate import metric_of, paired_differences, prefix_quality, quality_split
from .export import LabelledRows, teacher_logits
from .files import atomic_file
from .manifest import read_manifest
from .runtime import Runtime
from .teacher import Teacher


@dataclass(frozen=True)
class EvaluateOptions:
    """What `cohort-distiller evaluate` was asked to do.

    `outside` holds texts that belong to no class of the package; its labels are not read.
    """

    package: Path
    data: Path
    teacher: Path | None = None
    outside: Path | None = None
    threads: int = 1
    int8: bool = False


def evaluate_file(options: EvaluateOptions) -> dict[str, Any]:
    """Quality of every prefix, and of the teacher where one is given, as JSON values."""
    if options.threads < 1:
        raise InputError(f"--threads {options.threads}: must be at least 1")
    manifest = read_manifest(options.package)
    table = read_rows(options.data, manifest)
    outside = _read_outside(options.outside, manifest) if options.outside else None
    teacher = _matching_teacher(options.teacher, manifest) if options.teacher else None
    runtime = Runtime(options.package, manifest, options.threads, int8=options.int8)
    said = _Answers.of(runtime, table, teacher)
    facts = {
        "package": manifest["digest"],
        "data": table.describe(),
        "metric": metric_of(manifest["task"]),
        "precision": "int8" if options.int8 else "fp32",
    }
    facts |= _quality(said, manifest, table) | _compared(said, manifest, table)
    if manifest["task"] == "classification" and runtime.members > 1:
        truth = _truth(said, manifest, table)
        facts["members"] = committee(said.prefixes, runtime.bias, truth, said.teacher)
    if outside:
        unknown = _Answers.of(runtime, outside, teacher)
        facts["outside"] = _outliers(said, unknown, outside, temperatures(manifest))
    return facts


def compare_packages(
    package: Path, baseline: Path, data: Path, *, prefix: int | None = None
) -> dict[str, Any]:
    """Each prefix of a package minus one of another package, on the same labelled rows.

    By default that of all its students. What `paired_differences` gives, with the other ensemble in
    the teacher's place.
    """
    manifests = [read_manifest(folder) for folder in (package, baseline)]
    tables = [read_rows(data, manifest) for manifest in manifests]
    said, other = (
        _Answers.of(Runtime(folder, manifest), table, None).prefixes
        for folder, manifest, table in zip((package, baseline), manifests, tables, strict=True)
    )
    against = _Answers(said, other[-1 if prefix is None else prefix - 1])
    return _compared(against, manifests[0], tables[0])


@dataclass(frozen=True)
class _Answers:
    """Answers of every prefix [M,N,D] and, where there is one, of the teacher [N,D]."""

    prefixes: NDArray[np.float32]
    teacher: NDArray[np.float32] | None

    @staticmethod
    def of(runtime: Runtime, table: Table, teacher: Teacher | None) -> "_Answers":
        rows = runtime.encode(table.texts)
        told = teacher_logits(teacher, rows) if teacher else None
        return _Answers(runtime.prefix_logits(rows), told)


def read_rows(data: Path, manifest: Mapping[str, Any]) -> Table:
    """A file whose rows the package can be measured on."""
    return _same_inputs(read_table(data, labelled=manifest["task"] != "embedding"), manifest)


def _same_inputs(table: Table, manifest: Mapping[str, Any]) -> Table:
    inputs = manifest["tokenizer"]["inputs"]
    if table.inputs != inputs:
        raise InputError(f"{table.path}: {table.inputs} texts a row, the package takes {inputs}")
    return table


def evaluate_runtime(
    runtime: Runtime, manifest: Mapping[str, Any], table: Table, teacher_folder: Path | None = None
) -> dict[str, Any]:
    """Quality of every prefix of opened graphs, and of the teacher where one is given."""
    teacher = _matching_teacher(teacher_folder, manifest) if teacher_folder else None
    return _quality(_Answers.of(runtime, table, teacher), manifest, table)


def _quality(said: _Answers, manifest: Mapping[str, Any], table: Table) -> dict[str, Any]:
    metric = metric_of(manifest["task"])
    if said.teacher is None:
        return prefix_quality(metric, said.prefixes, _truth(said, manifest, table))
    return quality_split(metric, said.prefixes, said.teacher, _truth(said, manifest, table))


def _compared(said: _Answers, manifest: Mapping[str, Any], table: Table) -> dict[str, Any]:
    if said.teacher is None:
        return {}
    truth = _truth(said, manifest, table)
    return paired_differences(metric_of(manifest["task"]), said.prefixes, said.teacher, truth)


def _truth(said: _Answers, manifest: Mapping[str, Any], table: Table) -> NDArray[Any]:
    """Labels, scores or, for embeddings, the teacher's answers."""
    targets = _targets(table, manifest["task"], manifest.get("labels", []), "the package")
    if targets is not None:
        return targets
    if said.teacher is None:
        raise InputError("an embedding package is measured against its teacher: add --teacher")
    return said.teacher


def _read_outside(file: Path, manifest: Mapping[str, Any]) -> Table:
    if manifest["task"] != "classification":
        raise InputError(f"--outside {file}: only classifiers have classes, not {manifest['task']}")
    return _same_inputs(read_table(file, labelled=False), manifest)


def _outliers(
    inside: _Answers, outside: _Answers, table: Table, heats: list[float]
) -> dict[str, Any]:
    """How well the largest probability, as it is served, tells the rows of the data from those.

    The teacher has no temperature.
    """
    pairs = zip(inside.prefixes, outside.prefixes, heats, strict=True)
    areas = [outlier_auroc(known, unknown, heat) for known, unknown, heat in pairs]
    found: dict[str, Any] = {
        "data": table.describe(),
        "auroc": [round(area, 6) for area in areas],
    }
    if inside.teacher is not None and outside.teacher is not None:
        found["teacher_auroc"] = round(outlier_auroc(inside.teacher, outside.teacher), 6)
    return found


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
    print(f"{result['metric']}, {result['rows']} rows of {result['data']['file']}, 95 % intervals")
    if "teacher" in result:
        print(_line("teacher", result["teacher"], result["teacher_interval"]))
    for number, value in enumerate(result["prefixes"]):
        line = _line(f"prefix {number + 1}", value, result["prefix_intervals"][number])
        print(line + _difference(result, number))
    if "members" in result:
        _print_members(result["members"])
    if "outside" in result:
        _print_outside(result["outside"])


def _line(name: str, value: float, interval: Sequence[float]) -> str:
    return f"{name:>9}  {value:.4f}  {interval[0]:.4f} .. {interval[1]:.4f}"


def _difference(result: Mapping[str, Any], number: int) -> str:
    if "differences" not in result:
        return ""
    low, high = (100 * end for end in result["difference_intervals"][number])
    points = 100 * result["differences"][number]
    return f"  {points:+.2f} points to the teacher, {low:+.2f} .. {high:+.2f}"


def _print_members(members: Mapping[str, Any]) -> None:
    alone = ", ".join(f"{value:.4f}" for value in members["accuracy"])
    print(f"students alone: {alone}")
    for name, about in (("wrong", "all rows"), ("avoidable", "rows that the teacher gets right")):
        if name in members:
            counts = members[name]
            each = ", ".join(str(count) for count in counts["members"])
            print(
                f"wrong of {about}: {each} alone, {counts['every']} by every student, "
                f"{counts['whole']} by their sum"
            )


def _print_outside(outside: Mapping[str, Any]) -> None:
    print(f"AUROC of the largest probability against {outside['data']['file']}")
    if "teacher_auroc" in outside:
        print(f"{'teacher':>9}  {outside['teacher_auroc']:.4f}")
    for number, value in enumerate(outside["auroc"]):
        print(f"{f'prefix {number + 1}':>9}  {value:.4f}")


def write_json(result: Mapping[str, Any], file: Path) -> None:
    """Writes the figures to a file, whole or not at all."""
    with atomic_file(file) as temporary:
        temporary.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", "utf-8")
