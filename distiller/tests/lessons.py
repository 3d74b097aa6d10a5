"""Small teachers with data to distil, and distillation in processes that start fast."""

import multiprocessing
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers.utils import logging

from cohort_distiller.batches import encode, length_batches
from cohort_distiller.cli import main
from cohort_distiller.teacher import Teacher
from conftest import WORDS, write_teacher

logging.disable_progress_bar()

LABELS = ["money", "music", "travel"]


@dataclass(frozen=True)
class LessonFiles:
    """A teacher's folder and its train, dev and test files."""

    teacher: Path
    folder: Path

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.tsv"

    def arguments(self, out: Path, *more: str) -> list[str]:
        """A short distillation of this lesson."""
        paths = {"teacher": self.teacher, "train": self.file("train"), "dev": self.file("dev")}
        options = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
        fixed = ["--students", "2", "--epochs", "1", "--batch", "16", "--threads", "1", "--quiet"]
        fixed += ["--device", "cpu", "--boost-epochs", "1", "--augment", "0", "--lr", "2e-4"]
        fixed += ["--member-weight", "0"]
        return ["distill", *options, "--out", str(out), *fixed, *more]


def make_lesson(folder: Path, task: str, inputs: int = 1, rows: int = 96) -> LessonFiles:
    """Texts labelled by a random teacher, so that the teacher is right and students can learn.

    The same teacher each time, whatever was drawn before.
    """
    torch.manual_seed(0)
    config = {"num_hidden_layers": 4}
    if task == "classification":
        names = dict(enumerate(LABELS))
        config |= {"num_labels": 3, "id2label": names, "label2id": {v: k for k, v in names.items()}}
    elif task == "regression":
        config |= {"num_labels": 1, "problem_type": "regression"}
    kind = "bert-embedding" if task == "embedding" else "bert"
    teacher = write_teacher(folder / "teacher", kind, **config)
    for seed, (name, count) in enumerate((("train", rows), ("dev", 32), ("test", 32))):
        write_rows(folder / f"{name}.tsv", teacher, count, inputs, seed)
    return LessonFiles(teacher, folder)


def write_rows(file: Path, folder: Path, count: int, inputs: int, seed: int) -> None:
    """A file whose labels are the teacher's own answers."""
    generator = random.Random(seed)  # noqa: S311 - test data
    texts = [tuple(_text(generator) for _ in range(inputs)) for _ in range(count)]
    teacher = Teacher.load(folder)
    answers = teacher_answers(teacher, texts)
    columns = ["text"] if inputs == 1 else ["text_a", "text_b"]
    lines = ["\t".join(columns if teacher.task == "embedding" else [*columns, "label"])]
    for text, answer in zip(texts, answers, strict=True):
        label = {
            "classification": lambda a: [LABELS[int(a.argmax())]],
            "regression": lambda a: [f"{float(a[0]):.6f}"],
            "embedding": lambda _: [],
        }[teacher.task](answer)
        lines.append("\t".join([*text, *label]))
    file.write_text("\n".join(lines) + "\n")


def teacher_answers(teacher: Teacher, texts: Sequence[tuple[str, ...]]) -> torch.Tensor:
    rows = encode(teacher.tokenizer, texts)
    answers = torch.empty(len(rows), teacher.outputs)
    with torch.inference_mode():
        for numbers in length_batches(rows.lengths, 32, 4096):
            batch = rows.batch(numbers)
            answers[torch.from_numpy(numbers)] = teacher(
                batch.input_ids, batch.attention_mask, batch.token_type_ids
            )[0]
    return answers


def _text(generator: random.Random) -> str:
    return " ".join(generator.choice(WORDS) for _ in range(generator.randint(2, 12)))


def fast_processes() -> multiprocessing.context.ForkServerContext:
    """Processes forked from a server that has imported everything and run nothing."""
    source = str(Path(__file__).parents[1] / "src")
    paths = [source, str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["lessons", "cohort_distiller.run", "matplotlib.pyplot"])
    return context


def run_cli(arguments: Sequence[str], errors: Path, started: object = None) -> None:
    """Body of such a process: the command line, its standard error in a file."""
    with errors.open("w") as file:
        os.dup2(file.fileno(), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - lives as long as the process
    if started is not None:
        started.set()
    code = main(arguments)
    sys.stderr.flush()
    os._exit(code)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
