"""One run of `cohort-distiller distill`: from files to a package, in one process or several."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from . import __version__
from .architecture import Task
from .batches import Encoded
from .calibration import calibrate, margin_table
from .corpus import Corpus, Part, read_corpus
from .distill import Distillation, Lesson, build_ensemble, hint_layers
from .errors import InputError
from .evaluate import metric_of, paired_differences, quality_split
from .families import EncoderWeights
from .files import PROVENANCE, read_provenance, sha256_file
from .manifest import MANIFEST, Manifest, read_manifest
from .optimisation import choose_device
from .pace import measure_costs
from .package import PackageFacts, write_package
from .parallel import World, join_world, local_device
from .plan import CUT, Costs, RowCounts, describe, estimate, fit
from .recipe import Paths, Recipe
from .report import Findings, write_report
from .runtime import Runtime
from .targets import Targets, teacher_targets, together
from .teacher import Teacher, load_encoder
from .teachers import other_teachers
from .trainer import Trainer
from .work import WorkFolder, fingerprint, remove_finished

_PLAN = "plan.json"

_MODEL_FILES = (
    "config.json",
    "*.safetensors",
    "pytorch_model*.bin",
    "tokenizer*.json",
    "special_tokens_map.json",
    "vocab.*",
    "merges.txt",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
    PROVENANCE,
)


@dataclass(frozen=True)
class Conditions:
    """Where and how a run happens: what does not change the result on one kind of machine.

    The exception is `budget_seconds`, the time that the recipe is cut down to as it starts; the
    recipe that remains is the one that a repeated command goes on with.
    """

    device: str = "auto"
    checkpoint_seconds: float = 60.0
    overwrite: bool = False
    quiet: bool = False
    budget_seconds: float | None = None


def run_distillation(paths: Paths, recipe: Recipe, conditions: Conditions) -> Manifest:
    """Distils, or goes on with a killed run; returns the manifest of the package at `paths.out`.

    A run whose package is already complete returns at once.
    """
    device = local_device(choose_device(conditions.device))
    with join_world(device) as world, ExitStack() as stack:
        facts = run_facts(paths, recipe, world.size)
        if conditions.budget_seconds is not None:
            _check_budget(world)
            facts["budget_seconds"] = conditions.budget_seconds
        complete = _complete(paths, facts)
        if complete:
            if world.leads:
                remove_finished(paths.work, facts)
            return complete
        work = WorkFolder(paths.work)
        if world.leads:
            _check_out(paths, work, conditions)
            stack.enter_context(work.locked())
            work.claim(facts)
        world.barrier()
        return _Run(paths, recipe, conditions, world, device, work, facts).finish()


def run_facts(paths: Paths, recipe: Recipe, processes: int) -> dict[str, Any]:
    """Everything that decides the result: settings, tool version and hashes of all inputs."""
    facts = {
        "tool": f"cohort-distiller {__version__}",
        "recipe": recipe.facts(),
        "processes": processes,
        "teacher": _model_hashes(paths.teacher),
        "init_from": _model_hashes(paths.init_from) if paths.init_from else None,
        "train": _hash(paths.train),
        "dev": _hash(paths.dev),
        "test": _hash(paths.test) if paths.test else None,
        "unlabelled": _hash(paths.unlabelled) if paths.unlabelled else None,
    }
    if paths.more_teachers:
        facts["more_teachers"] = [_model_hashes(folder) for folder in paths.more_teachers]
    return facts


def _check_budget(world: World) -> None:
    if world.size > 1:
        raise InputError(f"--budget: works with one process, not with {world.size}")


def _hash(file: Path) -> str:
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    return sha256_file(file)


def _model_hashes(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; expected a HuggingFace model folder")
    files = sorted(file for pattern in _MODEL_FILES for file in folder.glob(pattern))
    return {str(file.relative_to(folder)): sha256_file(file) for file in files}


def _complete(paths: Paths, facts: Mapping[str, Any]) -> Manifest | None:
    """The manifest of `out` when exactly this run made it."""
    if not (paths.out / MANIFEST).is_file():
        return None
    try:
        manifest = read_manifest(paths.out)
    except InputError:
        return None
    return manifest if manifest["provenance"].get("run") == fingerprint(facts) else None


def _check_out(paths: Paths, work: WorkFolder, conditions: Conditions) -> None:
    if paths.out.exists() and not conditions.overwrite:
        raise InputError(f"{paths.out}: exists already; choose another --out or add --overwrite")
    if paths.out.exists() and not paths.out.is_dir():
        raise InputError(f"{paths.out}: is a file; --out is a folder")
    if paths.work.exists() and not paths.work.is_dir():
        raise InputError(f"--work {paths.work}: is a file; expected a folder")
    inside = paths.work.absolute()
    if inside == paths.out.absolute() or paths.out.absolute() in inside.parents:
        raise InputError(f"--work {work.path}: must not be inside --out {paths.out}")


class _Run:
    """The steps of one run, each of which a killed run finds done or does again."""

    def __init__(
        self,
        paths: Paths,
        recipe: Recipe,
        conditions: Conditions,
        world: World,
        device: torch.device,
        work: WorkFolder,
        facts: Mapping[str, Any],
    ) -> None:
        self._paths, self._recipe, self._conditions = paths, recipe, conditions
        self._world, self._device, self._work, self._facts = world, device, work, facts
        self._quiet = conditions.quiet or not world.leads

    def finish(self) -> Manifest:
        teacher = Teacher.load(self._paths.teacher)
        others = other_teachers(self._paths.more_teachers, teacher, self._recipe)
        initial = load_encoder(self._paths.init_from or self._paths.teacher)
        corpus = self._planned(teacher, initial)
        splits = {"dev": corpus.dev} | ({"test": corpus.test} if corpus.test else {})
        layers = hint_layers(self._recipe, teacher)
        files = self._facts["teacher"]
        train = self._train_targets(teacher, files, corpus, layers)
        more = tuple(
            self._train_targets(other, files, corpus, [], f"{number}-").answers
            for number, (other, files) in enumerate(
                zip(others, self._facts.get("more_teachers", []), strict=True), 2
            )
        )
        answers = {
            name: self._targets(teacher, files, part.rows, [], name, "fp32")
            for name, part in splits.items()
        }
        lesson = Lesson(
            corpus, train, answers["dev"], teacher, initial, self._paths.init_from is None, more
        )
        trainer = Trainer(
            self._recipe,
            self._work,
            self._world,
            self._device,
            checkpoint_seconds=self._conditions.checkpoint_seconds,
            quiet=self._quiet,
        )
        distillation = Distillation(self._recipe, lesson, trainer, self._world, self._device)
        distillation.run(self._work.load())
        manifest: Manifest = {}
        if self._world.leads:
            manifest = self._write(teacher, corpus, splits, answers, distillation)
            self._work.remove()
        self._world.barrier()
        return manifest

    def _planned(self, teacher: Teacher, initial: EncoderWeights) -> Corpus:
        """The corpus of the recipe, which a time budget may have made shorter."""
        corpus = read_corpus(self._paths, self._recipe, teacher)
        if self._world.size == 1 and not self._work.resumable:
            self._plan(teacher, initial, corpus)
        if self._conditions.budget_seconds is None:
            return corpus
        self._recipe = replace(self._recipe, **self._work.load_json(_PLAN))
        return read_corpus(self._paths, self._recipe, teacher)

    def _plan(self, teacher: Teacher, initial: EncoderWeights, corpus: Corpus) -> None:
        """Says how long the run will take; keeps what a budget leaves of the recipe."""
        budget = self._conditions.budget_seconds
        if (self._quiet and budget is None) or self._work.has(_PLAN):
            return
        nothing = Targets(torch.zeros(1, teacher.outputs), torch.empty(0))
        lesson = Lesson(corpus, nothing, nothing, teacher, initial, self._paths.init_from is None)
        ensemble = build_ensemble(self._recipe, lesson)
        costs = measure_costs(self._recipe, teacher, ensemble, corpus.train, self._device)
        costs = replace(costs, answer=costs.answer * (1 + len(self._paths.more_teachers)))
        rows = corpus.sizes(self._recipe.augment)
        planned = self._recipe
        if budget is not None:
            planned = self._cut(rows, costs, budget)
        if not self._quiet:
            print(f"{estimate(planned, rows, costs)}; {describe(planned)}", file=sys.stderr)

    def _cut(self, rows: RowCounts, costs: Costs, budget: float) -> Recipe:
        """What a budget leaves of the recipe; a refused run leaves no work folder behind."""
        try:
            planned = fit(self._recipe, rows, costs, budget)
        except InputError:
            self._work.remove()
            raise
        self._work.save_json(_PLAN, {name: getattr(planned, name) for name in CUT})
        return planned

    def _train_targets(
        self,
        teacher: Teacher,
        files: Mapping[str, str],
        corpus: Corpus,
        layers: Sequence[int],
        prefix: str = "",
    ) -> Targets:
        arithmetic = self._recipe.arithmetic
        return together(
            [
                self._targets(teacher, files, part, layers, f"{prefix}train-{number}", arithmetic)
                for number, part in enumerate(corpus.parts)
            ]
        )

    def _targets(
        self,
        teacher: Teacher,
        files: Mapping[str, str],
        rows: Encoded,
        layers: Sequence[int],
        name: str,
        arithmetic: str,
    ) -> Targets:
        return teacher_targets(
            teacher,
            rows,
            layers,
            self._answers(files, rows, layers, arithmetic),
            self._world,
            self._device,
            arithmetic=arithmetic,
            name=name,
            quiet=self._quiet,
        )

    def _answers(
        self, files: Mapping[str, str], rows: Encoded, layers: Sequence[int], arithmetic: str
    ) -> WorkFolder:
        """Where the teacher's view of the rows is kept: the name says all that it depends on."""
        if self._paths.answers is None:
            return self._work
        facts = {
            "teacher": files,
            "rows": rows.digest(),
            "layers": list(layers),
            "arithmetic": arithmetic,
        }
        folder = self._paths.answers / fingerprint(facts)
        folder.mkdir(parents=True, exist_ok=True)
        return WorkFolder(folder)

    def _write(
        self,
        teacher: Teacher,
        corpus: Corpus,
        splits: Mapping[str, Part],
        answers: Mapping[str, Targets],
        distillation: Distillation,
    ) -> Manifest:
        """Writes the report first: a complete package means that everything is complete."""

        metric = metric_of(teacher.task)

        def answered(runtime: Runtime) -> dict[str, Any]:
            """Of each split, what prefixes and teacher answer, and what they should."""
            views = {}
            for name, part in splits.items():
                logits = runtime.prefix_logits(runtime.encode(part.table.texts))
                told = answers[name].answers.numpy()
                views[name] = (logits, told, told if metric == "cosine" else part.labels.numpy())
            return views

        def measure(views: Mapping[str, Any]) -> dict[str, Any]:
            return {name: quality_split(metric, *view) for name, view in views.items()}

        def quality(runtime: Runtime) -> dict[str, Any]:
            views = answered(runtime)
            measured = {"metric": metric} | measure(views)
            compared = {name: paired_differences(metric, *view) for name, view in views.items()}
            behaviour = _behaviour(teacher.task, views)
            write_report(
                self._paths.report,
                Findings(
                    self._recipe,
                    measured,
                    compared,
                    behaviour,
                    distillation.history,
                    distillation.spent,
                    provenance,
                ),
            )
            return measured | behaviour

        provenance = self._provenance(corpus, teacher.task)
        facts = PackageFacts(
            name=self._recipe.name,
            version=int(self._recipe.version),
            task=teacher.task,
            labels=teacher.labels,
            tokenizer_json=teacher.tokenizer_json,
            max_tokens=teacher.max_tokens,
            inputs=corpus.inputs,
            provenance=provenance,
            self_test_text=_self_test(corpus),
        )
        return write_package(
            self._paths.out,
            distillation.ensemble.cpu(),
            facts,
            quality,
            weights=self._recipe.weights,
            int8_quality=lambda runtime: measure(answered(runtime)),
            overwrite=self._conditions.overwrite,
        )

    def _provenance(self, corpus: Corpus, task: Task) -> dict[str, Any]:
        initial = self._paths.init_from
        others = zip(self._facts.get("more_teachers", []), self._paths.more_teachers, strict=True)
        more = [{"files": files, "origin": read_provenance(folder)} for files, folder in others]
        return {
            "tool": self._facts["tool"],
            "algorithm": self._recipe.algorithm(task),
            "recipe": self._recipe.facts(),
            "processes": self._world.size,
            "teacher": {
                "files": self._facts["teacher"],
                "origin": read_provenance(self._paths.teacher),
            },
            **({"more_teachers": more} if more else {}),
            "students_initialised_from": {
                "files": self._facts["init_from"],
                "origin": read_provenance(initial),
            }
            if initial
            else "teacher",
            "data": corpus.files,
            "run": fingerprint(self._facts),
        }


