"""One row of the ablation table, from files to figures, with a small teacher."""

import json

import pytest

from cohort_distiller.cli import main
from cohort_distiller.files import read_provenance
from cohort_distiller.manifest import read_manifest
from conftest import write_teacher
from lessons import contents, make_lesson


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    return make_lesson(tmp_path_factory.mktemp("tiny"), "classification", rows=48)


def arguments(lesson, folder, recipe, *more):
    paths = {
        "dataset": lesson.folder,
        "base": lesson.teacher,
        "init-from": lesson.teacher,
        "cache": folder / "cache",
        "out": folder / "results" / f"{recipe}.json",
    }
    options = [text for name, path in paths.items() for text in (f"--{name}", str(path))]
    return ["experiment", recipe, *options, "--threads", "1", "--quiet", "--device", "cpu", *more]


def test_a_recipe_gives_figures_with_paired_intervals(lesson, tmp_path, capsys):
    teacher = tmp_path / "cache" / "teachers" / lesson.folder.name
    teacher.parent.mkdir(parents=True)
    teacher.symlink_to(lesson.teacher)
    assert main(arguments(lesson, tmp_path, "members", "--test")) == 0, capsys.readouterr()
    result = json.loads((tmp_path / "results" / "members.json").read_text())
    assert result["dataset"] == lesson.folder.name
    assert (result["split"], result["rows"], result["metric"]) == ("test", 32, "accuracy")
    assert result["teacher"] == 1.0
    assert result["prefixes"] == result["figures"]["quality"]["test"]["prefixes"]
    assert result["seconds"] > 0
    compared = result["figures"]["differences"]["test"]
    assert compared["differences"] == pytest.approx([p - 1 for p in result["prefixes"]], abs=1e-6)
    for difference, (low, high) in zip(
        compared["differences"], compared["difference_intervals"], strict=True
    ):
        assert low <= difference <= high
    over = [value - result["prefixes"][0] for value in result["prefixes"]]
    assert result["over_first"]["differences"] == pytest.approx(over, abs=1e-5)
    assert result["over_first"]["difference_intervals"][0] == [0, 0]
    assert len(result["figures"]["calibration"]["temperatures"]) == 4
    assert len(result["latency_ms"]) == 4
    assert min(result["latency_ms"]) > 0
    assert len(list((tmp_path / "cache" / "answers").iterdir())) == 4


def test_a_set_without_test_rows_gives_half_of_dev_and_gets_teachers(lesson, tmp_path, capsys):
    folder = tmp_path / "halved"
    folder.mkdir()
    for name in ("train", "dev"):
        (folder / f"{name}.tsv").write_bytes(lesson.file(name).read_bytes())
    base = write_teacher(tmp_path / "base", "bert-embedding", num_hidden_layers=4)
    more = ("--dataset", str(folder), "--base", str(base), "--test")
    assert main(arguments(lesson, tmp_path, "one-tiny", *more)) == 2
    assert "'one-tiny'" in capsys.readouterr().err
    recipe = "members-4-teachers"
    assert main(arguments(lesson, tmp_path, recipe, *more)) == 0, capsys.readouterr()
    result = json.loads((tmp_path / "results" / f"{recipe}.json").read_text())
    assert result["rows"] == result["figures"]["quality"]["dev"]["rows"] == 16
    names = ["halved", "halved-1", "halved-2", "halved-3"]
    teachers = [tmp_path / "cache" / "teachers" / name for name in names]
    weights = [contents(teacher)["model.safetensors"] for teacher in teachers]
    assert len(set(weights)) == 4
    manifest = read_manifest(tmp_path / "cache" / "packages" / f"halved-{recipe}-0")
    told = [more["origin"] for more in manifest["provenance"]["more_teachers"]]
    assert told == [read_provenance(teacher) for teacher in teachers[1:]]


def test_a_gain_is_counted_over_the_baselines_whole_ensemble(lesson, tmp_path, capsys):
    base = write_teacher(tmp_path / "base", "bert-embedding", num_hidden_layers=6)
    for recipe in ("one", "one-soft"):
        more = ("--base", str(base), "--init-from", str(base))
        assert main(arguments(lesson, tmp_path, recipe, *more)) == 0, capsys.readouterr()
    results = [
        json.loads((tmp_path / "results" / f"{recipe}.json").read_text())
        for recipe in ("one", "one-soft")
    ]
    assert "gain" not in results[0]
    gain = results[1]["gain"]
    assert gain["over"] == "one"
    whole = results[1]["prefixes"][0] - results[0]["prefixes"][0]
    assert gain["differences"] == pytest.approx([whole], abs=1e-5)
    low, high = gain["difference_intervals"][0]
    assert low <= whole <= high


def test_what_a_recipe_lacks_is_named(lesson, tmp_path, capsys):
    assert main(arguments(lesson, tmp_path, "one-unlabelled")) == 2
    assert "--unlabelled" in capsys.readouterr().err
    assert main(arguments(lesson, tmp_path, "one", "--dataset", str(tmp_path))) == 2
    assert "train.tsv" in capsys.readouterr().err
