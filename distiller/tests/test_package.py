"""Packages: the same bytes for the same weights, refused when damaged, whole or absent."""

import hashlib
import json
import resource
import shutil
import signal
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from cohort_distiller.embeddings import Embeddings
from cohort_distiller.ensemble import Ensemble
from cohort_distiller.errors import InputError, RunError
from cohort_distiller.manifest import serialise
from cohort_distiller.package import PackageFacts, load_package, write_package
from cohort_distiller.reference import main as reference
from cohort_distiller.reference import reference_logits
from cohort_distiller.student import Student
from cohort_distiller.teacher import Teacher
from conftest import write_teacher

LABELS = ["money", "music", "travel", "time", "other"]
TEXTS = [
    "what is the balance of my account?",
    "play",
    "",
    "book a flight to the hotel tomorrow please " * 100,
    "set alarm",
]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def quality(runtime):
    members = runtime.members
    split = {
        "rows": 1,
        "teacher": 1.0,
        "teacher_interval": [1.0, 1.0],
        "prefixes": [0.5] * members,
        "prefix_intervals": [[0.0, 1.0]] * members,
    }
    return {"metric": "accuracy", "dev": split}


def facts(teacher, **changes):
    values = {
        "name": "demo",
        "task": "classification",
        "tokenizer_json": teacher.tokenizer_json,
        "max_tokens": 64,
        "labels": LABELS,
        "provenance": {"seed": 1},
    }
    return PackageFacts(**(values | changes))


def ensemble_of(teacher, members=3):
    generator = torch.Generator().manual_seed(3)
    encoder = teacher.encoder()
    students = [
        Student.of_encoder(encoder, [k % 3, 2], 5, head_std=0.2, generator=generator)
        for k in range(members)
    ]
    return Ensemble(Embeddings.of_encoder(encoder), students, torch.linspace(-1, 1, 5))


@pytest.fixture(scope="module")
def teacher(teacher_folder):
    return Teacher.load(teacher_folder("bert"))


@pytest.fixture(scope="module")
def packages(teacher, tmp_path_factory):
    root = tmp_path_factory.mktemp("packages")
    for weights in ("fp32", "fp16", "int8"):
        write_package(
            root / weights, ensemble_of(teacher), facts(teacher), quality, weights=weights
        )
    return root


@pytest.mark.parametrize("weights", ["fp32", "fp16", "int8"])
def test_every_prefix_equals_pytorch(packages, weights):
    package = load_package(packages / weights)
    runtime = package.runtime()
    rows = runtime.encode(TEXTS)
    own = reference_logits(package.ensemble, rows).transpose(1, 0, 2)
    assert max(map(len, rows)) == 64
    assert min(map(len, rows)) == 2
    assert np.abs(runtime.prefix_logits(rows) - own).max() <= 1e-4


def test_int8_graphs_multiply_the_stored_integers(packages):
    """Standard operators only, and no weight beside those of the first graph."""
    graphs = [
        onnx.load(str(packages / "int8" / name), load_external_data=False).graph
        for name in ("student-0.onnx", "student-0.int8.onnx")
    ]
    kinds = [node.op_type for node in graphs[1].node]
    assert {node.domain for node in graphs[1].node} == {""}
    assert kinds.count("MatMulInteger") == 12
    assert kinds.count("DynamicQuantizeLinear") == 9, "two layers; q, k, v share, the last's q not"
    places = [
        {
            (tensor.name, *(entry.value for entry in tensor.external_data))
            for tensor in graph.initializer
            if tensor.external_data
        }
        for graph in graphs
    ]
    assert places[0] == places[1]
    assert all(
        tensor.external_data or np.prod(tensor.dims) <= 4
        for graph in graphs
        for tensor in graph.initializer
    )


def test_int8_arithmetic_is_close_to_fp32(packages):
    package = load_package(packages / "int8")
    rows = package.runtime().encode(TEXTS)
    fp32 = package.runtime().prefix_logits(rows)
    int8 = package.runtime(int8=True).prefix_logits(rows)
    cosine = (fp32 * int8).sum(-1) / np.linalg.norm(fp32, axis=-1) / np.linalg.norm(int8, axis=-1)
    assert cosine.min() > 0.999
    assert np.abs(fp32 - int8).max() > 1e-4


