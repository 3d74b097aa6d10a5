"""What a package says and holds so that its students can also run in int8 arithmetic.

A second graph of each student over the same weights, the self-test row's contributions by those
graphs, and the quality of each prefix measured with them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import RunError
from .graph import check_graph, student_graph
from .manifest import Manifest, describe_file
from .rows import Row
from .runtime import FloatArray, Runtime
from .student import Student
from .tensorfile import StoredTensor

#: Measures opened graphs and returns the manifest's `quality` object; beside its own keys it may
#: hold those of `package.MEASURED`, which become keys of the manifest.
Quality = Callable[[Runtime], Mapping[str, Any]]

_SPLITS = ("dev", "test")
_MEASURED = ("rows", "prefixes", "prefix_intervals")

#: The self-test may differ by this share of the largest difference between int8 and fp32. Another
#: processor rounds a few activations the other way; a wrong kernel differs by more than int8 does.
_TOLERANCE_SHARE = 2.0


def write_int8_graph(
    folder: Path, number: int, student: Student, tensors: Mapping[str, StoredTensor]
) -> dict[str, Any]:
    """Writes the second graph of student `number`; returns how the manifest lists it."""
    path = folder / f"student-{number}.int8.onnx"
    path.write_bytes(student_graph(student, tensors, int8=True))
    check_graph(str(path))
    return describe_file(path)


def int8_facts(
    folder: Path, draft: Manifest, graphs: list[str], quality: Quality | None
) -> dict[str, Any]:
    """The manifest's `int8` object; `draft` has everything else that a runtime needs.

    Without `quality` nothing is measured, and seats that may choose stay with fp32.
    """
    facts: dict[str, Any] = {"graphs": graphs}
    runtime = Runtime(folder, draft | {"int8": facts}, int8=True)
    facts |= _self_test(runtime, draft["self_test"])
    if quality:
        measured = quality(runtime)
        facts["quality"] = {
            name: {key: measured[name][key] for key in _MEASURED}
            for name in _SPLITS
            if name in measured
        }
    return facts


def _self_test(runtime: Runtime, fp32: Mapping[str, Any]) -> dict[str, Any]:
    row = Row(tuple(fp32["input_ids"]), tuple(fp32["token_type_ids"]))
    contributions: FloatArray = runtime.contributions([row])[:, 0]
    if not np.isfinite(contributions).all():
        raise RunError("int8: the self-test row gives a number that is not finite")
    difference = float(np.abs(contributions - np.array(fp32["contributions"])).max())
    return {
        "contributions": [[round(float(v), 5) for v in values] for values in contributions],
        "tolerance": max(fp32["tolerance"], round(_TOLERANCE_SHARE * difference, 5)),
    }
