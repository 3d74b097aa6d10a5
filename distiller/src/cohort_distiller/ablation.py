"""The ablation tables of a document, made of the result files that experiments wrote."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import InputError
from .files import atomic_file
from .levers import LEVERS

BEGIN = "<!-- ablation: begin; made by `./cohort ablation`, do not edit -->"
END = "<!-- ablation: end -->"

Result = Mapping[str, Any]

_KEYS = ("dataset", "recipe", "seed", "split", "metric", "rows", "teacher", "prefixes", "seconds")
_HEAD = (
    "| recipe | seed | teacher | prefixes 1..M | whole ensemble - teacher | gain | minutes |",
    "|---|---|---|---|---|---|---|",
)

_SUMMARY_HEAD = (
    "| set | recipe | seed | metric | teacher | first student - teacher "
    "| whole ensemble - teacher | whole ensemble - first student | minutes |",
    "|---|---|---|---|---|---|---|---|---|",
)


def read_results(folder: Path) -> list[Result]:
    """The results of experiments in a folder, in the order of their tables."""
    files = sorted(folder.glob("*.json"))
    found = [json.loads(file.read_text("utf-8")) for file in files]
    results = [result for result in found if "recipe" in result]
    if not results:
        raise InputError(f"{folder}: holds no results of experiments")
    for result in results:
        missing = [key for key in _KEYS if key not in result]
        if missing:
            raise InputError(f"{folder}: a result of '{result['recipe']}' has no {missing[0]}")
    return sorted(results, key=_place)


def _place(result: Result) -> tuple[Any, ...]:
    order = list(LEVERS)
    name = result["recipe"]
    place = order.index(name) if name in order else len(order)
    return result["dataset"], result["split"], place, name, result["seed"]


def tables(results: Iterable[Result]) -> str:
    """One table for each data set and split, in Markdown; all figures in points, times 100."""
    results = list(results)
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        for split in result["figures"]["differences"]:
            groups.setdefault((result["dataset"], split), []).append(result)
    parts = [_table(*group, found) for group, found in sorted(groups.items())]
    measured = [result for result in results if result["split"] == "test"]
    return "\n\n".join([_summary(measured), *parts] if measured else parts)


def _summary(results: Iterable[Result]) -> str:
    """The results on test of all data sets, a line each."""
    return "\n".join(["**All sets, on test**", "", *_SUMMARY_HEAD, *map(_summary_row, results)])


def _summary_row(result: Result) -> str:
    compared = result["figures"]["differences"]["test"]
    cells = [
        result["dataset"],
        f"`{result['recipe']}`",
        str(result["seed"]),
        f"{result['metric']}, {result['rows']:,} rows",
        f"{100 * result['teacher']:.2f}",
        _difference(compared, 0),
        _difference(compared),
        _difference(result["over_first"]) if "over_first" in result else "",
        f"{result['seconds'] / 60:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _table(dataset: str, split: str, results: Sequence[Result]) -> str:
    metric, measured = results[0]["metric"], _measured(results[0], split)
    title = f"**{dataset}**, {metric} on {split}, {measured['rows']:,} rows"
    return "\n".join([title, "", *_HEAD, *(_row(result, split) for result in results)])


def _measured(result: Result, split: str) -> Mapping[str, Any]:
    """Rows, teacher and prefixes of a split: those of the main one stand on top."""
    if split == result["split"]:
        return result
    found: Mapping[str, Any] = result["figures"]["quality"][split]
    return found


def _row(result: Result, split: str) -> str:
    measured = _measured(result, split)
    prefixes = " ".join(f"{100 * value:.2f}" for value in measured["prefixes"])
    compared = result["figures"]["differences"][split]
    cells = [
        f"`{result['recipe']}`",
        str(result["seed"]),
        f"{100 * measured['teacher']:.2f}",
        prefixes,
        _difference(compared),
        _gain(result) if split == result["split"] else "",
        f"{result['seconds'] / 60:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _difference(compared: Mapping[str, Any], prefix: int = -1) -> str:
    """That of a prefix, by default of the whole ensemble, with its interval."""
    low, high = compared["difference_intervals"][prefix]
    return f"{100 * compared['differences'][prefix]:+.2f} ({100 * low:+.2f} .. {100 * high:+.2f})"


def _gain(result: Result) -> str:
    gain = result.get("gain")
    return f"{_difference(gain)} over `{gain['over']}`" if gain else ""


def write_tables(folder: Path, document: Path) -> None:
    """Puts the tables between the two marks of a document."""
    text = document.read_text("utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise InputError(f"{document}: must have the lines '{BEGIN}' and '{END}' once each")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    with atomic_file(document) as temporary:
        made = f"{before}{BEGIN}\n\n{tables(read_results(folder))}\n\n{END}{after}"
        temporary.write_text(made, "utf-8")