def test_onnx_runtime_fuses_the_integer_products(packages, tmp_path):
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "fused.onnx")
    graph = str(packages / "int8" / "student-0.int8.onnx")
    onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    fused = onnx.load(str(tmp_path / "fused.onnx"), load_external_data=False).graph.node
    kinds = [node.op_type for node in fused]
    assert "MatMulInteger" not in kinds
    assert kinds.count("DynamicQuantizeMatMul") + kinds.count("MatMulIntegerToFloat") == 12


def test_packages_without_int8_weights_have_no_int8_graphs(packages):
    for weights in ("fp32", "fp16"):
        package = load_package(packages / weights)
        assert "int8" not in package.manifest
        with pytest.raises(InputError, match="has no int8 graphs; the command quantize adds them"):
            package.runtime(int8=True)


def test_fp32_package_holds_the_trained_weights(packages, teacher):
    trained = ensemble_of(teacher).state_dict()
    shipped = load_package(packages / "fp32").ensemble.state_dict()
    assert trained.keys() == shipped.keys()
    assert all(torch.equal(trained[name], shipped[name]) for name in trained)


def test_packed_rows_equal_rows_one_at_a_time(packages):
    runtime = load_package(packages / "fp32").runtime()
    rows = runtime.encode(TEXTS)
    together = runtime.batch(rows)
    alone = np.concatenate([runtime.batch([row]) for row in rows], axis=1)
    assert np.abs(together - alone).max() <= 1e-4


def test_weights_lie_in_the_safetensors_files_only(packages):
    for weights, largest in (("fp32", 1000), ("int8", 1000)):
        graph = packages / weights / "student-0.onnx"
        model = onnx.load(str(graph), load_external_data=False)
        inside = [t for t in model.graph.initializer if not t.external_data]
        files = {e.value for t in model.graph.initializer for e in t.external_data[:1]}
        assert files == {"embeddings.safetensors", "student-0.safetensors"}
        assert sum(t.ByteSize() for t in inside) < largest
        assert {node.domain for node in model.graph.node} == {""}


def test_int8_embedding_rows_are_converted_after_the_gather(packages):
    model = onnx.load(str(packages / "int8" / "student-0.onnx"), load_external_data=False)
    users = [n for n in model.graph.node if "embeddings.word.weight" in n.input]
    assert [node.op_type for node in users] == ["Gather"]
    assert (packages / "int8" / "embeddings.safetensors").stat().st_size < (
        0.5 * (packages / "fp32" / "embeddings.safetensors").stat().st_size
    )


def test_same_weights_give_the_same_bytes(packages, teacher, tmp_path):
    write_package(tmp_path / "again", ensemble_of(teacher), facts(teacher), quality)
    first, second = (
        {p.name: p.read_bytes() for p in folder.iterdir()}
        for folder in (packages / "int8", tmp_path / "again")
    )
    assert first == second


def test_another_weight_gives_another_digest(packages, teacher, tmp_path):
    changed = ensemble_of(teacher)
    with torch.no_grad():
        changed.member(2).head.output.weight[0, 0] += 1
    manifest = write_package(tmp_path / "changed", changed, facts(teacher), quality)
    assert manifest["digest"] != load_package(packages / "int8").manifest["digest"]


def test_digest_is_the_hash_of_the_manifest_with_zeros(packages):
    content = (packages / "int8" / "package.json").read_text("utf-8")
    digits = json.loads(content)["digest"].removeprefix("sha256:")
    blank = content.replace(digits, "0" * 64)
    assert hashlib.sha256(blank.encode()).hexdigest() == digits


def test_existing_package_is_kept_unless_told_otherwise(teacher, tmp_path):
    out = tmp_path / "package"
    first = write_package(out, ensemble_of(teacher), facts(teacher), quality)
    with pytest.raises(InputError, match="exists already"):
        write_package(out, ensemble_of(teacher, 2), facts(teacher), quality)
    assert load_package(out).manifest == first
    second = write_package(out, ensemble_of(teacher, 2), facts(teacher), quality, overwrite=True)
    assert load_package(out).manifest == second != first
    assert names(tmp_path) == ["package"]


