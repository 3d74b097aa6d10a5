"""What a distillation was asked to do: every number that decides the result."""

import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .architecture import Task
from .errors import InputError
from .precision import WEIGHTS, Weights, check_arithmetic

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Recipe:
    """Settings of algorithm v1; all of them enter the package's provenance.

    Stage 1 has `boost_epochs` for each student (0: none), in which it fits `shrinkage` times the
    residual. Stage 2, all students together, has `epochs`: `train_embeddings` also trains the
    shared table, `self_weight` is the share of the whole ensemble in what shorter prefixes learn,
    `member_weight` the share that each student's answer alone has in the loss of a classifier (1:
    none is left for the prefixes), `views` the share of tokens that each student of its own does
    not see, `diversity` the weight of how much contributions differ, `average` the decay of the
    moving average of the weights that ships (0: the last weights). `augment` altered copies of
    each training row are added, labelled by the teacher. `init_layers` names, for each student,
    the layers of the initialising encoder it starts from; empty means the default of
    `initial_layers`. `max_train_tokens` truncates training rows only. `notes` go into the
    provenance as they are, such as the licence of the data.
    """

    students: int = 4
    layers: int = 2
    boost_epochs: int = 0
    epochs: int = 6
    lr: float = 4e-4
    batch: int = 32
    seed: int = 0
    weights: Weights = "int8"
    name: str = "ensemble"
    version: str = "1"
    init_layers: tuple[tuple[int, ...], ...] = ()
    max_train_tokens: int | None = None
    label_weight: float = 0.5
    temperature: float = 2.0
    hint_weight: float = 0.1
    head_rate: float = 5.0
    dropout: float = 0.1
    train_embeddings: bool = False
    augment: int = 3
    self_weight: float = 0.0
    member_weight: float = 1.0
    views: float = 0.0
    diversity: float = 0.0
    shrinkage: float = 1.0
    average: float = 0.0
    arithmetic: str = "auto"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _bound("students", self.students, 1, 64)
        _bound("layers", self.layers, 1, 256)
        _bound("boost-epochs", self.boost_epochs, 0, 10_000)
        _bound("epochs", self.epochs, 1, 10_000)
        _bound("batch", self.batch, 1, 65_536)
        _bound("seed", self.seed, 0, 2**63 - 1)
        _bound("label-weight", self.label_weight, 0.0, 1.0)
        _bound("hint-weight", self.hint_weight, 0.0, 1e6)
        _bound("dropout", self.dropout, 0.0, 0.9)
        _bound("augment", self.augment, 0, 64)
        _bound("self-weight", self.self_weight, 0.0, 1.0)
        _bound("member-weight", self.member_weight, 0.0, 1.0)
        _bound("views", self.views, 0.0, 0.9)
        _bound("diversity", self.diversity, 0.0, 1.0)
        _bound("shrinkage", self.shrinkage, 0.01, 1.0)
        _bound("average", self.average, 0.0, 0.999999)
        _positive("lr", self.lr)
        _positive("temperature", self.temperature)
        _positive("head-rate", self.head_rate)
        if self.max_train_tokens is not None:
            _bound("max-train-tokens", self.max_train_tokens, 3, 1_048_576)
        if self.weights not in WEIGHTS:
            raise InputError(f"--weights {self.weights}: allowed are {', '.join(WEIGHTS)}")
        if not _NAME.fullmatch(self.name):
            raise InputError(f"--name {self.name}: must match {_NAME.pattern}")
        if not _VERSION.fullmatch(self.version):
            raise InputError(f"--version {self.version}: must be a whole number from 1")
        check_arithmetic(self.arithmetic)
        self._check_init_layers()

    def _check_init_layers(self) -> None:
        if not self.init_layers:
            return
        if len(self.init_layers) != self.students:
            raise InputError(
                f"--init-layers names {len(self.init_layers)} students, --students {self.students}"
            )
        for layers in self.init_layers:
            if len(layers) != self.layers:
                raise InputError(
                    f"--init-layers {','.join(map(str, layers))}: "
                    f"{self.layers} layers are needed for each student"
                )

    def members(self, task: Task) -> float:
        """The share that each student's answer alone has: only classifiers can learn alone.

        Classes stay in order whatever a sum is scaled by; scores and embeddings must add up.
        """
        return self.member_weight if task == "classification" else 0.0

    def algorithm(self, task: Task) -> str:
        """What happened, in words, for the provenance."""
        alone = self.members(task)
        parts = ["stacking distillation with boosting"] if self.boost_epochs else []
        parts += ["joint distillation over prefixes"] if alone < 1 else []
        parts += ["distillation of each student alone"] if alone > 0 else []
        return f"v1: {', '.join(parts)}"

    def facts(self) -> dict[str, Any]:
        """The settings as JSON values."""
        layers = [list(layers) for layers in self.init_layers]
        return asdict(self) | {"init_layers": layers, "notes": list(self.notes)}


