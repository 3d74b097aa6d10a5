"""One row of the ablation table: a named recipe on one data set with one seed.

Teachers, and what they said about each row, are kept in a cache folder, so that the runs of a
table share them.
"""

import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .architecture import Task
from .data import read_table
from .errors import InputError
from .files import atomic_file
from .finetune import FinetuneOptions, finetune
from .levers import Lever, lever
from .manifest import read_manifest
from .measure import compare_packages
from .recipe import Paths, Recipe
from .report import FIGURES
from .run import Conditions, run_distillation
from .runtime import Runtime

_TOKENS = 16
_RUNS = 50


@dataclass(frozen=True)
class TeacherPlan:
    """How the teacher of a data set is fine-tuned; `max_tokens` also truncates training rows."""

    task: Task = "classification"
    epochs: int = 3
    lr: float = 1e-4
    batch: int = 32
    max_tokens: int = 96


#: Data sets by the name of their folder, where the defaults of `TeacherPlan` do not fit.
TEACHER_PLANS: dict[str, TeacherPlan] = {
    "clinc150": TeacherPlan(epochs=4, lr=1.5e-4, batch=64, max_tokens=64),
    "sst2": TeacherPlan(epochs=1),
    "stsb": TeacherPlan("regression", max_tokens=128),
    "mrpc": TeacherPlan(max_tokens=128),
    "qnli_devset": TeacherPlan(max_tokens=128),
}


@dataclass(frozen=True)
class ExperimentOptions:
    """What `cohort-distiller experiment` was asked to do.

    `dataset` holds train.tsv, dev.tsv and, if the set has one, test.tsv. `base` is the encoder that
    becomes the teacher, `init_from` the one that students start from. Only with `test` is the test
    split looked at.
    """

    recipe: str
    dataset: Path
    base: Path
    init_from: Path
    cache: Path
    out: Path
    unlabelled: Path | None = None
    test: bool = False
    seed: int = 0
    device: str = "auto"
    arithmetic: str = "auto"
    quiet: bool = False


def run_experiment(options: ExperimentOptions) -> dict[str, Any]:
    """Runs a recipe and writes its figures to `options.out`; returns them."""
    chosen = lever(options.recipe)
    if chosen.needs_texts and options.unlabelled is None:
        raise InputError(f"recipe '{options.recipe}': needs --unlabelled FILE")
    splits = _splits(options)
    plan = TEACHER_PLANS.get(options.dataset.name, TeacherPlan())
    teachers = [_teacher(options, plan, splits, seed) for seed in range(chosen.teachers)]
    paths = _paths(options, chosen, splits, teachers)
    recipe = chosen.recipe(
        Recipe(
            seed=options.seed,
            name=paths.out.name,
            max_train_tokens=plan.max_tokens,
            arithmetic=options.arithmetic,
        )
    )
    shutil.rmtree(paths.work, ignore_errors=True)
    run_distillation(
        paths, recipe, Conditions(device=options.device, overwrite=True, quiet=options.quiet)
    )
    figures = json.loads((paths.report / FIGURES).read_text("utf-8"))
    result = _result(options, figures) | {"latency_ms": _latencies(paths.out)}
    result |= _over_first(paths) | _gain(options, chosen, paths)
    _write(result, options.out)
    return result


def _paths(
    options: ExperimentOptions,
    chosen: Lever,
    splits: Mapping[str, Path],
    teachers: Sequence[Path],
) -> Paths:
    out = _package(options, options.recipe)
    out.parent.mkdir(parents=True, exist_ok=True)
    return Paths(
        teacher=teachers[0],
        more_teachers=tuple(teachers[1:]),
        train=splits["train"],
        dev=splits["dev"],
        test=splits["test"] if options.test else None,
        unlabelled=options.unlabelled if chosen.needs_texts else None,
        init_from=options.init_from if chosen.needs_init else None,
        answers=options.cache / "answers",
        out=out,
        work=out.with_name(f"{out.name}.work"),
    )


def _package(options: ExperimentOptions, recipe: str) -> Path:
    """Where the cache keeps the package of a recipe."""
    name = f"{options.dataset.name}-{recipe}-{options.seed}".replace("_", "-")
    return options.cache / "packages" / name


