"""How much the members of an ensemble of classifiers make up for each other.

The sum is only as good as its members differ in what they get wrong (Krogh and Vedelsby 1995,
"Neural network ensembles, cross validation, and active learning").
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]


def committee(
    prefixes: Floats, bias: Floats, labels: NDArray[np.integer[Any]], teacher: Floats | None = None
) -> dict[str, Any]:
    """Counts of wrong rows, from the answers of the prefixes [M,N,D] before activation.

    A member's own answer is the bias [D] and its contribution. `wrong` counts over all rows,
    `avoidable`, where there is a teacher [N,D], over those that it gets right: `members` for each
    alone, `every` for the rows that no member gets right, `whole` for the sum. `accuracy` is that
    of each member alone.
    """
    members = prefixes.copy()
    members[1:] -= prefixes[:-1] - bias
    wrong = members.argmax(-1) != labels
    together = prefixes[-1].argmax(-1) != labels
    found: dict[str, Any] = {
        "accuracy": [round(float(value), 6) for value in 1 - wrong.mean(-1)],
        "wrong": _counts(wrong, together),
    }
    if teacher is not None:
        right = teacher.argmax(-1) == labels
        found["avoidable"] = _counts(wrong & right, together & right)
    return found


def _counts(wrong: Flags, together: Flags) -> dict[str, Any]:
    return {
        "members": [int(count) for count in wrong.sum(-1)],
        "every": int(wrong.all(0).sum()),
        "whole": int(together.sum()),
    }
