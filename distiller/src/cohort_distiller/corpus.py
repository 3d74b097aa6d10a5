"""The texts of a distillation: checked, tokenised, with their labels."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .augment import Vocabulary, augmented
from .batches import Encoded, encode, joined
from .data import Table, label_ids, read_table, scores
from .errors import InputError
from .losses import NO_LABEL
from .plan import RowCounts
from .recipe import Paths, Recipe
from .teacher import Teacher


@dataclass(frozen=True)
class Part:
    """Rows of one file and their labels: class numbers, scores, or zeros for embeddings."""

    table: Table
    rows: Encoded
    labels: Tensor


@dataclass(frozen=True)
class Corpus:
    """Everything a distillation reads besides the teacher.

    `train` holds the rows of `parts` one after the other: labelled rows, then altered copies of
    them, then unlabelled rows; the labels of both are `NO_LABEL`, or NaN for scores.
    """

    parts: tuple[Encoded, ...]
    train: Encoded
    labels: Tensor
    dev: Part
    test: Part | None
    inputs: int
    files: dict[str, Any]

    def sizes(self, copies: int) -> RowCounts:
        """How many rows of each kind there are, if `copies` altered ones were made of each."""
        labelled = len(self.parts[0])
        measured = len(self.dev.rows) + (len(self.test.rows) if self.test else 0)
        return RowCounts(labelled, len(self.train) - labelled * (1 + copies), measured)


def read_corpus(paths: Paths, recipe: Recipe, teacher: Teacher) -> Corpus:
    """Reads all files; InputError names file, line, column and value of what is wrong."""
    train = read_table(paths.train, labelled=teacher.task != "embedding")
    dev = _part(paths.dev, teacher, train, teacher.max_tokens)
    test = _part(paths.test, teacher, train, teacher.max_tokens) if paths.test else None
    extra = read_table(paths.unlabelled, labelled=False) if paths.unlabelled else None
    tables = {"train": train, "dev": dev.table}
    tables |= {"test": test.table} if test else {}
    tables |= {"unlabelled": extra} if extra else {}
    for table in tables.values():
        _same_inputs(table, train)
    _check_classes(train, teacher)
    longest = min(recipe.max_train_tokens or teacher.max_tokens, teacher.max_tokens)
    rows = [_encode(teacher, train, longest)]
    if recipe.augment:
        vocabulary = Vocabulary.of(teacher.tokenizer)
        rows.append(augmented(rows[0], vocabulary, recipe.augment, longest, recipe.seed))
    if extra:
        rows.append(_encode(teacher, extra, longest))
    unknown = [_no_labels(teacher, len(part)) for part in rows[1:]]
    return Corpus(
        tuple(rows),
        joined(rows),
        torch.cat([_labels(train, teacher), *unknown]),
        dev,
        test,
        train.inputs,
        {name: table.describe() for name, table in tables.items()},
    )


def _part(path: Path, teacher: Teacher, train: Table, longest: int) -> Part:
    table = read_table(path, labelled=teacher.task != "embedding")
    _same_inputs(table, train)
    return Part(table, _encode(teacher, table, longest), _labels(table, teacher))


def _encode(teacher: Teacher, table: Table, longest: int) -> Encoded:
    teacher.tokenizer.enable_truncation(longest)
    try:
        return encode(teacher.tokenizer, table.texts)
    finally:
        teacher.tokenizer.no_truncation()


def _labels(table: Table, teacher: Teacher) -> Tensor:
    if teacher.task == "classification":
        return torch.tensor(label_ids(table, teacher.labels, known_as="the teacher"))
    if teacher.task == "regression":
        return torch.tensor(scores(table), dtype=torch.float32)
    return torch.zeros(len(table))


def _no_labels(teacher: Teacher, rows: int) -> Tensor:
    if teacher.task == "classification":
        return torch.full((rows,), NO_LABEL)
    return torch.full((rows,), float("nan") if teacher.task == "regression" else 0.0)


def _check_classes(train: Table, teacher: Teacher) -> None:
    if teacher.task != "classification":
        return
    present = set(train.labels)
    if len(present) < 2:
        raise InputError(
            f"{train.path}: column 'label': one class only ('{next(iter(present))}'); "
            "two or more are needed"
        )


def _same_inputs(table: Table, train: Table) -> None:
    if table.inputs != train.inputs:
        raise InputError(
            f"{table.path}: {table.inputs} texts a row, {train.path} has {train.inputs}"
        )