def _splits(options: ExperimentOptions) -> dict[str, Path]:
    """The files of a data set; a set without test rows gives every second dev row to a test."""
    files = {name: options.dataset / f"{name}.tsv" for name in ("train", "dev", "test")}
    for name in ("train", "dev"):
        if not files[name].is_file():
            raise InputError(f"--dataset {options.dataset}: holds no {name}.tsv")
    if files["test"].is_file():
        return files
    folder = options.cache / "splits" / options.dataset.name
    folder.mkdir(parents=True, exist_ok=True)
    header, *rows = files["dev"].read_text("utf-8").splitlines()
    for name, part in (("dev", rows[::2]), ("test", rows[1::2])):
        with atomic_file(folder / f"{name}.tsv") as temporary:
            temporary.write_text("\n".join([header, *part]) + "\n", "utf-8")
        files[name] = folder / f"{name}.tsv"
    return files


def _teacher(
    options: ExperimentOptions, plan: TeacherPlan, splits: Mapping[str, Path], seed: int
) -> Path:
    """The data set's teacher of a seed: from the cache, or fine-tuned now."""
    name = options.dataset.name + (f"-{seed}" if seed else "")
    folder = options.cache / "teachers" / name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    finetune(
        FinetuneOptions(
            base=options.base,
            train=splits["train"],
            dev=splits["dev"],
            out=folder,
            task=plan.task,
            epochs=plan.epochs,
            lr=plan.lr,
            batch=plan.batch,
            max_tokens=plan.max_tokens,
            seed=seed,
            device=options.device,
            arithmetic=options.arithmetic,
            quiet=options.quiet,
        )
    )
    return folder


def _result(options: ExperimentOptions, figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a run: those of its main split on top, everything else below."""
    split = "test" if options.test else "dev"
    measured = figures["quality"][split]
    seconds = sum(figures["processor_seconds"].values()) / torch.get_num_threads()
    table = read_table(options.dataset / "train.tsv", labelled=False)
    return {
        "dataset": options.dataset.name,
        "recipe": options.recipe,
        "about": lever(options.recipe).about,
        "seed": options.seed,
        "split": split,
        "metric": figures["quality"]["metric"],
        "rows": measured["rows"],
        "train_rows": len(table),
        "teacher": measured["teacher"],
        "prefixes": measured["prefixes"],
        "seconds": round(seconds, 1),
        "device": _device(options.device),
        "figures": {name: figures[name] for name in sorted(figures)},
    }


def _over_first(paths: Paths) -> dict[str, Any]:
    """What all students gain over the first one, on the main split; of one student nothing."""
    if len(read_manifest(paths.out)["students"]) == 1:
        return {}
    found = compare_packages(paths.out, paths.out, paths.test or paths.dev, prefix=1)
    return {"over_first": found}


def _gain(options: ExperimentOptions, chosen: Lever, paths: Paths) -> dict[str, Any]:
    """The prefixes against the baseline's whole ensemble, if the cache has a run with this seed."""
    baseline = _package(options, chosen.baseline)
    if options.recipe == chosen.baseline or not baseline.is_dir():
        return {}
    data = paths.test or paths.dev
    return {"gain": {"over": chosen.baseline} | compare_packages(paths.out, baseline, data)}


def _latencies(package: Path) -> list[float]:
    """Of each student, on one thread, for one row of a usual query's length."""
    found = Runtime(package, read_manifest(package)).latencies(_TOKENS, _RUNS)
    return [round(value, 3) for value in found]


def _device(name: str) -> str:
    threads = f"{torch.get_num_threads()} threads"
    if name != "cpu" and torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()}, {threads}"
    return f"CPU, {_processor()}, {threads}"


def _processor() -> str:
    """The processor's name and family as Linux knows them, else the machine's architecture."""
    facts = {}
    if (cpuinfo := Path("/proc/cpuinfo")).is_file():
        for line in cpuinfo.read_text("utf-8").split("\n\n")[0].splitlines():
            name, _, value = line.partition(":")
            facts[name.strip()] = value.strip()
    if "model name" not in facts:
        return platform.machine()
    family = f" family {facts['cpu family']}" if "cpu family" in facts else ""
    return f"{facts['model name']}{family}"


def _write(result: Mapping[str, Any], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(file) as temporary:
        temporary.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
