"""How good each prefix is, with 95 % intervals.

Intervals are bootstrap percentiles (Efron 1979): rows are drawn again with replacement, the metric
is computed on each draw, and the interval spans the 2.5th to the 97.5th percentile. Many draws are
computed at once from row weights, so a metric is written as a function of weighted sums.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .architecture import Task
from .errors import InputError
from .rows import Row
from .runtime import Runtime

Metric = Literal["accuracy", "pearson", "cosine"]
Floats = NDArray[np.floating[Any]]

_DRAWS = 1000
_DRAWS_AT_ONCE = 50
_DIGITS = 6


def metric_of(task: Task) -> Metric:
    """The metric that a task's quality is measured in."""
    metrics: dict[Task, Metric] = {
        "classification": "accuracy",
        "regression": "pearson",
        "embedding": "cosine",
    }
    return metrics[task]


def score_with_interval(
    metric: Metric, logits: Floats, targets: Floats, seed: int = 0
) -> tuple[float, list[float]]:
    """The metric and its 95 % interval for answers [N,D].

    `targets`: label numbers [N] for accuracy, values [N] for pearson, vectors [N,D] for cosine.
    """
    if len(logits) != len(targets) or not len(targets):
        raise InputError(f"{len(logits)} answers cannot be compared with {len(targets)} targets")
    if not np.isfinite(logits).all():
        raise InputError("an answer is not a finite number")
    columns = _columns(metric, np.asarray(logits, np.float64), np.asarray(targets))
    score = float(_score(metric, np.ones((1, len(targets))), columns)[0])
    draws = np.concatenate([_score(metric, w, columns) for w in _draws(len(targets), seed)])
    low, high = np.percentile(draws, [2.5, 97.5])
    return round(score, _DIGITS), [round(float(low), _DIGITS), round(float(high), _DIGITS)]


def _columns(metric: Metric, logits: Floats, targets: Any) -> Floats:
    """[N,C] numbers of each row from whose weighted sums the metric follows."""
    if metric == "accuracy":
        return (logits.argmax(-1) == targets).astype(np.float64)[:, None]
    if metric == "cosine":
        norms = np.linalg.norm(logits, axis=-1) * np.linalg.norm(targets, axis=-1)
        return ((logits * targets).sum(-1) / np.maximum(norms, 1e-12))[:, None]
    x = logits[:, 0] - logits[:, 0].mean()
    y = targets.astype(np.float64) - targets.mean()
    return np.stack([x, y, x * x, y * y, x * y], axis=-1)


def _score(metric: Metric, weights: Floats, columns: Floats) -> Floats:
    """The metric for each row of `weights` [R,N]."""
    means = weights @ columns / weights.sum(-1, keepdims=True)
    if metric != "pearson":
        return means[:, 0]
    x, y, xx, yy, xy = means.T
    spread = np.sqrt(np.maximum(xx - x * x, 0) * np.maximum(yy - y * y, 0))
    correlation = np.divide(xy - x * y, spread, out=np.zeros_like(xy), where=spread > 1e-12)
    return np.clip(correlation, -1, 1)


def _draws(rows: int, seed: int) -> Iterator[Floats]:
    """How often each row was drawn, [R,N] at a time."""
    generator = np.random.default_rng(seed)
    offsets = np.arange(_DRAWS_AT_ONCE)[:, None] * rows
    for _ in range(_DRAWS // _DRAWS_AT_ONCE):
        chosen = generator.integers(0, rows, (_DRAWS_AT_ONCE, rows)) + offsets
        counts = np.bincount(chosen.ravel(), minlength=_DRAWS_AT_ONCE * rows)
        yield counts.reshape(_DRAWS_AT_ONCE, rows).astype(np.float64)


def paired_differences(
    metric: Metric, prefix_logits: Floats, teacher_logits: Floats, targets: Floats, seed: int = 0
) -> dict[str, Any]:
    """Each prefix [M,N,D] minus the teacher [N,D] in the metric: differences, intervals.

    Paired: prefix and teacher are scored on the same drawn rows, so that what is hard for both
    does not widen the 95 % interval.
    """
    answers = [teacher_logits, *prefix_logits]
    columns = [_columns(metric, np.asarray(x, np.float64), np.asarray(targets)) for x in answers]

    def differences(weights: Floats) -> Floats:
        scores = np.stack([_score(metric, weights, part) for part in columns])
        return np.asarray(scores[1:] - scores[:1])

    whole = differences(np.ones((1, len(targets))))[:, 0]
    drawn = np.concatenate([differences(w) for w in _draws(len(targets), seed)], axis=-1)
    ends = np.percentile(drawn, [2.5, 97.5], axis=-1).T
    return {
        "differences": whole.round(_DIGITS).tolist(),
        "difference_intervals": ends.round(_DIGITS).tolist(),
    }


def prefix_quality(
    metric: Metric, prefix_logits: Floats, targets: Floats, seed: int = 0
) -> dict[str, Any]:
    """Quality of every prefix from its answers [M,N,D]: rows, prefixes, prefix_intervals."""
    scored = [score_with_interval(metric, logits, targets, seed) for logits in prefix_logits]
    return {
        "rows": len(targets),
        "prefixes": [score for score, _ in scored],
        "prefix_intervals": [interval for _, interval in scored],
    }


def quality_split(
    metric: Metric,
    prefix_logits: Floats,
    teacher_logits: Floats,
    targets: Floats,
    seed: int = 0,
) -> dict[str, Any]:
    """A `split` of the manifest's `quality`: the teacher and every prefix on the same rows."""
    teacher, interval = score_with_interval(metric, teacher_logits, targets, seed)
    prefixes = prefix_quality(metric, prefix_logits, targets, seed)
    return {
        "rows": prefixes.pop("rows"),
        "teacher": teacher,
        "teacher_interval": interval,
        **prefixes,
    }


def evaluate_rows(
    runtime: Runtime, rows: Sequence[Row], targets: Floats, seed: int = 0
) -> dict[str, Any]:
    """Quality of every prefix of an opened package on rows and their targets."""
    logits = runtime.prefix_logits(rows)
    return prefix_quality(metric_of(runtime.task), logits, targets, seed)
