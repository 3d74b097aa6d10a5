"""Turns trained weights into the types a package stores, and back.

`int8` is symmetric: value = integer x scale, integers in -127..127. Matrices [in, out] have a scale
for each output channel (column), embedding tables a scale for each row. Everything with one
dimension (biases, norms, scales) stays float32.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .errors import InputError
from .precision import WEIGHTS, Weights

#: Suffix of the tensor that holds the scales of an int8 tensor.
SCALE = ".scale"

Array = NDArray[np.generic]


def quantise_columns(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """[in, out] to integers of the same shape and scales [out]."""
    return _quantise(matrix, axis=0)


def quantise_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """[rows, width] to integers of the same shape and scales [rows]."""
    return _quantise(table, axis=1)


def _quantise(
    values: NDArray[np.float32], axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    largest = np.abs(values).max(axis=axis, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    integers = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
    return integers, scale.squeeze(axis)


def store(module: nn.Module, prefix: str, weights: Weights) -> dict[str, Array]:
    """The tensors of a module as a package stores them, names beginning with `prefix`.

    Linear weights are stored [in, out], as the graph multiplies; tables as they are.
    """
    if weights not in WEIGHTS:
        raise InputError(f"weights {weights!r} is not one of {', '.join(WEIGHTS)}")
    tables = _tables(module)
    stored: dict[str, Array] = {}
    for name, tensor in module.state_dict().items():
        values = tensor.detach().cpu().to(torch.float32).numpy()
        if values.ndim < 2:
            stored[prefix + name] = values
            continue
        table = name in tables
        values = np.ascontiguousarray(values if table else values.T)
        if weights == "int8":
            integers, scale = quantise_rows(values) if table else quantise_columns(values)
            stored[prefix + name] = integers
            stored[prefix + name + SCALE] = scale
        else:
            stored[prefix + name] = values.astype(np.float16) if weights == "fp16" else values
    return stored


def restore(module: nn.Module, prefix: str, stored: Mapping[str, Array]) -> None:
    """Loads what `store` gave, dequantised to float32; `InputError` names what does not fit."""
    tables = _tables(module)
    state = {}
    for name, tensor in module.state_dict().items():
        values = _dequantise(prefix + name, stored, by_row=name in tables)
        if values.ndim == 2 and name not in tables:
            values = np.ascontiguousarray(values.T)
        if values.shape != tuple(tensor.shape):
            raise InputError(
                f"tensor {prefix + name} has shape {values.shape}, not {tuple(tensor.shape)}"
            )
        state[name] = torch.from_numpy(values)
    module.load_state_dict(state)


def _tables(module: nn.Module) -> set[str]:
    return {
        f"{name}.weight"
        for name, child in module.named_modules()
        if isinstance(child, nn.Embedding)
    }


def _dequantise(name: str, stored: Mapping[str, Array], by_row: bool) -> NDArray[np.float32]:
    if name not in stored:
        raise InputError(f"tensor {name} is missing")
    values = stored[name].astype(np.float32)
    if stored[name].dtype != np.int8:
        return values
    if name + SCALE not in stored:
        raise InputError(f"tensor {name + SCALE} is missing")
    scale = stored[name + SCALE].astype(np.float32)
    product: NDArray[np.float32] = values * (scale[:, None] if by_row else scale)
    return product
