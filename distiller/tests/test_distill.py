"""Whole distillations of small teachers, from files to a package."""

import json
import shutil
import signal

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from cohort_distiller.batches import encode
from cohort_distiller.cli import main
from cohort_distiller.data import label_ids, read_table
from cohort_distiller.losses import own_answers
from cohort_distiller.package import load_package
from cohort_distiller.teacher import Teacher
from lessons import contents, make_lesson, teacher_answers
from test_data import write

TASKS = [("classification", 1), ("regression", 1), ("embedding", 1), ("classification", 2)]


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    made = {}

    def lesson(task="classification", inputs=1):
        if (task, inputs) not in made:
            folder = tmp_path_factory.mktemp(f"{task}-{inputs}")
            made[task, inputs] = make_lesson(folder, task, inputs)
        return made[task, inputs]

    return lesson


def distil(arguments, capsys):
    assert main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


@pytest.mark.parametrize(("task", "inputs"), TASKS)
def test_students_learn_the_teacher(lessons, tmp_path, capsys, task, inputs):
    lesson, out = lessons(task, inputs), tmp_path / "pkg"
    more = (
        "--epochs",
        "12",
        "--boost-epochs",
        "3",
        "--lr",
        "3e-3",
        "--test",
        str(lesson.file("test")),
    )
    printed = distil(lesson.arguments(out, *more), capsys)
    package = load_package(out)
    manifest = package.manifest
    assert manifest["task"] == task
    assert manifest["tokenizer"]["inputs"] == inputs
    assert manifest["weights"] == "int8"
    assert manifest["digest"] in printed
    quality = manifest["quality"]
    assert quality["dev"]["teacher"] == pytest.approx(1.0, abs=1e-4)
    assert quality["test"]["rows"] == 32
    floor = {"accuracy": 0.6, "pearson": 0.5, "cosine": 0.8}[quality["metric"]]
    assert quality["dev"]["prefixes"][-1] >= floor
    for name in ("dev", "test"):
        low, high = quality[name]["prefix_intervals"][-1]
        assert low <= quality[name]["prefixes"][-1] <= high
    assert contents(out.with_name("pkg-report"))["quality.png"].startswith(b"\x89PNG")
    assert b"prefix 2" in contents(out.with_name("pkg-report"))["report.html"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pkg", "pkg-report"]


def test_students_learn_in_bfloat16_with_every_lever(lessons, tmp_path, capsys):
    levers = ["--views", "0.05", "--average", "0.9", "--diversity", "0.01", "--shrinkage", "0.5"]
    more = ["--epochs", "12", "--boost-epochs", "3", "--lr", "3e-3", "--arithmetic", "bf16"]
    distil(lessons().arguments(tmp_path / "pkg", *more, *levers), capsys)
    manifest = load_package(tmp_path / "pkg").manifest
    assert manifest["quality"]["dev"]["teacher"] == pytest.approx(1.0, abs=1e-4)
    assert manifest["quality"]["dev"]["prefixes"][-1] >= 0.6
    recipe = manifest["provenance"]["recipe"]
    assert (recipe["arithmetic"], recipe["average"], recipe["views"]) == ("bf16", 0.9, 0.05)


def test_students_that_learn_alone_are_classifiers_each(lessons, tmp_path, capsys):
    lesson = lessons()
    more = ["--epochs", "12", "--boost-epochs", "0", "--lr", "3e-3", "--member-weight", "1"]
    distil(lesson.arguments(tmp_path / "pkg", *more), capsys)
    package = load_package(tmp_path / "pkg")
    table = read_table(lesson.file("dev"), labelled=True)
    teacher = Teacher.load(lesson.teacher)
    truth = torch.tensor(label_ids(table, teacher.labels, known_as="the teacher"))
    batch = encode(teacher.tokenizer, table.texts).batch(range(len(table)))
    with torch.inference_mode():
        said = package.ensemble(batch.input_ids, batch.attention_mask).contributions
    for contribution in own_answers(package.ensemble.bias, said):
        assert float((contribution.argmax(-1) == truth).float().mean()) >= 0.6


def test_each_student_may_have_its_own_teacher(lessons, tmp_path, capsys):
    lesson = lessons()
    opposite = another_teacher(lesson, tmp_path / "opposite", lambda weights: -weights)
    more = ["--epochs", "12", "--boost-epochs", "0", "--lr", "3e-3", "--member-weight", "1"]
    more += ["--label-weight", "0", "--more-teachers", str(opposite)]
    distil(lesson.arguments(tmp_path / "pkg", *more), capsys)
    package = load_package(tmp_path / "pkg")
    told = package.manifest["provenance"]
    first, second = told["teacher"]["files"], told["more_teachers"][0]["files"]
    assert first["config.json"] == second["config.json"]
    assert first["model.safetensors"] != second["model.safetensors"]
    teachers = [Teacher.load(folder) for folder in (lesson.teacher, opposite)]
    table = read_table(lesson.file("dev"), labelled=True)
    batch = encode(teachers[0].tokenizer, table.texts).batch(range(len(table)))
    with torch.inference_mode():
        said = package.ensemble(batch.input_ids, batch.attention_mask).contributions
    for alone, teacher in zip(own_answers(package.ensemble.bias, said), teachers, strict=True):
        wanted = teacher_answers(teacher, table.texts).argmax(-1)
        assert float((alone.argmax(-1) == wanted).float().mean()) >= 0.6


def another_teacher(lesson, folder, changed):
    """A teacher with another output layer."""
    shutil.copytree(lesson.teacher, folder)
    weights = load_file(folder / "model.safetensors")
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = changed(weights[name])
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("task", "more", "words"),
    [
        ("classification", ["--member-weight", "0.5"], ["learn alone", "--member-weight 0.5"]),
        ("classification", ["--boost-epochs", "2"], ["learn alone", "--boost-epochs 2"]),
        ("regression", [], ["learn alone", "regression"]),
        ("classification", ["--students", "1"], ["1 for 1 students", "at most 0"]),
    ],
)
def test_teachers_that_cannot_teach_together(lessons, tmp_path, capsys, task, more, words):
    lesson = lessons(task)
    fixed = ["--member-weight", "1", "--boost-epochs", "0", "--more-teachers", str(lesson.teacher)]
    assert main(lesson.arguments(tmp_path / "pkg", *fixed, *more)) == 2
    refused(capsys, tmp_path, words)


