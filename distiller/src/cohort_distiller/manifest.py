"""`package.json`: its schema, its digest, and the check of every file it lists."""

import hashlib
import json
import stat
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from .errors import InputError

MANIFEST = "package.json"
SCHEMA_VERSION = 1

_ZEROS = "0" * 64
_MAX_MANIFEST_BYTES = 64 << 20
_CHUNK = 1 << 20

Manifest = dict[str, Any]


@cache
def _validator() -> Draft202012Validator:
    schema = resources.files(__package__).joinpath("package.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(schema))


def describe_file(path: Path) -> dict[str, Any]:
    """Name, size and SHA-256 of a file, as the manifest lists them."""
    return {"path": path.name, "bytes": path.stat().st_size, "sha256": _sha256(path)}


def serialise(manifest: Manifest) -> bytes:
    """The bytes of `package.json`, digest filled in."""
    draft = manifest | {"digest": f"sha256:{_ZEROS}"}
    check_manifest(draft, Path(MANIFEST))
    text = json.dumps(draft, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return text.replace(_ZEROS, digest, 1).encode("utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Reads and checks `package.json` and every file it lists; `InputError` names what is wrong."""
    path = folder / MANIFEST
    _check_regular(path)
    if path.stat().st_size > _MAX_MANIFEST_BYTES:
        raise InputError(f"{path}: larger than {_MAX_MANIFEST_BYTES} bytes")
    content = path.read_bytes()
    try:
        manifest = json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise InputError(f"{path}: schema_version {version!r}, supported: {SCHEMA_VERSION}")
    check_manifest(manifest, path)
    _check_digest(manifest, content, path)
    for entry in listed_files(manifest):
        _check_file(folder, entry)
    return dict(manifest)


def check_manifest(manifest: Manifest, path: Path) -> None:
    """Checks the manifest against the schema, and that its numbers agree with each other."""
    errors = sorted(_validator().iter_errors(manifest), key=lambda error: error.json_path)
    if errors:
        raise InputError(f"{path}: {errors[0].json_path}: {errors[0].message[:300]}")
    outputs, members = manifest["dimensions"]["output"], len(manifest["students"])
    self_test = manifest["self_test"]
    counts = [
        ("bias", len(manifest["bias"]), outputs),
        ("self_test.contributions", len(self_test["contributions"]), members),
        ("self_test.token_type_ids", len(self_test["token_type_ids"]), len(self_test["input_ids"])),
        ("self_test.text", len(self_test["text"]), manifest["tokenizer"]["inputs"]),
    ]
    counts += [("self_test.contributions[]", len(r), outputs) for r in self_test["contributions"]]
    counts += _split_counts("quality", manifest["quality"], members)
    if "int8" in manifest:
        counts += _int8_counts(manifest["int8"], manifest, path)
    if "calibration" in manifest:
        heats = manifest["calibration"]["temperatures"]
        counts.append(("calibration.temperatures", len(heats), members))
    if "margins" in manifest:
        counts.append(("margins.rows", len(manifest["margins"]["rows"]), members - 1))
    if manifest["task"] == "classification":
        counts.append(("labels", len(manifest.get("labels", [])), outputs))
    else:
        for key in ("labels", "calibration"):
            if key in manifest:
                raise InputError(f"{path}: {key} belongs to the task classification only")
    if manifest["task"] == "regression":
        counts.append(("dimensions.output", outputs, 1))
    for name, count, expected in counts:
        if count != expected:
            raise InputError(f"{path}: {name} has {count} entries, expected {expected}")
    _check_names(manifest, path)


def _split_counts(key: str, quality: Manifest, members: int) -> list[tuple[str, int, int]]:
    return [
        (f"{key}.{name}.{values}", len(quality[name][values]), members)
        for name in ("dev", "test")
        if name in quality
        for values in ("prefixes", "prefix_intervals")
    ]


def _int8_counts(int8: Manifest, manifest: Manifest, path: Path) -> list[tuple[str, int, int]]:
    if manifest["weights"] != "int8":
        raise InputError(f"{path}: int8 needs weights int8, they are {manifest['weights']}")
    outputs, members = manifest["dimensions"]["output"], len(manifest["students"])
    counts = [
        ("int8.graphs", len(int8["graphs"]), members),
        ("int8.contributions", len(int8["contributions"]), members),
    ]
    counts += [("int8.contributions[]", len(row), outputs) for row in int8["contributions"]]
    quality = int8.get("quality", {})
    for name in quality:
        told = manifest["quality"].get(name, {}).get("rows", 0)
        counts.append((f"int8.quality.{name}.rows", quality[name]["rows"], told))
    return counts + _split_counts("int8.quality", quality, members)


def _check_names(manifest: Manifest, path: Path) -> None:
    names = [entry["path"] for entry in listed_files(manifest)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(f"{path}: {repeated[0]} is listed twice")
    if manifest["tokenizer"]["path"] not in [entry["path"] for entry in manifest["files"]]:
        raise InputError(f"{path}: tokenizer.path is not one of the files")
    for number, student in enumerate(manifest["students"]):
        if student["graph"] not in [entry["path"] for entry in student["files"]]:
            raise InputError(f"{path}: students[{number}].graph is not one of its files")
    for number, graph in enumerate(int8_graphs(manifest)):
        student = manifest["students"][number]
        if graph not in [entry["path"] for entry in student["files"]]:
            raise InputError(f"{path}: int8.graphs[{number}] is not a file of student {number}")
        if graph == student["graph"]:
            raise InputError(f"{path}: int8.graphs[{number}] is the graph of student {number}")


def listed_files(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Every file of the package but the manifest: path, bytes, sha256."""
    yield from manifest["files"]
    for student in manifest["students"]:
        yield from student["files"]


def int8_graphs(manifest: Manifest) -> list[str]:
    """The second graph of each student; empty where the package has none."""
    return list(manifest.get("int8", {}).get("graphs", []))


def _check_digest(manifest: Manifest, content: bytes, path: Path) -> None:
    digits = manifest["digest"].removeprefix("sha256:")
    blank = content.replace(digits.encode("ascii"), _ZEROS.encode("ascii"), 1)
    actual = hashlib.sha256(blank).hexdigest()
    if actual != digits:
        raise InputError(f"{path}: digest is sha256:{digits}, content has sha256:{actual}")


def _check_regular(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    if stat.S_ISLNK(mode):
        raise InputError(f"{path}: is a link")
    if not stat.S_ISREG(mode):
        raise InputError(f"{path}: is not a regular file")


def _check_file(folder: Path, entry: dict[str, Any]) -> None:
    path = folder / entry["path"]
    _check_regular(path)
    size = path.stat().st_size
    if size != entry["bytes"]:
        raise InputError(f"{path}: has {size} bytes, the manifest says {entry['bytes']}")
    actual = _sha256(path)
    if actual != entry["sha256"]:
        raise InputError(f"{path}: SHA-256 is {actual}, the manifest says {entry['sha256']}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
