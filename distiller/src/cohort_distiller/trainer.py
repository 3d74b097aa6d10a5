"""Runs the phases of a distillation and writes checkpoints between steps."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .batches import BATCH_TOKENS, epoch_batches
from .optimisation import Schedule, autocast, finite, optimiser, seed_step, take_step
from .parallel import World
from .progress import progress
from .recipe import Recipe
from .work import WorkFolder

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Phase:
    """One stretch of training with one optimiser.

    `losses` gives the loss of each row of a batch; `epoch_end` may measure and returns a note for
    the progress display; `after_step` runs after each step. `number` is the phase's place in the
    run: it seeds order and dropout.
    """

    number: int
    name: str
    module: nn.Module
    epochs: int
    lengths: Rows
    losses: Callable[[Rows], Tensor]
    epoch_end: Callable[[], str] = field(default=lambda: "")
    after_step: Callable[[], None] = field(default=lambda: None)


class Trainer:
    """Trains phases one after the other; a saved position goes on in the middle of one.

    All randomness of a step comes from its place in the run, so a resumed run and one that was
    never killed do the same arithmetic. `spent` holds the processor time of each phase so far, in
    seconds of all threads together: neither neighbours nor a stopped process change it much.
    """

    def __init__(
        self,
        recipe: Recipe,
        work: WorkFolder,
        world: World,
        device: torch.device,
        *,
        checkpoint_seconds: float,
        quiet: bool,
    ) -> None:
        self._recipe, self._work, self._world, self._device = recipe, work, world, device
        self._interval = checkpoint_seconds
        self._quiet = quiet or not world.leads
        self._saved = time.monotonic()
        self.spent: dict[str, float] = {}

    def run(
        self,
        phase: Phase,
        progress_state: Callable[[], dict[str, Any]],
        resumed: dict[str, Any] | None,
    ) -> None:
        """Trains a phase from its start, or from `resumed`, a position that this method saved.

        `progress_state` gives what else a checkpoint holds: the weights and the history.
        """
        adam = optimiser(phase.module, self._recipe.head_rate, ("head.",))
        if resumed:
            adam.load_state_dict(resumed["adam"])
        first = int(resumed["step"]) if resumed else 0
        epochs = self._epochs(phase)
        ends = set(np.cumsum([len(batches) for batches in epochs]).tolist())
        batches = [rows for epoch in epochs for rows in epoch]
        schedule = Schedule(self._recipe.lr, len(batches))
        done = sum(map(len, batches[:first]))
        note = ""
        phase.module.train()
        begin = time.process_time() - self.spent.get(phase.name, 0.0)
        total = len(phase.lengths) * phase.epochs
        with progress(phase.name, total, "rows", done=done, quiet=self._quiet) as shown:
            for step in range(first, len(batches)):
                loss = self._step(phase, adam, schedule, step, batches[step])
                phase.after_step()
                if step + 1 in ends:
                    phase.module.eval()
                    note = phase.epoch_end()
                    phase.module.train()
                shown.advance(len(batches[step]), f"loss {loss:.4f}{note}")
                self.spent[phase.name] = time.process_time() - begin
                if step + 1 < len(batches):
                    self._save_sometimes(phase, step + 1, adam, progress_state)
        phase.module.eval()

    def _epochs(self, phase: Phase) -> list[list[Rows]]:
        recipe = self._recipe
        return [
            epoch_batches(
                phase.lengths, recipe.batch, BATCH_TOKENS, (recipe.seed, phase.number, epoch)
            )
            for epoch in range(phase.epochs)
        ]

    def _step(
        self, phase: Phase, adam: torch.optim.AdamW, schedule: Schedule, step: int, rows: Rows
    ) -> float:
        seed_step(self._recipe.seed, phase.number, step, self._world.rank)
        mine = rows[self._world.rank :: self._world.size]
        value = 0.0
        if len(mine):
            with autocast(self._device, self._recipe.arithmetic):
                loss = phase.losses(mine).sum() / len(rows)
            value = finite(loss, phase.name, step)
            loss.backward()
        self._world.sum_gradients(phase.module.parameters())
        take_step(phase.module, adam, schedule, step)
        return value * self._world.size

    def _save_sometimes(
        self,
        phase: Phase,
        step: int,
        adam: torch.optim.AdamW,
        progress_state: Callable[[], dict[str, Any]],
    ) -> None:
        if self._world.leads and time.monotonic() - self._saved >= self._interval:
            self.save(
                {"phase": phase.number, "step": step, "adam": adam.state_dict()} | progress_state()
            )

    def save(self, state: dict[str, Any]) -> None:
        """Writes a checkpoint now, by the leading process."""
        if self._world.leads:
            self._work.save(state | {"spent": self.spent})
            self._saved = time.monotonic()