def test_a_teacher_of_another_task_cannot_teach_too(lessons, tmp_path, capsys):
    more = ["--member-weight", "1", "--boost-epochs", "0"]
    more += ["--more-teachers", str(lessons("regression").teacher)]
    assert main(lessons().arguments(tmp_path / "pkg", *more)) == 2
    refused(capsys, tmp_path, ["--more-teachers", "task is not that of"])


def test_same_seed_same_digest_and_another_seed_another(lessons, tmp_path, capsys):
    lesson = lessons()
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        distil(lesson.arguments(tmp_path / name, "--seed", str(seed), "--name", "demo"), capsys)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


def test_a_complete_run_repeated_changes_nothing(lessons, tmp_path, capsys):
    arguments = lessons().arguments(tmp_path / "pkg")
    distil(arguments, capsys)
    before = (tmp_path / "pkg" / "package.json").stat()
    distil(arguments, capsys)
    assert (tmp_path / "pkg" / "package.json").stat().st_mtime_ns == before.st_mtime_ns
    assert main([*arguments, "--seed", "3"]) == 2
    assert "exists already" in capsys.readouterr().err
    distil([*arguments, "--seed", "3", "--overwrite"], capsys)
    assert load_package(tmp_path / "pkg").manifest["provenance"]["recipe"]["seed"] == 3


