"""The types of numbers that training computes in and weights are stored in."""

from typing import Literal

from .errors import InputError

Weights = Literal["fp32", "fp16", "int8"]
WEIGHTS: tuple[Weights, ...] = ("fp32", "fp16", "int8")
"""What a package stores weights in."""

ARITHMETIC = ("auto", "fp32", "bf16")
"""What matrix products of the training are computed in; weights and sums are fp32 always."""


def check_arithmetic(arithmetic: str) -> None:
    """`InputError` unless it is one of `ARITHMETIC`."""
    if arithmetic not in ARITHMETIC:
        raise InputError(f"--arithmetic {arithmetic}: allowed are {', '.join(ARITHMETIC)}")
