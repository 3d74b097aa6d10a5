"""The server's numbers are those of PyTorch, and the command line's are the server's."""

import json
import subprocess

import numpy as np
import tritonclient.grpc as triton

from conftest import Reference
from served import Served, cohort
from test_triton_grpc import labels, text_input

ROWS = 50


def test_logits_equal_pytorch(served: Served, model: str, reference: Reference):
    with triton.InferenceServerClient(served.grpc) as client:
        answers = [
            client.infer(model, [text_input(reference.texts[row : row + ROWS])])
            for row in range(0, len(reference.texts), ROWS)
        ]
    logits = np.concatenate([answer.as_numpy("logits") for answer in answers])
    assert logits.shape == reference.logits.shape
    difference = float(np.abs(logits - reference.logits).max())
    print(f"largest difference of {logits.size} logits: {difference:.2e}")
    assert difference <= 1e-3
    assert [label for answer in answers for label in labels(answer)] == reference.labels


def test_predict_equals_the_server(served: Served, package, model: str, few: Reference):
    local = _predict("--package", package, *few.texts)
    remote = _predict("--target", served.grpc, "--model", model, *few.texts)
    assert [line["label"] for line in local] == few.labels
    assert [line["label"] for line in remote] == few.labels
    for one, other in zip(local, remote, strict=True):
        assert abs(one["probability"] - other["probability"]) < 1e-4


def _predict(*arguments) -> list[dict]:
    done = subprocess.run(
        cohort("predict", "--json", *arguments),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