def test_provenance_names_inputs_by_hash_and_holds_no_path(lessons, tmp_path, capsys):
    lesson = lessons()
    distil(lesson.arguments(tmp_path / "pkg", "--init-from", str(lesson.teacher)), capsys)
    manifest = load_package(tmp_path / "pkg").manifest
    told = manifest["provenance"]
    assert told["data"]["train"]["rows"] == 96
    assert len(told["data"]["train"]["sha256"]) == 64
    assert "model.safetensors" in told["teacher"]["files"]
    assert "model.safetensors" in told["students_initialised_from"]["files"]
    assert told["recipe"]["students"] == 2
    assert str(tmp_path) not in json.dumps(manifest)
    assert str(lesson.folder) not in json.dumps(manifest)


def test_unlabelled_texts_take_part(lessons, tmp_path, capsys):
    lesson = lessons()
    extra = write(
        tmp_path / "more.jsonl", '{"text": "play music"}\n{"text": "book a flight"}\n' * 8
    )
    distil(lesson.arguments(tmp_path / "with", "--unlabelled", str(extra)), capsys)
    distil(lesson.arguments(tmp_path / "without", "--name", "with"), capsys)
    told = load_package(tmp_path / "with").manifest["provenance"]
    assert told["data"]["unlabelled"]["rows"] == 16
    students = [contents(tmp_path / name)["student-0.safetensors"] for name in ("with", "without")]
    assert students[0] != students[1]


def test_students_start_from_the_layers_asked_for(lessons, tmp_path, capsys):
    lesson = lessons()
    more = ("--init-from", str(lesson.teacher), "--lr", "1e-12", "--weights", "fp32")
    distil(lesson.arguments(tmp_path / "pkg", *more, "--init-layers", "0,3 2,1"), capsys)
    package = load_package(tmp_path / "pkg")

    encoder = Teacher.load(lesson.teacher).encoder()
    for number, layers in enumerate(((0, 3), (2, 1))):
        for place, layer in enumerate(layers):
            state = package.ensemble.member(number).layers[place].state_dict()
            for name, tensor in encoder.layer(layer).items():
                np.testing.assert_allclose(state[name], tensor, atol=1e-6)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--init-layers", "0,9 0,1"], ["layer 9", "0..3"]),
        (["--init-layers", "0,1"], ["1 students", "--students 2"]),
        (["--init-layers", "a"], ["--init-layers 'a'"]),
        (["--students", "0"], ["--students 0", "1..64"]),
        (["--epochs", "0"], ["--epochs 0"]),
        (["--lr", "-1"], ["--lr -1.0"]),
        (["--lr", "nan"], ["--lr nan"]),
        (["--weights", "int4"], ["--weights int4", "int8"]),
        (["--name", "No Name"], ["--name No Name"]),
        (["--package-version", "0"], ["--version 0"]),
        (["--threads", "0"], ["--threads 0"]),
        (["--teacher", "/nonexistent"], ["/nonexistent"]),
        (["--train", "/nonexistent.tsv"], ["/nonexistent.tsv"]),
        (["--max-train-tokens", "2"], ["--max-train-tokens 2"]),
        (["--arithmetic", "fp8"], ["--arithmetic fp8", "auto, fp32, bf16"]),
        (["--views", "1"], ["--views 1.0", "0.0..0.9"]),
        (["--average", "1"], ["--average 1.0"]),
        (["--shrinkage", "0"], ["--shrinkage 0.0"]),
        (["--diversity", "-1"], ["--diversity -1.0"]),
    ],
)
def test_bad_options(lessons, tmp_path, capsys, more, words):
    assert main(lessons().arguments(tmp_path / "pkg", *more)) == 2
    refused(capsys, tmp_path, words)