def _behaviour(task: str, views: Mapping[str, Any]) -> dict[str, Any]:
    """Calibration and margins of a classifier's prefixes, measured on dev; else nothing."""
    if task != "classification":
        return {}
    others = {
        name: (logits, labels) for name, (logits, _, labels) in views.items() if name != "dev"
    }
    dev, _, labels = views["dev"]
    return {"calibration": calibrate(dev, labels, others), "margins": margin_table(dev)}


def _self_test(corpus: Corpus) -> tuple[str, ...]:
    """The first dev row, if it is short enough for the manifest."""
    texts = corpus.dev.table.texts[0]
    return texts if all(0 < len(text) <= 256 for text in texts) else ()


def describe_result(manifest: Manifest, paths: Paths) -> str:
    """A few lines for the end of a run."""
    quality = manifest["quality"]
    lines = [f"{paths.out}: {len(manifest['students'])} students, {manifest['digest']}"]
    for name in ("dev", "test"):
        split = quality.get(name)
        if split:
            prefixes = " ".join(f"{value:.4f}" for value in split["prefixes"])
            lines.append(
                f"{name} {quality['metric']}, {split['rows']} rows: "
                f"teacher {split['teacher']:.4f}, prefixes {prefixes}"
            )
    lines.append(f"report: {paths.report / 'report.html'}")
    return "\n".join(lines)
