"""Makes benchmarks/noop-package: four students that compute nothing, to measure all the rest.

    PYTHONPATH=distiller/src python benchmarks/make_noop_package.py

A student's graph answers each row with the same constants. The tokenizer is that of the small test
package; its vocabulary is given, its quality invented. The same versions write the same bytes.
"""

import shutil
from pathlib import Path

import numpy as np
import onnx
from cohort_distiller.graph import INPUTS, IR_VERSION, OPSET, OUTPUT
from cohort_distiller.manifest import MANIFEST, describe_file, read_manifest, serialise
from cohort_distiller.tensorfile import write_tensors
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "packages/src/test/resources/tiny-package"
OUT = ROOT / "benchmarks/noop-package"
STUDENTS = 4
COLUMNS = 16


def contribution(student: int) -> np.ndarray:
    """What a student answers, [1,D]."""
    return np.full((1, COLUMNS), (student + 1) / 8, np.float32)


def graph(student: int) -> bytes:
    """Repeats the constants once for each row."""
    ports = [
        helper.make_tensor_value_info(
            name, TensorProto.INT32, ["B", "L"] if name == "pad_index" else [name]
        )
        for name in INPUTS
    ]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["B", COLUMNS])
    nodes = [
        helper.make_node("Shape", ["row_starts"], ["rows"]),
        helper.make_node("Concat", ["rows", "one"], ["repeats"], axis=0),
        helper.make_node("Tile", ["constants", "repeats"], [OUTPUT]),
    ]
    weights = [
        numpy_helper.from_array(np.array([1], np.int64), "one"),
        numpy_helper.from_array(contribution(student), "constants"),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "noop", ports, [output], weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="cohort-benchmarks",
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def main() -> None:
    """Writes the package and checks its manifest."""
    manifest = read_manifest(SOURCE)
    dimensions = manifest["dimensions"] | {"output": COLUMNS, "hidden": 1}
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    tokenizer = OUT / "tokenizer.json"
    embeddings = OUT / "embeddings.safetensors"
    shutil.copyfile(SOURCE / tokenizer.name, tokenizer)
    tables = {
        "word": dimensions["vocabulary"],
        "position": dimensions["positions"],
        "token_type": dimensions["token_types"],
    }
    tensors = {
        f"embeddings.{name}.weight": np.zeros((rows, 1), np.float32)
        for name, rows in tables.items()
    }
    write_tensors(embeddings, tensors, {})
    students = []
    for student in range(STUDENTS):
        path = OUT / f"student-{student}.onnx"
        path.write_bytes(graph(student))
        students.append(
            {"graph": path.name, "layers": 1, "parameters": COLUMNS, "files": [describe_file(path)]}
        )
    facts = {
        "name": "noop",
        "labels": [f"label-{column}" for column in range(COLUMNS)],
        "bias": [0.0] * COLUMNS,
        "dimensions": dimensions,
        "files": [describe_file(tokenizer), describe_file(embeddings)],
        "students": students,
        "self_test": manifest["self_test"]
        | {"contributions": [contribution(student)[0].tolist() for student in range(STUDENTS)]},
        "quality": {
            "metric": "accuracy",
            "dev": {
                "rows": 100,
                "teacher": 0.9,
                "teacher_interval": [0.8, 0.95],
                "prefixes": [0.9] * STUDENTS,
                "prefix_intervals": [[0.8, 0.95]] * STUDENTS,
            },
        },
        "provenance": {"note": "computes nothing, quality invented; for benchmarks"},
    }
    (OUT / MANIFEST).write_bytes(serialise(manifest | facts))
    read_manifest(OUT)


if __name__ == "__main__":
    main()
