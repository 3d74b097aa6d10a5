"""Optimiser, schedule and the checks that training shares."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .errors import InputError, RunError

WARM_UP = 0.1
"""Share of the steps in which the learning rate rises from zero; it falls to zero afterwards."""

GRADIENT_NORM = 1.0
"""Gradients are scaled down to this norm: one odd batch must not undo many."""

WEIGHT_DECAY = 0.01
"""Applied to matrices only, as BERT's own recipe does."""


def optimiser(
    module: nn.Module, head_rate: float = 1.0, heads: Iterable[str] = ()
) -> torch.optim.AdamW:
    """AdamW over the parameters that train, learning rate 1 (the schedule sets the real one).

    Parameters whose name contains one of `heads` learn `head_rate` times as fast.
    """
    marks = tuple(heads)
    groups: dict[tuple[bool, float], list[nn.Parameter]] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            rate = head_rate if any(mark in name for mark in marks) else 1.0
            groups.setdefault((parameter.ndim > 1, rate), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "weight_decay": WEIGHT_DECAY if matrix else 0.0, "factor": rate}
            for (matrix, rate), parameters in groups.items()
        ],
        lr=1.0,
        fused=True,
    )


@dataclass(frozen=True)
class Schedule:
    """Linear warm-up, then linear decay to zero: a pure function of the step."""

    peak: float
    steps: int

    def rate(self, step: int) -> float:
        """Learning rate of step 0..steps-1."""
        warm_up = max(1, round(self.steps * WARM_UP))
        if step < warm_up:
            return self.peak * (step + 1) / warm_up
        return self.peak * (self.steps - step) / max(1, self.steps - warm_up + 1)


def take_step(module: nn.Module, adam: torch.optim.AdamW, schedule: Schedule, step: int) -> None:
    """One optimiser step with the gradients that the module holds; clears them."""
    for group in adam.param_groups:
        group["lr"] = schedule.rate(step) * group["factor"]
    parameters = [p for p in module.parameters() if p.grad is not None]
    nn.utils.clip_grad_norm_(parameters, GRADIENT_NORM)
    adam.step()
    adam.zero_grad(set_to_none=True)


def finite(loss: Tensor, stage: str, step: int) -> float:
    """The loss as a number; a loss that is not finite ends the run."""
    value = float(loss.detach())
    if not math.isfinite(value):
        raise RunError(
            f"{stage}, step {step}: the loss is {value}; a lower --lr, or other data, may help"
        )
    return value


def seed_step(*numbers: int) -> None:
    """Seeds torch for one step from its place in the run: a resumed run draws the same numbers."""
    state = 0x9E3779B97F4A7C15
    for number in numbers:
        state = ((state ^ (number + 1)) * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB) % 2**64
        state ^= state >> 31
    torch.manual_seed(state % 2**63)


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA where there is one."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: PyTorch finds no CUDA device on this machine")
    return torch.device(name)


def autocast(device: torch.device, arithmetic: str) -> torch.autocast:
    """Matrix products in bfloat16 or not; `auto` is bfloat16 on CUDA and fp32 on the CPU."""
    bf16 = arithmetic == "bf16" or (arithmetic == "auto" and device.type == "cuda")
    return torch.autocast(device.type, torch.bfloat16, enabled=bf16)
