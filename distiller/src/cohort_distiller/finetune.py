"""Makes a task teacher from a base encoder and labelled data."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers.utils import logging

from . import __version__
from .architecture import Task
from .batches import BATCH_TOKENS, Encoded, encode, epoch_batches, length_batches
from .data import Table, label_ids, label_names, read_table, scores
from .errors import InputError
from .files import PROVENANCE, read_provenance
from .folders import new_folder
from .optimisation import (
    Schedule,
    autocast,
    choose_device,
    finite,
    optimiser,
    seed_step,
    take_step,
)
from .precision import check_arithmetic
from .progress import progress
from .targets import pad_id
from .teacher import Teacher


@dataclass(frozen=True)
class FinetuneOptions:
    """What `cohort-distiller finetune` was asked to do."""

    base: Path
    train: Path
    dev: Path
    out: Path
    task: Task = "classification"
    epochs: int = 4
    lr: float = 1e-4
    batch: int = 32
    max_tokens: int | None = None
    seed: int = 0
    arithmetic: str = "auto"
    device: str = "auto"
    overwrite: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Split:
    """Encoded rows and their targets: class numbers or scores."""

    rows: Encoded
    targets: Tensor


def finetune(options: FinetuneOptions) -> float:
    """Writes a HuggingFace folder `options.out`; returns the dev quality of the epoch it keeps."""
    _check(options)
    logging.disable_progress_bar()
    if options.out.exists() and not options.overwrite:
        raise InputError(f"{options.out}: exists already; choose another --out or add --overwrite")
    train = read_table(options.train, labelled=True)
    dev = read_table(options.dev, labelled=True)
    if dev.inputs != train.inputs:
        raise InputError(f"{dev.path}: {dev.inputs} texts a row, {train.path} has {train.inputs}")
    names = label_names(train) if options.task == "classification" else []
    teacher = Teacher.with_new_head(options.base, options.task, names, options.seed)
    teacher.tokenizer.enable_truncation(_max_tokens(options, teacher))
    splits = [_split(table, teacher, names, train) for table in (train, dev)]
    training = _Training(options, teacher, *splits)
    history = training.run()
    with new_folder(options.out, options.overwrite) as folder:
        teacher.tokenizer.no_truncation()
        teacher.save(folder)
        _write_provenance(options, train, dev, history, folder)
    return max(history)


def _check(options: FinetuneOptions) -> None:
    if options.task not in ("classification", "regression"):
        raise InputError(f"--task {options.task}: allowed are classification and regression")
    for name, value in (("epochs", options.epochs), ("batch", options.batch)):
        if value < 1:
            raise InputError(f"--{name} {value}: must be at least 1")
    if not 0 < options.lr < float("inf"):
        raise InputError(f"--lr {options.lr}: must be a positive number")
    check_arithmetic(options.arithmetic)


def _split(table: Table, teacher: Teacher, names: list[str], train: Table) -> Split:
    if names:
        targets = torch.tensor(label_ids(table, names, known_as=str(train.path)))
    else:
        targets = torch.tensor(scores(table), dtype=torch.float32)
    return Split(encode(teacher.tokenizer, table.texts), targets)


def _max_tokens(options: FinetuneOptions, teacher: Teacher) -> int:
    if options.max_tokens is None:
        return teacher.max_tokens
    if not 3 <= options.max_tokens <= teacher.max_tokens:
        raise InputError(
            f"--max-tokens {options.max_tokens}: allowed are 3..{teacher.max_tokens} for this base"
        )
    return options.max_tokens


class _Training:
    """One fine-tuning run; keeps the weights of the best epoch in memory."""

    def __init__(
        self, options: FinetuneOptions, teacher: Teacher, train: Split, dev: Split
    ) -> None:
        self._options, self._train, self._dev = options, train, dev
        self._device = choose_device(options.device)
        self._teacher = teacher.to(self._device)
        self._adam = optimiser(teacher)

    def run(self) -> list[float]:
        """Trains all epochs, leaves the best one's weights; returns the dev quality of each."""
        options = self._options
        epochs = [
            epoch_batches(self._train.rows.lengths, options.batch, BATCH_TOKENS, (options.seed, e))
            for e in range(options.epochs)
        ]
        schedule = Schedule(options.lr, sum(map(len, epochs)))
        history: list[float] = []
        best: dict[str, Tensor] = {}
        step = 0
        total = len(self._train.rows) * options.epochs
        with progress("finetune", total, "rows", quiet=options.quiet) as shown:
            for batches in epochs:
                self._teacher.train()
                for rows in batches:
                    loss = self._step(rows, schedule, step)
                    step += 1
                    note = f", dev {history[-1]:.4f}" if history else ""
                    shown.advance(len(rows), f"loss {loss:.4f}{note}")
                history.append(self._quality())
                if history[-1] >= max(history):
                    best = {k: v.cpu().clone() for k, v in self._teacher.state_dict().items()}
        self._teacher.load_state_dict(best)
        return history

    def _step(self, rows: npt.NDArray[np.int64], schedule: Schedule, step: int) -> float:
        seed_step(self._options.seed, step)
        with autocast(self._device, self._options.arithmetic):
            answers = self._answers(self._train, rows)
        targets = self._train.targets[torch.from_numpy(rows)].to(self._device)
        loss = self._loss(answers.float(), targets)
        value = finite(loss, "finetune", step)
        loss.backward()
        take_step(self._teacher, self._adam, schedule, step)
        return value

    def _loss(self, answers: Tensor, targets: Tensor) -> Tensor:
        if self._options.task == "classification":
            return nn.functional.cross_entropy(answers, targets)
        return nn.functional.mse_loss(answers.squeeze(-1), targets)

    def _answers(self, split: Split, rows: npt.NDArray[np.int64]) -> Tensor:
        batch = split.rows.batch(rows, pad_id(self._teacher)).to(self._device)
        answers: Tensor = self._teacher(
            batch.input_ids, batch.attention_mask, batch.token_type_ids
        )[0]
        return answers

    def _quality(self) -> float:
        """Accuracy or Pearson correlation on the dev split."""
        self._teacher.eval()
        split = self._dev
        answers = torch.empty(len(split.rows), self._teacher.outputs)
        with torch.inference_mode():
            for rows in length_batches(split.rows.lengths, self._options.batch * 4, BATCH_TOKENS):
                answers[torch.from_numpy(rows)] = self._answers(split, rows).float().cpu()
        if self._options.task == "classification":
            return float((answers.argmax(-1) == split.targets).float().mean())
        return float(np.nan_to_num(np.corrcoef(answers[:, 0].numpy(), split.targets.numpy())[0, 1]))


def _write_provenance(
    options: FinetuneOptions, train: Table, dev: Table, history: list[float], folder: Path
) -> None:
    provenance = {
        "tool": f"cohort-distiller {__version__}",
        "base": read_provenance(options.base),
        "train": train.describe(),
        "dev": dev.describe(),
        "dev_quality_by_epoch": history,
        "task": options.task,
        "epochs": options.epochs,
        "lr": options.lr,
        "batch": options.batch,
        "max_tokens": options.max_tokens,
        "seed": options.seed,
        "arithmetic": options.arithmetic,
    }
    text = json.dumps(provenance, indent=2, sort_keys=True) + "\n"
    (folder / PROVENANCE).write_text(text, encoding="utf-8")
