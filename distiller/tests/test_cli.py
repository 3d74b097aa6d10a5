import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cohort_distiller.cli import main
from cohort_distiller.manifest import serialise
from lessons import make_lesson

SOURCE = Path(__file__).parents[1] / "src"
COMMANDS = ("finetune", "distill", "evaluate", "export-teacher", "quantize", "import-onnx")


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


def test_evaluate_compares_with_the_teacher_and_with_texts_of_no_class(package, tmp_path, capsys):
    lesson, out = package
    figures, outside = tmp_path / "figures.json", tmp_path / "outside.tsv"
    outside.write_text("text\tlabel\n" + "".join(f"mother {word}\toos\n" for word in "abcdefgh"))
    more = ["--teacher", str(lesson.teacher), "--outside", str(outside), "--json", str(figures)]
    assert main(["evaluate", str(out), "--data", str(lesson.file("test")), *more]) == 0
    told = json.loads(figures.read_text())
    whole = [value - told["teacher"] for value in told["prefixes"]]
    assert told["differences"] == pytest.approx(whole, abs=1e-6)
    assert told["outside"]["data"]["rows"] == 8
    areas = [told["outside"]["teacher_auroc"], *told["outside"]["auroc"]]
    assert len(areas) == 1 + len(told["prefixes"])
    printed = capsys.readouterr().out
    for area in areas:
        assert 0 <= area <= 1
        assert f"{area:.4f}" in printed
    assert f"{100 * whole[0]:+.2f} points to the teacher" in printed
    members, rows = told["members"], told["rows"]
    assert members["accuracy"][0] == told["prefixes"][0]
    assert members["wrong"]["whole"] == round((1 - told["prefixes"][-1]) * rows)
    assert members["avoidable"]["whole"] <= members["wrong"]["whole"]
    assert f"{members['wrong']['every']} by every student" in printed


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


def test_quantize_gives_what_distill_ships(package, tmp_path, capsys):
    lesson, out = package
    manifest = json.loads((out / "package.json").read_text())
    old = tmp_path / "old"
    shutil.copytree(out, old)
    (old / "package.json").write_bytes(serialise(without_int8(manifest)))
    files = ["--dev", str(lesson.file("dev")), "--test", str(lesson.file("test"))]
    new = tmp_path / "new"
    assert main(["quantize", str(old), *files, "--out", str(new)]) == 0
    assert sorted(p.name for p in new.iterdir()) == sorted(p.name for p in out.iterdir())
    assert all((new / path.name).read_bytes() == path.read_bytes() for path in out.iterdir())
    assert (
        f"prefix 1: dev {manifest['quality']['dev']['prefixes'][0]:.4f}" in capsys.readouterr().out
    )


def without_int8(manifest):
    """What a package says that was written before there were int8 graphs."""
    students = [student | {"files": student["files"][:2]} for student in manifest["students"]]
    facts = {key: value for key, value in manifest.items() if key != "int8"}
    return facts | {"students": students}


def test_quantize_refuses_what_it_cannot_compare(package, tmp_path, capsys):
    lesson, out = package
    arguments = ["--dev", str(lesson.file("dev")), "--out", str(tmp_path / "new")]
    assert main(["quantize", str(out), *arguments]) == 2
    assert "has int8 graphs already" in capsys.readouterr().err
    whole = tmp_path / "whole"
    assert main(["export-teacher", "--teacher", str(lesson.teacher), "--out", str(whole)]) == 0
    assert main(["quantize", str(whole), *arguments]) == 2
    assert "weights are fp32; int8 arithmetic needs int8 ones" in capsys.readouterr().err
    old = tmp_path / "old"
    shutil.copytree(out, old)
    manifest = json.loads((out / "package.json").read_text())
    (old / "package.json").write_bytes(serialise(without_int8(manifest)))
    other = ["--dev", str(lesson.file("test")), "--out", str(tmp_path / "new")]
    assert main(["quantize", str(old), *other]) == 2
    assert "dev" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_evaluate_int8_gives_the_manifests_figures(package, tmp_path, capsys):
    lesson, out = package
    figures = tmp_path / "figures.json"
    more = ["--json", str(figures), "--int8"]
    assert main(["evaluate", str(out), "--data", str(lesson.file("test")), *more]) == 0
    expected = json.loads((out / "package.json").read_text())["int8"]["quality"]["test"]
    told = json.loads(figures.read_text())
    assert {key: told[key] for key in expected} == expected
    assert told["precision"] == "int8"


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
