"""Adds int8 graphs to a package that has none; its weights are copied as they are."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from .data import Table
from .errors import InputError
from .folders import new_folder
from .int8 import int8_facts, write_int8_graph
from .manifest import MANIFEST, Manifest, listed_files, serialise
from .measure import evaluate_runtime, read_rows
from .package import EMBEDDINGS, LoadedPackage, check_round_trip, load_package
from .runtime import Runtime
from .tensorfile import locate_tensors


def add_int8(
    source: Path,
    out: Path,
    splits: Mapping[str, Path],
    *,
    teacher: Path | None = None,
    overwrite: bool = False,
) -> Manifest:
    """Writes the package with int8 graphs to `out` and returns its manifest.

    `splits`: the files that the quality of `dev`, and perhaps `test`, was measured on.
    """
    package = load_package(source)
    _check(source, package.manifest)
    tables = {name: read_rows(path, package.manifest) for name, path in splits.items()}
    for name, table in tables.items():
        _check_split(source, package.manifest, name, table)

    def quality(runtime: Runtime) -> dict[str, Any]:
        return {
            name: evaluate_runtime(runtime, package.manifest, table, teacher)
            for name, table in tables.items()
        }

    with new_folder(out, overwrite) as folder:
        draft = _write_files(folder, package)
        graphs = [student["files"][-1]["path"] for student in draft["students"]]
        manifest = draft | {"int8": int8_facts(folder, draft, graphs, quality)}
        content = serialise(manifest)
        (folder / MANIFEST).write_bytes(content)
        check_round_trip(folder)
    return cast(Manifest, json.loads(content))


def _check(source: Path, manifest: Manifest) -> None:
    if manifest["weights"] != "int8":
        raise InputError(
            f"{source}: weights are {manifest['weights']}; int8 arithmetic needs int8 ones, "
            "which distill and export-teacher write with --weights int8"
        )
    if "int8" in manifest:
        raise InputError(f"{source}: has int8 graphs already")


def _check_split(source: Path, manifest: Manifest, name: str, table: Table) -> None:
    """Figures in fp32 and int8 can be compared only on the same rows."""
    measured = manifest["quality"].get(name)
    if measured is None or measured["rows"] != len(table):
        known = "none" if measured is None else f"{measured['rows']} rows"
        raise InputError(
            f"{table.path}: {len(table)} rows; the package's quality on {name} is of {known}"
        )
    told = manifest["provenance"].get("data", {}).get(name, {}).get("sha256", table.sha256)
    if told != table.sha256:
        raise InputError(
            f"{table.path}: SHA-256 is {table.sha256}; the quality of {source} on {name} "
            f"was measured on a file with {told}"
        )


def _write_files(folder: Path, package: LoadedPackage) -> Manifest:
    manifest = package.manifest
    for entry in listed_files(manifest):
        shutil.copyfile(package.folder / entry["path"], folder / entry["path"])
    shared = locate_tensors(folder / EMBEDDINGS)
    students = []
    for number, entry in enumerate(manifest["students"]):
        [weights] = [f["path"] for f in entry["files"] if f["path"].endswith(".safetensors")]
        tensors = {**shared, **locate_tensors(folder / weights)}
        graph = write_int8_graph(folder, number, package.ensemble.member(number), tensors)
        students.append(entry | {"files": [*entry["files"], graph]})
    return manifest | {"students": students}
