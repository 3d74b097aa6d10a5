"""How far a classifier's probabilities can be believed, for each prefix of the ensemble.

Calibration error is the expected one (Naeini, Cooper and Hauskrecht 2015): rows fall into bins of
equal width by their largest probability, and the distance between mean probability and accuracy is
averaged over the rows. A temperature (Guo, Pleiss, Sun and Weinberger 2017) divides the logits
before the softmax; it is the one that makes the labels of the dev split most likely.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]

BINS = 15
"""Bins of the calibration error, as in the papers named above."""

EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)
"""Edges of the margin table: narrow where a cascade has to decide, at both ends."""

_COLDEST, _HOTTEST = 0.05, 20.0
_HALVINGS = 60
_DIGITS = 6


def probabilities(logits: Floats, temperature: float = 1.0) -> Floats:
    """Softmax over the last axis of logits divided by a temperature."""
    scaled = np.asarray(logits, np.float64) / temperature
    powers = np.exp(scaled - scaled.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def calibration_error(chances: Floats, labels: Labels) -> float:
    """Expected calibration error of probabilities [N,D], 0..1."""
    top = chances.max(-1)
    right = chances.argmax(-1) == labels
    places = np.minimum((top * BINS).astype(int), BINS - 1)
    surplus = np.bincount(places, weights=top - right, minlength=BINS)
    return float(np.abs(surplus).sum() / len(labels))


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The temperature in 0.05..20 under which the labels are most likely.

    The likelihood has one maximum in the inverse temperature, so its slope is halved to zero.
    """
    values = np.asarray(logits, np.float64)
    told = values[np.arange(len(labels)), labels]
    low, high = 1 / _HOTTEST, 1 / _COLDEST
    for _ in range(_HALVINGS):
        inverse = (low + high) / 2
        expected = (probabilities(values, 1 / inverse) * values).sum(-1)
        if (told - expected).mean() >= 0:
            low = inverse
        else:
            high = inverse
    return float(2 / (low + high))


def calibrate(
    dev: Floats, dev_labels: Labels, others: Mapping[str, tuple[Floats, Labels]]
) -> dict[str, Any]:
    """The manifest's `calibration` from the answers [M,N,D] of each prefix on dev.

    `others` are more splits, by name, on which the dev split's temperatures are measured.
    """
    heats = [fit_temperature(logits, dev_labels) for logits in dev]
    splits = {"dev": (dev, dev_labels)} | dict(others)
    return {
        "bins": BINS,
        "temperatures": [round(heat, _DIGITS) for heat in heats],
        "errors": {name: _errors(*split, heats) for name, split in splits.items()},
    }


def _errors(prefixes: Floats, labels: Labels, heats: list[float]) -> dict[str, list[float]]:
    return {
        "before": [_error(logits, labels, 1.0) for logits in prefixes],
        "after": [
            _error(logits, labels, heat) for logits, heat in zip(prefixes, heats, strict=True)
        ],
    }


def _error(logits: Floats, labels: Labels, heat: float) -> float:
    return round(calibration_error(probabilities(logits, heat), labels), _DIGITS)


def margin_table(prefixes: Floats) -> dict[str, Any]:
    """The manifest's `margins`: how often prefixes 1..M-1 and prefix M choose different classes.

    The margin of a row is the largest minus the second probability of the shorter prefix. Bin b
    holds the rows with `edges[b]` <= margin < `edges[b+1]`, the last one also margin 1.
    """
    final = prefixes[-1].argmax(-1)
    rows, disagreements = [], []
    for logits in prefixes[:-1]:
        places = _places(margins(logits))
        rows.append(np.bincount(places, minlength=len(EDGES) - 1).tolist())
        differs = logits.argmax(-1) != final
        disagreements.append(np.bincount(places[differs], minlength=len(EDGES) - 1).tolist())
    return {"edges": list(EDGES), "rows": rows, "disagreements": disagreements}


def margins(logits: Floats) -> Floats:
    """Largest minus second largest probability of each row, at temperature 1."""
    top = np.sort(probabilities(logits), axis=-1)
    return np.asarray(top[..., -1] - top[..., -2])


def _places(values: Floats) -> NDArray[np.intp]:
    return np.clip(np.searchsorted(EDGES, values, side="right") - 1, 0, len(EDGES) - 2)


def temperatures(manifest: Mapping[str, Any]) -> list[float]:
    """What divides the logits of each prefix before the softmax; ones where that is not told."""
    told = manifest.get("calibration", {}).get("temperatures")
    return [1.0] * len(manifest["students"]) if told is None else list(told)


def outlier_auroc(inside: Floats, outside: Floats, temperature: float = 1.0) -> float:
    """Chance that a row inside has a larger top probability than a row outside; ties count half.

    Both are logits [N,D]; 0.5 is guessing, 1 tells all of them apart.
    """
    known = probabilities(inside, temperature).max(-1)
    unknown = np.sort(probabilities(outside, temperature).max(-1))
    below = np.searchsorted(unknown, known, side="left")
    up_to = np.searchsorted(unknown, known, side="right")
    return float((below + up_to).mean() / 2 / len(unknown))