def refused(capsys, folder, words):
    """One line on standard error that holds all words; nothing under the final name."""
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if line]
    assert len(lines) == 1, error
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in error
    assert not (folder / "pkg").exists()
    assert not (folder / "pkg-report").exists()
    assert not list(folder.glob(".pkg*"))


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--train", "", ["empty file"]),
        ("--train", "text\tlabel\n", ["empty file"]),
        ("--train", "text\nhello\n", ["line 2", "missing column 'label'"]),
        ("--train", "text\tlabel\na\tmoney\nb\tmoney\n", ["one class only", "money"]),
        (
            "--train",
            "text\tlabel\na\tmoney\nb\tfood\n",
            ["line 3", "'label'", "food", "the teacher"],
        ),
        ("--dev", "text\tlabel\na\tfood\n", ["line 2", "food", "the teacher"]),
        ("--test", "text\tlabel\na\tfood\n", ["line 2", "food"]),
        ("--dev", "text_a\ttext_b\tlabel\na\tb\tmoney\n", ["2 texts a row"]),
        ("--unlabelled", "words\na\n", ["'text'", "words"]),
    ],
)
def test_bad_files(lessons, tmp_path, capsys, option, content, words):
    file = write(tmp_path / "bad.tsv", content)
    assert main(lessons().arguments(tmp_path / "pkg", option, str(file))) == 2
    refused(capsys, tmp_path, [*words, "bad.tsv"])


@pytest.mark.parametrize("score", ["nan", "inf", "-inf", "high", "1e400"])
def test_a_score_that_is_no_finite_number(lessons, tmp_path, capsys, score):
    file = write(tmp_path / "bad.tsv", f"text\tlabel\na\t0.5\nb\t{score}\n")
    assert main(lessons("regression").arguments(tmp_path / "pkg", "--train", str(file))) == 2
    refused(capsys, tmp_path, ["bad.tsv", "line 3", "'label'", score])


def test_a_text_of_a_million_characters_is_truncated(lessons, tmp_path, capsys):
    lesson = lessons()
    rows = lesson.file("train").read_text() + "play music " * 91_000 + "\tmusic\n"
    train = write(tmp_path / "train.tsv", rows)
    arguments = lesson.arguments(
        tmp_path / "pkg", "--train", str(train), "--max-train-tokens", "32"
    )
    distil(arguments, capsys)
    assert load_package(tmp_path / "pkg").manifest["provenance"]["data"]["train"]["rows"] == 97


def test_a_loss_that_is_not_finite_ends_the_run(lessons, tmp_path, capsys):
    assert main(lessons().arguments(tmp_path / "pkg", "--lr", "1e30")) == 1
    refused(capsys, tmp_path, ["the loss is", "--lr"])


def test_a_teacher_whose_answers_are_not_finite(lessons, tmp_path, capsys):
    lesson = lessons()
    broken = another_teacher(lesson, tmp_path / "teacher", lambda weights: weights * np.nan)
    assert main(lesson.arguments(tmp_path / "pkg", "--teacher", str(broken))) == 1
    refused(capsys, tmp_path, ["teacher's answer to row", "not finite"])


def test_a_teacher_without_tokenizer(lessons, tmp_path, capsys):
    import shutil

    lesson = lessons()
    bare = tmp_path / "teacher"
    shutil.copytree(lesson.teacher, bare)
    (bare / "tokenizer.json").unlink()
    assert main(lesson.arguments(tmp_path / "pkg", "--teacher", str(bare))) == 2
    refused(capsys, tmp_path, ["tokenizer"])


def test_an_interrupted_run_can_be_repeated(lessons, tmp_path, capsys, monkeypatch):
    arguments = lessons().arguments(tmp_path / "pkg", "--checkpoint-seconds", "0")

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("cohort_distiller.run.write_report", interrupt)
        assert main(arguments) == 130
    assert "goes on" in capsys.readouterr().err
    assert not (tmp_path / "pkg").exists()
    distil(arguments, capsys)
    load_package(tmp_path / "pkg")
    assert signal.getsignal(signal.SIGINT) is not None
