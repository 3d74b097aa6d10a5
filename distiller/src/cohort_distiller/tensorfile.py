"""Writes safetensors files with known offsets and always the same bytes.

The published writer keeps metadata in a hash map and tells no offsets; graphs need offsets, and the
same weights must give the same digest. The format (huggingface/safetensors, README "Format"):
8 bytes little-endian header length, JSON header, then the tensors without holes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from .errors import InputError

_DTYPES = {"float32": "F32", "float16": "F16", "int8": "I8"}
_METADATA_KEY = "cohort"
_ALIGNMENT = 64


@dataclass(frozen=True)
class StoredTensor:
    """Where a tensor lies: file name in the package folder, byte offset from the file's start."""

    file: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int


def write_tensors(
    path: Path, tensors: Mapping[str, NDArray[np.generic]], facts: Mapping[str, object]
) -> dict[str, StoredTensor]:
    """Writes a safetensors file; `facts` go into its metadata as one JSON text.

    Wider types come first, so that each tensor starts at a multiple of its item size.
    """
    order = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    header: dict[str, object] = {
        "__metadata__": {_METADATA_KEY: json.dumps(facts, sort_keys=True, separators=(",", ":"))}
    }
    position = 0
    for name in order:
        tensor = tensors[name]
        header[name] = {
            "dtype": _DTYPES[tensor.dtype.name],
            "shape": list(tensor.shape),
            "data_offsets": [position, position + tensor.nbytes],
        }
        position += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-(len(text) + 8) % _ALIGNMENT)
    start = len(text) + 8
    stored = {}
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name in order:
            tensor = np.ascontiguousarray(tensors[name])
            stored[name] = StoredTensor(
                path.name, tensor.dtype.name, tensor.shape, file.tell(), tensor.nbytes
            )
            file.write(tensor.astype(tensor.dtype.newbyteorder("<"), copy=False).tobytes())
        assert file.tell() == start + position  # noqa: S101 - a bug of this function otherwise
    return stored


def read_tensors(path: Path) -> tuple[dict[str, NDArray[np.generic]], dict[str, object]]:
    """The tensors and the facts of a file that `write_tensors` wrote."""
    try:
        with safe_open(path, framework="np") as file:
            facts = json.loads((file.metadata() or {}).get(_METADATA_KEY, "{}"))
            return {name: file.get_tensor(name) for name in sorted(file.keys())}, facts
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path}: not a readable safetensors file: {error}") from error


def locate_tensors(path: Path) -> dict[str, StoredTensor]:
    """Where the tensors of a file that `write_tensors` wrote lie."""
    names = {stored: dtype for dtype, stored in _DTYPES.items()}
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        return {
            name: StoredTensor(
                path.name,
                names[tensor["dtype"]],
                tuple(tensor["shape"]),
                8 + length + tensor["data_offsets"][0],
                tensor["data_offsets"][1] - tensor["data_offsets"][0],
            )
            for name, tensor in header.items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a readable safetensors file: {error}") from error
