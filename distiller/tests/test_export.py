"""A whole teacher through graph, package and ONNX Runtime equals its HuggingFace implementation."""

import json
import shutil

import numpy as np
import pytest
import torch

from cohort_distiller.export import LabelledRows, export_teacher, teacher_logits
from cohort_distiller.package import load_package
from cohort_distiller.reference import reference_logits
from cohort_distiller.rows import Row
from cohort_distiller.teacher import Teacher
from conftest import FAMILIES, write_teacher

LENGTHS = [1, 512, 3, 40, 17, 2, 200]


def random_rows(lengths, vocabulary, token_types, seed=0):
    generator = np.random.default_rng(seed)
    return [
        Row(
            tuple(generator.integers(5, vocabulary, n).tolist()),
            tuple(generator.integers(0, max(token_types, 1), n).tolist()),
        )
        for n in lengths
    ]


def huggingface(teacher, rows):
    """One row at a time through the HuggingFace module, before our pooling and normalisation."""
    answers = []
    for row in rows:
        types = {"token_type_ids": torch.tensor([row.type_ids])} if row_types(teacher) else {}
        with torch.no_grad():
            output = teacher.model(input_ids=torch.tensor([row.ids]), **types)
        answers.append(output.logits[0] if "logits" in output else output.last_hidden_state[0, 0])
    return torch.stack(answers).numpy()


def row_types(teacher):
    return teacher.family != "distilbert"


@pytest.mark.parametrize("kind", FAMILIES)
def test_exported_teacher_equals_huggingface(teacher_folder, tmp_path, kind):
    teacher = Teacher.load(teacher_folder(kind))
    export_teacher(teacher, tmp_path / "package")
    package = load_package(tmp_path / "package")
    shape = teacher.architecture
    rows = random_rows(LENGTHS, shape.vocabulary, shape.token_types)
    expected = huggingface(teacher, rows)
    packed = package.runtime().batch(rows)[0] + np.array(package.manifest["bias"], np.float32)
    assert np.abs(expected).max() > 0.1
    assert np.abs(packed - expected).max() <= 1e-4
    assert np.abs(reference_logits(package.ensemble, rows)[:, 0] - expected).max() <= 1e-4


@pytest.mark.parametrize("act", ["gelu", "gelu_new", "relu"])
def test_activations_are_those_of_the_teacher(tmp_path, act):
    teacher = Teacher.load(write_teacher(tmp_path / "teacher", "bert", hidden_act=act))
    export_teacher(teacher, tmp_path / "package")
    rows = random_rows([9, 4], teacher.architecture.vocabulary, 2)
    packed = load_package(tmp_path / "package").runtime().prefix_logits(rows)[0]
    assert np.abs(packed - huggingface(teacher, rows)).max() <= 1e-4


def test_mean_pooling_ignores_padding(teacher_folder, tmp_path):
    folder = shutil.copytree(teacher_folder("bert-embedding"), tmp_path / "mean")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    teacher = Teacher.load(folder)
    export_teacher(teacher, tmp_path / "package")
    rows = random_rows([1, 9, 30], teacher.architecture.vocabulary, 2)
    runtime = load_package(tmp_path / "package").runtime()
    mean = runtime.batch(rows)[0]
    normalised = mean / np.linalg.norm(mean, axis=-1, keepdims=True)
    assert np.abs(normalised - teacher_logits(teacher, rows)).max() <= 1e-5


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_pairs_are_tokenised_as_the_teacher_does(teacher_folder, tmp_path, kind):
    teacher = Teacher.load(teacher_folder(kind))
    export_teacher(teacher, tmp_path / "package", inputs=2)
    package = load_package(tmp_path / "package")
    runtime = package.runtime()
    [row] = runtime.encode([("play music", "is my card stolen?")])
    encoding = teacher.tokenizer.encode("play music", "is my card stolen?")
    segments = sorted(set(row.type_ids))
    assert row.ids == tuple(encoding.ids)
    assert segments == ([0, 1] if kind == "bert" else [0])
    assert np.abs(runtime.prefix_logits([row])[0] - huggingface(teacher, [row])).max() <= 1e-4


def test_int8_graph_equals_dequantised_pytorch(teacher_folder, tmp_path):
    for kind in ("bert", "electra"):
        for weights in ("int8", "fp16"):
            teacher = Teacher.load(teacher_folder(kind))
            export_teacher(teacher, tmp_path / f"{kind}-{weights}", weights=weights)
            package = load_package(tmp_path / f"{kind}-{weights}")
            rows = random_rows(LENGTHS, teacher.architecture.vocabulary, 2)
            shipped = package.runtime().prefix_logits(rows)[0]
            own = reference_logits(package.ensemble, rows)[:, 0]
            assert np.abs(shipped - own).max() <= 1e-4
            assert 1e-6 < np.abs(shipped - huggingface(teacher, rows)).max() < 0.5


def test_a_teacher_in_int8(teacher_folder, tmp_path):
    """The head's last layer before the classifier, and the map of ELECTRA's tables, too."""
    for kind in ("bert", "roberta", "electra", "bert-embedding"):
        teacher = Teacher.load(teacher_folder(kind))
        manifest = export_teacher(teacher, tmp_path / kind, weights="int8")
        package = load_package(tmp_path / kind)
        shape = teacher.architecture
        rows = random_rows(LENGTHS, shape.vocabulary, shape.token_types)
        fp32 = package.runtime().contributions(rows).ravel()
        int8 = package.runtime(int8=True).contributions(rows).ravel()
        assert fp32 @ int8 > 0.999 * np.linalg.norm(fp32) * np.linalg.norm(int8)
        assert np.abs(fp32 - int8).max() > 1e-4
        assert "quality" not in manifest["int8"]


def test_quality_is_measured_on_labelled_rows(teacher_folder, tmp_path):
    teacher = Teacher.load(teacher_folder("bert"))
    texts = [["play music"], ["what is my balance"], ["set alarm"], ["call my mother"]]
    labels = np.array([0, 1, 2, 3])
    manifest = export_teacher(teacher, tmp_path / "package", dev=LabelledRows(texts, labels))
    split = manifest["quality"]["dev"]
    assert manifest["quality"]["metric"] == "accuracy"
    assert split["rows"] == 4
    assert split["teacher"] == split["prefixes"][0] < 1
    assert json.loads((tmp_path / "package" / "package.json").read_text()) == manifest


def test_without_labels_the_figure_is_agreement(teacher_folder, tmp_path):
    for kind in ("roberta", "bert-embedding"):
        teacher = Teacher.load(teacher_folder(kind))
        manifest = export_teacher(teacher, tmp_path / kind)
        assert manifest["quality"]["dev"]["prefixes"] == [pytest.approx(1, abs=1e-5)]
        assert "agreement" in manifest["provenance"]["quality"]