@dataclass(frozen=True)
class Paths:
    """Files and folders of a distillation.

    `answers` keeps what the teacher said for other runs on the same rows; without it the work
    folder keeps it for this run. `more_teachers` teach the students after the first, in turn.
    """

    teacher: Path
    train: Path
    dev: Path
    out: Path
    work: Path
    test: Path | None = None
    unlabelled: Path | None = None
    init_from: Path | None = None
    answers: Path | None = None
    more_teachers: tuple[Path, ...] = ()

    @property
    def report(self) -> Path:
        """Folder of the report: beside the package, which holds listed files only."""
        return self.out.with_name(f"{self.out.name}-report")


def package_name(out: Path) -> str:
    """A package name made of the output folder's name."""
    name = re.sub(r"[^a-z0-9]+", "-", out.absolute().name.lower()).strip("-")[:63].strip("-")
    if not name:
        raise InputError(f"--out {out}: gives no package name; add --name")
    return name


def parse_init_layers(text: str) -> tuple[tuple[int, ...], ...]:
    """Reads `0,5 1,4`: students apart by spaces, their layers by commas."""
    try:
        return tuple(tuple(int(layer) for layer in part.split(",")) for part in text.split())
    except ValueError:
        raise InputError(
            f"--init-layers '{text}': expected numbers such as '0,5 1,4': "
            "students apart by spaces, layers by commas"
        ) from None


#: Lowest and highest layer that a student starts from, in sixths of the encoder's depth: measured,
#: see docs/distillation.md.
_STARTS = ((1, 5), (1, 4), (0, 5), (2, 5))


def initial_layers(recipe: Recipe, depth: int) -> list[list[int]]:
    """The layers that each student starts from, out of an encoder with `depth` layers.

    By default others for each of the first four students, best first; then again.
    """
    if recipe.init_layers:
        chosen = [list(layers) for layers in recipe.init_layers]
    else:
        ends = [_STARTS[k % len(_STARTS)] for k in range(recipe.students)]
        chosen = [_spread(low * depth // 6, high * depth // 6, recipe.layers) for low, high in ends]
    for layer in (layer for layers in chosen for layer in layers):
        if not 0 <= layer < depth:
            raise InputError(
                f"--init-layers: layer {layer} does not exist; allowed are 0..{depth - 1}"
            )
    return chosen


def block(student: int, students: int, depth: int) -> tuple[int, int]:
    """First and last teacher layer of a student's block."""
    first = min(depth - 1, student * depth // students)
    return first, max(first, (student + 1) * depth // students - 1)


def _spread(first: int, last: int, count: int) -> list[int]:
    if count == 1:
        return [last]
    return [round(first + (last - first) * place / (count - 1)) for place in range(count)]


def _bound(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InputError(f"--{name} {value}: allowed are {least}..{most}")


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"--{name} {value}: must be a finite number above 0")
