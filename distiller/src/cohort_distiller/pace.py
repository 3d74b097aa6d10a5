"""Times a few steps of each kind, so that a run can say how long it will take."""

import copy
import time
from collections.abc import Callable

import numpy as np
import torch

from .batches import BATCH_TOKENS, Batch, Encoded, epoch_batches
from .ensemble import Ensemble
from .optimisation import Schedule, autocast, optimiser, take_step
from .plan import Costs
from .recipe import Recipe
from .targets import pad_id
from .teacher import Teacher

_STEPS = 6
"""Batches timed for each kind of step, spread over the lengths; one more before to warm up."""


def measure_costs(
    recipe: Recipe, teacher: Teacher, ensemble: Ensemble, rows: Encoded, device: torch.device
) -> Costs:
    """Seconds a row on this machine as it is now. Trains copies: the ensemble stays as it is."""
    pace = _Pace(rows, recipe.batch, pad_id(teacher), device)
    teacher = teacher.to(device).eval()
    whole = copy.deepcopy(ensemble).to(device).train()
    whole.embeddings.requires_grad_(recipe.train_embeddings)
    return Costs(
        answer=pace.seconds(lambda batch: _run(teacher, batch, recipe.arithmetic)),
        boost=pace.seconds(_step(whole, whole.member(0), range(1), recipe.arithmetic)),
        joint=pace.seconds(_step(whole, whole, range(len(whole.students)), recipe.arithmetic)),
        forward=pace.seconds(lambda batch: _run(whole, batch, "fp32")),
    )


class _Pace:
    """Batches to time steps on."""

    def __init__(self, rows: Encoded, size: int, pad: int, device: torch.device) -> None:
        batches = epoch_batches(rows.lengths, size, BATCH_TOKENS, (0,))
        order = sorted(batches, key=lambda numbers: int(rows.lengths[numbers].max()))
        places = np.linspace(0, len(order) - 1, min(_STEPS, len(order))).round().astype(int)
        self._batches = [rows.batch(order[place], pad).to(device) for place in places]
        self._device = device

    def seconds(self, step: Callable[[Batch], None]) -> float:
        """Time of a step, a row."""
        step(self._batches[-1])
        self._wait()
        begin = time.perf_counter()
        for batch in self._batches:
            step(batch)
        self._wait()
        rows = sum(len(batch.input_ids) for batch in self._batches)
        return (time.perf_counter() - begin) / rows

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)


def _run(module: torch.nn.Module, batch: Batch, arithmetic: str) -> None:
    with torch.inference_mode(), autocast(batch.input_ids.device, arithmetic):
        module(batch.input_ids, batch.attention_mask, batch.token_type_ids)


def _step(
    ensemble: Ensemble, module: torch.nn.Module, members: range, arithmetic: str
) -> Callable[[Batch], None]:
    """A training step of some members; the loss costs nothing beside the layers."""
    adam, schedule = optimiser(module), Schedule(1e-6, 1)

    def step(batch: Batch) -> None:
        with autocast(batch.input_ids.device, arithmetic):
            output = ensemble(
                batch.input_ids, batch.attention_mask, batch.token_type_ids, members=members
            )
            loss = output.contributions.float().square().mean()
        loss.backward()
        take_step(module, adam, schedule, 0)

    return step