def test_failure_leaves_nothing_behind(teacher, tmp_path):
    def failing(_):
        raise RunError("diverged")

    with pytest.raises(RunError, match="diverged"):
        write_package(tmp_path / "a", ensemble_of(teacher), facts(teacher), failing)
    broken = ensemble_of(teacher)
    with torch.no_grad():
        broken.member(1).head.output.weight[0, 0] = torch.nan
    with pytest.raises(RunError, match="not finite"):
        write_package(tmp_path / "b", broken, facts(teacher), quality, weights="fp32")
    with pytest.raises(InputError, match=r"labels has 2 entries, expected 5"):
        write_package(
            tmp_path / "c", ensemble_of(teacher), facts(teacher, labels=["x", "y"]), quality
        )
    with pytest.raises(InputError, match=r"\$\.name: 'Not A Name'"):
        write_package(
            tmp_path / "d", ensemble_of(teacher), facts(teacher, name="Not A Name"), quality
        )
    assert names(tmp_path) == []


def test_full_disk_leaves_nothing_behind(teacher, tmp_path):
    """A limit on the size of files fails the same call as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(RunError, match="package: cannot be written: File too large"):
            write_package(tmp_path / "package", ensemble_of(teacher), facts(teacher), quality)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert names(tmp_path) == []


def test_killed_writer_is_cleaned_up_by_the_next(teacher, tmp_path):
    (tmp_path / ".package.partial").mkdir()
    (tmp_path / ".package.partial" / "student-9.onnx").write_text("half")
    shutil.copytree(write_and_name(teacher, tmp_path / "other"), tmp_path / ".package.old")
    with pytest.raises(InputError, match="exists already"):
        write_package(tmp_path / "package", ensemble_of(teacher), facts(teacher), quality)
    load_package(tmp_path / "package")
    write_package(
        tmp_path / "package", ensemble_of(teacher), facts(teacher), quality, overwrite=True
    )
    assert names(tmp_path) == ["other", "package"]


def write_and_name(teacher, out):
    write_package(out, ensemble_of(teacher), facts(teacher), quality)
    return out


FILES = [
    "package.json",
    "tokenizer.json",
    "embeddings.safetensors",
    "student-0.onnx",
    "student-2.safetensors",
]


@pytest.fixture
def copy(packages, tmp_path):
    return Path(shutil.copytree(packages / "int8", tmp_path / "copy"))


@pytest.mark.parametrize("name", FILES)
def test_any_changed_byte_is_noticed(copy, name):
    content = (copy / name).read_bytes()
    generator = np.random.default_rng(5)
    for position in generator.integers(0, len(content), 20):
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(generator.integers(0, 8))
        (copy / name).write_bytes(damaged)
        with pytest.raises(InputError, match=name):
            load_package(copy)
    (copy / name).write_bytes(content)
    load_package(copy)


@pytest.mark.parametrize("name", FILES)
def test_missing_truncated_or_linked_file_is_refused(copy, name):
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[:-1])
    with pytest.raises(InputError, match=name):
        load_package(copy)
    (copy / name).unlink()
    with pytest.raises(InputError, match=f"{name}: No such file"):
        load_package(copy)
    (copy / "elsewhere").write_bytes(content)
    (copy / name).symlink_to("elsewhere")
    with pytest.raises(InputError, match=f"{name}: is a link"):
        load_package(copy)


def edit(folder, change):
    manifest = json.loads((folder / "package.json").read_text("utf-8"))
    change(manifest)
    text = json.dumps(manifest | {"digest": "sha256:" + "0" * 64})
    digest = hashlib.sha256(text.encode()).hexdigest()
    (folder / "package.json").write_text(text.replace("0" * 64, digest, 1), "utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(schema_version=2), "schema_version 2, supported: 1"),
        (lambda m: m.pop("bias"), "'bias' is a required property"),
        (lambda m: m.update(extra=1), "Additional properties"),
        (lambda m: m["students"].pop(), "contributions has 3 entries, expected 2"),
        (lambda m: m["files"][0].update(path="../tokenizer.json"), "does not match"),
        (lambda m: m["dimensions"].update(hidden=64), "hidden is 32, the manifest says 64"),
        (
            lambda m: m["students"][0].update(layers=3),
            "2 layers and 5 outputs, the manifest says 3",
        ),
        (
            lambda m: m["students"][0].update(graph="student-1.onnx"),
            "graph is not one of its files",
        ),
        (lambda m: (m["students"].reverse(), m["int8"]["graphs"].reverse()), None),
        (lambda m: m.pop("int8"), None),
        (lambda m: m["int8"]["graphs"].reverse(), r"int8.graphs\[0\] is not a file of student 0"),
        (lambda m: m["int8"]["graphs"].pop(), "int8.graphs has 2 entries, expected 3"),
        (lambda m: m["int8"]["graphs"].__setitem__(0, "student-0.onnx"), "is the graph of"),
        (lambda m: m["int8"]["contributions"].pop(), "int8.contributions has 2 entries"),
        (lambda m: m.update(weights="fp32"), "int8 needs weights int8, they are fp32"),
    ],
)
def test_manifest_that_contradicts_itself_is_refused(copy, change, message):
    edit(copy, change)
    if message is None:
        load_package(copy)
        return
    with pytest.raises(InputError, match=message):
        load_package(copy)


def test_manifest_must_fit_the_schema_before_it_is_written(packages):
    manifest = load_package(packages / "int8").manifest
    assert serialise(manifest) == (packages / "int8" / "package.json").read_bytes()
    with pytest.raises(InputError, match="quality"):
        serialise(manifest | {"quality": {}})


def test_schema_is_the_one_java_reads():
    root = Path(__file__).parents[2]
    java = root / "packages/src/main/resources/dev/cohort/packages/package.schema.json"
    ours = root / "distiller/src/cohort_distiller/package.schema.json"
    assert ours.read_bytes() == java.read_bytes()


def test_reference_command_writes_every_prefix(packages, tmp_path, capsys):
    texts = tmp_path / "texts.tsv"
    texts.write_text("label\ttext\nmoney\tmy balance\nmusic\tplay\n", "utf-8")
    out = tmp_path / "out.jsonl"
    assert reference([str(packages / "int8"), "--texts", str(texts), "--out", str(out)]) == 0
    package = load_package(packages / "int8")
    rows = package.runtime().encode(["my balance", "play"])
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["input_ids"] for line in lines] == [list(row.ids) for row in rows]
    expected = package.runtime().prefix_logits(rows).transpose(1, 0, 2)
    assert np.abs(np.array([line["prefix_logits"] for line in lines]) - expected).max() < 1e-4
    npz = tmp_path / "out.npz"
    assert reference([str(packages / "int8"), "--texts", str(texts), "--out", str(npz)]) == 0
    assert np.load(npz)["prefix_logits"].shape == (2, 3, 5)
    missing = str(tmp_path / "none")
    assert reference([missing, "--texts", str(texts), "--out", str(out)]) == 2
    assert "package.json" in capsys.readouterr().err


def test_pairs_and_regression(tmp_path):
    folder = write_teacher(tmp_path / "teacher", "electra", num_labels=1)
    teacher = Teacher.load(folder)
    encoder = teacher.encoder()
    student = Student.of_encoder(encoder, [0], 1, head_std=0.5)
    ensemble = Ensemble(Embeddings.of_encoder(encoder), [student], torch.tensor([2.5]))
    pair = facts(teacher, task="regression", labels=[], inputs=2, max_tokens=9)
    write_package(tmp_path / "package", ensemble, pair, quality)
    runtime = load_package(tmp_path / "package").runtime()
    rows = runtime.encode([["play music please call", "play the music from the hotel"], ["a", "b"]])
    assert [len(row) for row in rows] == [9, 5]
    assert rows[1].type_ids == (0, 0, 0, 1, 1)
    with pytest.raises(InputError, match="row 0 has 1 texts, but the package takes 2"):
        runtime.encode(["only one"])
