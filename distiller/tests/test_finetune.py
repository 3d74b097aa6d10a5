import json

import pytest

from cohort_distiller.cli import main
from cohort_distiller.teacher import Teacher
from conftest import write_teacher
from lessons import make_lesson
from test_data import write


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finetune")
    return {task: make_lesson(folder / task, task) for task in ("classification", "regression")}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_teacher(tmp_path_factory.mktemp("base"), "bert-embedding")


def arguments(lesson, base, out, *more):
    files = ["--train", str(lesson.file("train")), "--dev", str(lesson.file("dev"))]
    fixed = ["--batch", "16", "--lr", "3e-3", "--threads", "1", "--quiet"]
    return ["finetune", "--base", str(base), *files, "--out", str(out), *fixed, *more]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_teacher_learns_and_loads(lessons, base, tmp_path, capsys, task):
    out = tmp_path / "teacher"
    more = ("--task", task, "--epochs", "15")
    assert main(arguments(lessons[task], base, out, *more)) == 0, capsys.readouterr().err
    teacher = Teacher.load(out)
    assert teacher.task == task
    assert teacher.max_tokens == 512
    assert teacher.labels == (["money", "music", "travel"] if task == "classification" else [])
    told = json.loads((out / "provenance.json").read_text())
    history = told["dev_quality_by_epoch"]
    assert len(history) == 15
    assert max(history) >= 0.6
    assert f"dev {max(history):.4f}" in capsys.readouterr().out
    assert told["train"]["rows"] == 96


def test_the_same_seed_gives_the_same_weights(lessons, base, tmp_path, capsys):
    lesson = lessons["classification"]
    for name in ("a", "b"):
        assert main(arguments(lesson, base, tmp_path / name, "--epochs", "2")) == 0
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("a", "b")]
    assert weights[0] == weights[1]


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (["--epochs", "0"], 2, ["--epochs 0"]),
        (["--max-tokens", "9999"], 2, ["--max-tokens 9999", "3..512"]),
        (["--lr", "0"], 2, ["--lr 0.0"]),
        (["--arithmetic", "int8"], 2, ["--arithmetic int8", "bf16"]),
        (["--lr", "1e38"], 1, ["the loss is"]),
        (["--base", "/nonexistent"], 2, ["/nonexistent"]),
    ],
)
def test_what_is_refused(lessons, base, tmp_path, capsys, more, code, words):
    out = tmp_path / "teacher"
    assert main(arguments(lessons["classification"], base, out, *more)) == code
    error = capsys.readouterr().err
    for word in ["error: ", *words]:
        assert word in error
    assert not list(tmp_path.iterdir())


def test_one_class_and_unknown_dev_labels(lessons, base, tmp_path, capsys):
    lesson = lessons["classification"]
    one = write(tmp_path / "one.tsv", "text\tlabel\na\tx\nb\tx\n")
    out = tmp_path / "teacher"
    assert main(arguments(lesson, base, out, "--train", str(one))) == 2
    assert "one class only ('x')" in capsys.readouterr().err
    other = write(tmp_path / "other.tsv", "text\tlabel\na\tfood\n")
    assert main(arguments(lesson, base, out, "--dev", str(other))) == 2
    assert "other.tsv, line 2, column 'label': 'food'" in capsys.readouterr().err


def test_an_existing_folder_is_kept(lessons, base, tmp_path, capsys):
    out = tmp_path / "teacher"
    out.mkdir()
    assert main(arguments(lessons["classification"], base, out)) == 2
    assert "exists already" in capsys.readouterr().err
