"""How long a recipe takes, and which shorter one fits a time budget.

All of it are pure functions of measured costs; `pace.py` measures them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .errors import InputError
from .progress import clock
from .recipe import Recipe

CUT = ("boost_epochs", "augment", "epochs")
"""Settings of a recipe that a time budget may make smaller."""

_EPOCHS = 4
"""Where a time budget keeps so many epochs, altered copies go before another one does."""

_DURATION = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,7})s)?")


@dataclass(frozen=True)
class Costs:
    """Seconds a row: the teacher's answer, a training step of one student, of all, and a forward.

    `answer` and `forward` have no backward pass; `forward` runs all students.
    """

    answer: float
    boost: float
    joint: float
    forward: float


@dataclass(frozen=True)
class RowCounts:
    """How many rows there are: in the training file, unlabelled, and in dev and test together."""

    labelled: int
    unlabelled: int
    measured: int


@dataclass(frozen=True)
class Estimate:
    """Seconds of each part of a distillation."""

    answers: float
    stage1: float
    stage2: float

    @property
    def total(self) -> float:
        """All parts together."""
        return self.answers + self.stage1 + self.stage2

    def __str__(self) -> str:
        return (
            f"about {clock(self.total)}: teacher's answers {clock(self.answers)}, "
            f"stage 1 {clock(self.stage1)}, stage 2 {clock(self.stage2)}"
        )


def estimate(recipe: Recipe, rows: RowCounts, costs: Costs) -> Estimate:
    """Time of a recipe: each row answered once, then every epoch of both stages.

    Stage 1 also runs the k frozen students once before student k; stage 2 measures dev each epoch.
    """
    training = rows.labelled * (1 + recipe.augment) + rows.unlabelled
    before = costs.forward * (recipe.students - 1) / 2
    boosting = recipe.students * recipe.boost_epochs * costs.boost
    return Estimate(
        answers=(training + rows.measured) * costs.answer,
        stage1=training * (boosting + before) if recipe.boost_epochs else 0.0,
        stage2=recipe.epochs * (training * costs.joint + rows.measured * costs.forward),
    )


def fit(recipe: Recipe, rows: RowCounts, costs: Costs, budget: float) -> Recipe:
    """The first of `shorter` recipes that takes at most `budget` seconds.

    `InputError` names the least budget where not even the last one does.
    """
    least = recipe
    for candidate in shorter(recipe):
        if estimate(candidate, rows, costs).total <= budget:
            return candidate
        least = candidate
    needed = estimate(least, rows, costs)
    raise InputError(
        f"--budget {clock(budget)}: too short; the teacher's answers and one epoch take {needed}"
    )


def shorter(recipe: Recipe) -> Iterator[Recipe]:
    """The recipe, then ever shorter ones: what costs quality least goes first.

    Stage 1 goes first, then epochs of stage 2 down to `_EPOCHS`, then altered copies one by one,
    then the other epochs: few passes over the rows themselves gain more than over many copies.
    """
    yield recipe
    if recipe.boost_epochs:
        recipe = replace(recipe, boost_epochs=0)
        yield recipe
    if recipe.augment:
        for epochs in range(recipe.epochs - 1, _EPOCHS - 1, -1):
            recipe = replace(recipe, epochs=epochs)
            yield recipe
    for copies in range(recipe.augment - 1, -1, -1):
        recipe = replace(recipe, augment=copies)
        yield recipe
    for epochs in range(recipe.epochs - 1, 0, -1):
        yield replace(recipe, epochs=epochs)


def describe(recipe: Recipe) -> str:
    """The settings that `fit` may have made smaller."""
    stage1 = f"{recipe.boost_epochs} epochs" if recipe.boost_epochs else "none"
    return f"stage 1: {stage1}, stage 2: {recipe.epochs} epochs, altered copies: {recipe.augment}"


def parse_duration(text: str) -> float:
    """Seconds of `1h30m`, `30m` or `90s`."""
    parts = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in parts.groups()) if parts else (0, 0, 0)
    total = 3600.0 * hours + 60.0 * minutes + seconds
    if not total:
        raise InputError(f"--budget '{text}': expected a time above 0 such as 1h30m, 30m or 90s")
    return total
