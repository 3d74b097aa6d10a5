"""Writes and reads packages: docs/reference/package-format.md, with the schema beside it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import torch

from .architecture import Architecture, Task
from .embeddings import Embeddings
from .ensemble import Ensemble
from .errors import InputError, RunError
from .folders import new_folder
from .graph import INPUTS, OUTPUT, check_graph, student_graph
from .int8 import Quality, int8_facts, write_int8_graph
from .manifest import (
    MANIFEST,
    SCHEMA_VERSION,
    Manifest,
    describe_file,
    int8_graphs,
    read_manifest,
    serialise,
)
from .precision import Weights
from .quantise import restore, store
from .rows import Truncation
from .runtime import Runtime
from .student import Student
from .tensorfile import StoredTensor, read_tensors, write_tensors

TOKENIZER = "tokenizer.json"
EMBEDDINGS = "embeddings.safetensors"

#: What the contributions of the self-test may differ by on another machine or thread count.
SELF_TEST_TOLERANCE = 1e-3

_SELF_TEST_TEXTS = ("What is the balance of my account?", "How much money do I have?")
#: What a manifest may say beside `quality` about how the prefixes behave.
MEASURED = ("calibration", "margins")

_ARCHITECTURE = [fact.name for fact in fields(Architecture)]


@dataclass(frozen=True)
class PackageFacts:
    """What a manifest says besides weights and quality.

    `labels` for classification only. `version` is a positive number. `provenance` must not hold
    times or paths: the same weights shall give the same digest. `self_test_text` are `inputs`
    texts; without it, fixed ones.
    """

    name: str
    task: Task
    tokenizer_json: bytes
    max_tokens: int
    labels: Sequence[str] = ()
    inputs: int = 1
    version: int = 1
    truncation: Truncation = "longest_first"
    provenance: Mapping[str, Any] = field(default_factory=dict)
    self_test_text: Sequence[str] = ()


def write_package(
    out: Path | str,
    ensemble: Ensemble,
    facts: PackageFacts,
    quality: Quality,
    *,
    weights: Weights = "int8",
    int8_quality: Quality | None = None,
    overwrite: bool = False,
) -> Manifest:
    """Writes a package and returns its manifest.

    Weights are converted to `weights`, the graphs opened with ONNX Runtime, the self-test and
    `quality` computed on those files; then the folder is renamed to `out`. On any failure nothing
    is left under that name. With int8 weights each student gets a second graph for int8
    arithmetic, which `int8_quality` measures.
    """
    with new_folder(Path(out), overwrite) as folder:
        draft = _write_files(folder, ensemble, facts, weights)
        runtime = Runtime(folder, draft)
        measured = dict(quality(runtime))
        more = {name: measured.pop(name) for name in MEASURED if name in measured}
        manifest = draft | {
            "self_test": _self_test(runtime, facts),
            "quality": measured,
            **more,
            "provenance": dict(facts.provenance),
        }
        if weights == "int8":
            graphs = [student["files"][-1]["path"] for student in draft["students"]]
            manifest["int8"] = int8_facts(folder, manifest, graphs, int8_quality)
        content = serialise(manifest)
        (folder / MANIFEST).write_bytes(content)
        check_round_trip(folder)
    return cast(Manifest, json.loads(content))


def _write_files(
    folder: Path, ensemble: Ensemble, facts: PackageFacts, weights: Weights
) -> Manifest:
    shape = ensemble.architecture
    (folder / TOKENIZER).write_bytes(facts.tokenizer_json)
    shared = write_tensors(
        folder / EMBEDDINGS,
        store(ensemble.embeddings, "embeddings.", weights),
        {"architecture": _architecture_facts(shape)},
    )
    students = [
        _write_student(folder, number, ensemble.member(number), shared, weights)
        for number in range(len(ensemble.students))
    ]
    labels = {"labels": list(facts.labels)} if facts.labels else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "digest": "",
        "name": facts.name,
        "version": str(facts.version),
        "task": facts.task,
        **labels,
        "bias": [float(value) for value in ensemble.bias.detach().cpu().numpy()],
        "dimensions": {
            "output": ensemble.bias.numel(),
            "hidden": shape.hidden,
            "vocabulary": shape.vocabulary,
            "positions": shape.positions,
            "token_types": shape.token_types,
        },
        "tokenizer": {
            "path": TOKENIZER,
            "inputs": facts.inputs,
            "max_tokens": min(facts.max_tokens, shape.max_tokens),
            "truncation": facts.truncation,
            "position_offset": shape.position_offset,
        },
        "weights": weights,
        "files": [describe_file(folder / TOKENIZER), describe_file(folder / EMBEDDINGS)],
        "students": students,
    }


def _write_student(
    folder: Path,
    number: int,
    student: Student,
    shared: Mapping[str, StoredTensor],
    weights: Weights,
) -> dict[str, Any]:
    graph = folder / f"student-{number}.onnx"
    tensors = folder / f"student-{number}.safetensors"
    own = write_tensors(tensors, store(student, "", weights), {"student": _student_facts(student)})
    graph.write_bytes(student_graph(student, {**shared, **own}))
    check_graph(str(graph))
    files = [describe_file(graph), describe_file(tensors)]
    if weights == "int8":
        files.append(write_int8_graph(folder, number, student, {**shared, **own}))
    return {
        "graph": graph.name,
        "layers": len(student.layers),
        "parameters": sum(parameter.numel() for parameter in student.parameters()),
        "files": files,
    }


def _architecture_facts(shape: Architecture) -> dict[str, Any]:
    return {name: getattr(shape, name) for name in _ARCHITECTURE}


def _student_facts(student: Student) -> dict[str, Any]:
    output = student.head.output
    return {
        "layers": len(student.layers),
        "outputs": None if output is None else output.out_features,
        "pooling": student.pooling,
        "dense_activation": student.head.dense_activation,
    }


def _self_test(runtime: Runtime, facts: PackageFacts) -> dict[str, Any]:
    text = list(facts.self_test_text or _SELF_TEST_TEXTS[: facts.inputs])
    row = runtime.encode([text])[0]
    contributions = runtime.contributions([row])[:, 0]
    if not np.isfinite(contributions).all():
        raise RunError("the self-test row gives a number that is not finite; nothing was written")
    return {
        "text": text,
        "input_ids": list(row.ids),
        "token_type_ids": list(row.type_ids),
        "contributions": [[round(float(v), 5) for v in values] for values in contributions],
        "tolerance": SELF_TEST_TOLERANCE,
    }


def check_round_trip(folder: Path) -> None:
    """Opens a package just written; `RunError` if graphs and PyTorch do not agree."""
    package = load_package(folder)
    row = package.runtime().encode([package.manifest["self_test"]["text"]])[0]
    with torch.no_grad():
        output = package.ensemble(
            torch.tensor([row.ids]), torch.ones(1, len(row)), torch.tensor([row.type_ids])
        )
    expected = np.array(package.manifest["self_test"]["contributions"])
    difference = float(np.abs(output.contributions[:, 0].numpy() - expected).max())
    if not difference <= SELF_TEST_TOLERANCE:
        raise RunError(f"graph and PyTorch differ by {difference} on the self-test row")


@dataclass(frozen=True)
class LoadedPackage:
    """A verified package and its reference implementation.

    `ensemble` is built from the shipped weights, dequantised: what every other implementation of
    the package is compared with.
    """

    folder: Path
    manifest: Manifest
    ensemble: Ensemble

    def runtime(self, threads: int = 1, *, int8: bool = False) -> Runtime:
        """The shipped graphs, or the second ones for int8 arithmetic, with ONNX Runtime."""
        return Runtime(self.folder, self.manifest, threads, int8=int8)


def load_package(folder: Path | str) -> LoadedPackage:
    """Opens a package after checking all of it; `InputError` names the file and the reason."""
    folder = Path(folder)
    manifest = read_manifest(folder)
    shape, embeddings = _load_embeddings(folder, manifest)
    students = [
        _load_student(folder, entry, shape, manifest["dimensions"]["output"])
        for entry in manifest["students"]
    ]
    for entry, graph in zip(manifest["students"], int8_graphs(manifest), strict=False):
        _check_ports(folder / graph, {EMBEDDINGS, *(file["path"] for file in entry["files"])})
    ensemble = Ensemble(embeddings, students, torch.tensor(manifest["bias"])).eval()
    return LoadedPackage(folder, manifest, ensemble)


def _load_embeddings(folder: Path, manifest: Manifest) -> tuple[Architecture, Embeddings]:
    path = folder / EMBEDDINGS
    if EMBEDDINGS not in [entry["path"] for entry in manifest["files"]]:
        raise InputError(f"{folder / MANIFEST}: files does not list {EMBEDDINGS}")
    tensors, facts = read_tensors(path)
    try:
        shape = Architecture(**cast(dict[str, Any], facts["architecture"]))
    except (KeyError, TypeError) as error:
        raise InputError(f"{path}: its metadata lacks the architecture: {error}") from error
    for name in ("hidden", "vocabulary", "positions", "token_types"):
        if getattr(shape, name) != manifest["dimensions"][name]:
            raise InputError(
                f"{path}: {name} is {getattr(shape, name)}, "
                f"the manifest says {manifest['dimensions'][name]}"
            )
    embeddings = Embeddings(shape)
    _restore(embeddings, "embeddings.", tensors, path)
    return shape, embeddings


def _load_student(
    folder: Path, entry: Mapping[str, Any], shape: Architecture, outputs: int
) -> Student:
    files = [file["path"] for file in entry["files"]]
    paths = [folder / name for name in files if name.endswith(".safetensors")]
    if len(paths) != 1:
        raise InputError(f"{folder / entry['graph']}: lists {len(paths)} safetensors files, not 1")
    tensors, facts = read_tensors(paths[0])
    try:
        described = cast(dict[str, Any], facts["student"])
        student = Student(
            shape,
            described["layers"],
            described["outputs"],
            pooling=described["pooling"],
            dense_activation=described["dense_activation"],
        )
    except (KeyError, TypeError) as error:
        raise InputError(f"{paths[0]}: its metadata lacks the student: {error}") from error
    if len(student.layers) != entry["layers"] or student.outputs != outputs:
        raise InputError(
            f"{paths[0]}: {len(student.layers)} layers and {student.outputs} outputs, "
            f"the manifest says {entry['layers']} and {outputs}"
        )
    _restore(student, "", tensors, paths[0])
    _check_ports(folder / entry["graph"], {*files, EMBEDDINGS})
    return student


def _restore(module: torch.nn.Module, prefix: str, tensors: Mapping[str, Any], path: Path) -> None:
    try:
        restore(module, prefix, tensors)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _check_ports(graph: Path, files: set[str]) -> None:
    try:
        model = onnx.load(str(graph), load_external_data=False)
    except Exception as error:
        raise InputError(f"{graph}: not an ONNX model: {error}") from error
    if [port.name for port in model.graph.input] != list(INPUTS):
        raise InputError(f"{graph}: its inputs are not {', '.join(INPUTS)}")
    if [port.name for port in model.graph.output] != [OUTPUT]:
        raise InputError(f"{graph}: its output is not {OUTPUT}")
    for tensor in model.graph.initializer:
        for item in tensor.external_data:
            if item.key == "location" and item.value not in files:
                raise InputError(f"{graph}: points to {item.value}, which is not its file")
