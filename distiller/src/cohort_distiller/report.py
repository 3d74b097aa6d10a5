"""The report beside a package: the quality of each prefix as a picture, and how it was made."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import __version__
from .folders import new_folder
from .recipe import Recipe

FIGURES = "figures.json"
"""File of a report that holds its numbers."""

_STYLE = (
    "body{font-family:system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .75rem;text-align:right;"
    "border-bottom:1px solid #ddd}th:first-child,td:first-child{text-align:left}"
    "pre{background:#f6f6f6;padding:1rem;overflow:auto}img{max-width:100%}"
)


@dataclass(frozen=True)
class Findings:
    """What a run found out. `quality` is the manifest's; all of it consists of JSON values.

    `differences` holds, for each split, what `paired_differences` gives; `behaviour` the manifest's
    `calibration` and `margins`; `history` the dev quality of each prefix after each joint epoch;
    `processor_seconds` the time of each phase, all threads together.
    """

    recipe: Recipe
    quality: Mapping[str, Any]
    differences: Mapping[str, Any]
    behaviour: Mapping[str, Any]
    history: Sequence[Sequence[float]]
    processor_seconds: Mapping[str, float]
    provenance: Mapping[str, Any]

    def facts(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        return {
            "recipe": self.recipe.facts(),
            "quality": dict(self.quality),
            "differences": dict(self.differences),
            "history": [list(epoch) for epoch in self.history],
            "processor_seconds": dict(self.processor_seconds),
            **self.behaviour,
        }


def write_report(folder: Path, findings: Findings) -> None:
    """Writes report.html, quality.png and figures.json into `folder`, replacing an older report."""
    with new_folder(folder, overwrite=True) as target:
        _draw(target / "quality.png", findings.recipe, findings.quality)
        (target / "report.html").write_text(_page(findings), encoding="utf-8")
        figures = json.dumps(findings.facts(), indent=1, sort_keys=True) + "\n"
        (target / FIGURES).write_text(figures, encoding="utf-8")


def _draw(file: Path, recipe: Recipe, quality: Mapping[str, Any]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.6), dpi=120)
    colours = {"dev": "tab:blue", "test": "tab:orange"}
    for place, name in enumerate(name for name in colours if name in quality):
        _draw_split(axes, name, quality[name], colours[name], place)
    axes.set_xlabel("students in use")
    axes.set_ylabel(str(quality["metric"]))
    axes.set_xticks(range(1, recipe.students + 1))
    axes.set_title(f"{recipe.name}: quality of each prefix, 95 % intervals")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)
    figure.tight_layout()
    figure.savefig(file, metadata={"Software": f"cohort-distiller {__version__}"})
    pyplot.close(figure)


def _draw_split(axes: Any, name: str, split: Mapping[str, Any], colour: str, place: int) -> None:
    values = split["prefixes"]
    numbers = [k + 1 + 0.06 * place for k in range(len(values))]
    pairs = list(zip(values, split["prefix_intervals"], strict=True))
    below = [max(0.0, value - low) for value, (low, _) in pairs]
    above = [max(0.0, high - value) for value, (_, high) in pairs]
    axes.errorbar(numbers, values, (below, above), color=colour, marker="o", capsize=3, label=name)
    teacher = f"teacher, {name}: {split['teacher']:.4f}"
    axes.axhline(split["teacher"], color=colour, linestyle="--", linewidth=1, label=teacher)


def _page(findings: Findings) -> str:
    quality = findings.quality
    title = f"{html.escape(findings.recipe.name)}: distillation report"
    splits = "".join(
        _split_table(name, quality, findings.differences[name])
        for name in ("dev", "test")
        if name in quality
    )
    settings = html.escape(
        json.dumps(findings.provenance, indent=1, sort_keys=True, ensure_ascii=False)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f'<p><img src="quality.png" alt="quality of each prefix with 95 % intervals"></p>{splits}'
        f"<h2>Dev {html.escape(str(quality['metric']))} after each joint epoch</h2>"
        f"<p>fp32 weights in PyTorch; the epoch with the best whole ensemble is kept.</p>"
        f"{_history_table(findings.history)}<h2>Settings and sources</h2><pre>{settings}</pre>"
        "</body></html>\n"
    )


def _split_table(name: str, quality: Mapping[str, Any], differences: Mapping[str, Any]) -> str:
    split = quality[name]
    rows = [("teacher", split["teacher"], split["teacher_interval"], 0.0, (0.0, 0.0))]
    for number, value in enumerate(split["prefixes"]):
        points = 100 * differences["differences"][number]
        ends = [100 * end for end in differences["difference_intervals"][number]]
        interval = split["prefix_intervals"][number]
        rows.append((f"prefix {number + 1}", value, interval, points, (ends[0], ends[1])))
    body = "".join(
        f"<tr><td>{label}</td><td>{value:.4f}</td><td>{low:.4f} .. {high:.4f}</td>"
        f"<td>{points:+.2f}</td><td>{least:+.2f} .. {most:+.2f}</td></tr>"
        for label, value, (low, high), points, (least, most) in rows
    )
    metric = html.escape(str(quality["metric"]))
    return (
        f"<h2>{name}: {metric} of the shipped files, {split['rows']} rows</h2>"
        f"<table><tr><th></th><th>{metric}</th><th>95 % interval</th>"
        f"<th>points to the teacher</th><th>95 % interval, paired</th></tr>{body}</table>"
    )


def _history_table(history: Sequence[Sequence[float]]) -> str:
    prefixes = len(history[0]) if history else 0
    head = "".join(f"<th>prefix {k + 1}</th>" for k in range(prefixes))
    body = "".join(
        f"<tr><td>{epoch + 1}</td>" + "".join(f"<td>{v:.4f}</td>" for v in values) + "</tr>"
        for epoch, values in enumerate(history)
    )
    return f"<table><tr><th>epoch</th>{head}</tr>{body}</table>"
