import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cohort_distiller.cli import main
from lessons import make_lesson

SOURCE = Path(__file__).parents[1] / "src"
COMMANDS = ("finetune", "distill", "evaluate", "export-teacher", "import-onnx")


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_does_not_wait_for_pytorch():
    code = "import sys; from cohort_distiller.cli import _parser; _parser()"
    result = python(f"{code}; sys.exit(sum(n in sys.modules for n in ('torch', 'onnx', 'numpy')))")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    assert command in capsys.readouterr().out


def test_a_missing_option_is_an_input_error(capsys):
    with pytest.raises(SystemExit) as done:
        main(["distill"])
    assert done.value.code == 2
    assert "--teacher" in capsys.readouterr().err


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    lesson = make_lesson(tmp_path_factory.mktemp("lesson"), "classification")
    out = lesson.folder / "pkg"
    assert main(lesson.arguments(out, "--test", str(lesson.file("test")))) == 0
    return lesson, out


def test_evaluate_gives_the_manifests_figures(package, tmp_path, capsys):
    lesson, out = package
    figures = tmp_path / "figures.json"
    data = str(lesson.file("test"))
    more = ["--json", str(figures), "--teacher", str(lesson.teacher)]
    assert main(["evaluate", str(out), "--data", data, *more]) == 0
    printed = capsys.readouterr().out
    told = json.loads(figures.read_text())
    expected = json.loads((out / "package.json").read_text())["quality"]["test"]
    assert {key: told[key] for key in expected} == expected
    for number, value in enumerate(told["prefixes"]):
        assert f"prefix {number + 1}  {value:.4f}" in printed


def test_evaluate_refuses_what_does_not_fit(package, tmp_path, capsys):
    _, out = package
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("text_a\ttext_b\tlabel\na\tb\tmoney\n")
    assert main(["evaluate", str(out), "--data", str(pairs)]) == 2
    assert "2 texts a row, the package takes 1" in capsys.readouterr().err
    unknown = tmp_path / "unknown.tsv"
    unknown.write_text("text\tlabel\na\tfood\n")
    assert main(["evaluate", str(out), "--data", str(unknown)]) == 2
    assert "'food'" in capsys.readouterr().err
    assert main(["evaluate", str(tmp_path), "--data", str(unknown)]) == 2
    assert "package.json" in capsys.readouterr().err


def test_export_teacher_is_as_good_as_the_teacher(package, tmp_path, capsys):
    lesson, _ = package
    out = tmp_path / "whole"
    data = str(lesson.file("dev"))
    arguments = ["export-teacher", "--teacher", str(lesson.teacher), "--dev", data]
    assert main([*arguments, "--out", str(out)]) == 0
    quality = json.loads((out / "package.json").read_text())["quality"]["dev"]
    assert quality["prefixes"] == [quality["teacher"]] == [1.0]


def test_a_traceback_only_when_asked_for(tmp_path, capsys, monkeypatch):
    arguments = ["evaluate", str(tmp_path), "--data", "none.tsv"]
    monkeypatch.delenv("COHORT_DEBUG", raising=False)
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("COHORT_DEBUG", "1")
    with pytest.raises(Exception, match=r"package\.json"):
        main(arguments)
