"""KServe's own clients, unmodified, in an environment of their own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import Reference
from served import Served


@pytest.fixture(scope="module")
def answers(served: Served, model: str, few: Reference) -> dict:
    python = os.environ.get("COHORT_KSERVE_PYTHON")
    if not python:
        pytest.skip(os.environ.get("COHORT_KSERVE_SKIPPED", "COHORT_KSERVE_PYTHON is not set"))
    script = Path(__file__).with_name("kserve_calls.py")
    done = subprocess.run(
        [python, script, served.grpc, served.http, model, *few.texts],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("transport", ["grpc", "rest"])
def test_health(answers, transport):
    calls = answers[transport]
    assert (calls["live"], calls["ready"], calls["model_ready"]) == (True, True, True)


@pytest.mark.parametrize(
    ("transport", "form"),
    [("grpc", "typed"), ("grpc", "raw"), ("rest", "json"), ("rest", "binary")],
)
def test_labels(answers, few: Reference, transport, form):
    assert answers[transport][form] == few.labels


@pytest.mark.parametrize("transport", ["grpc", "rest"])
def test_the_id_comes_back(answers, transport):
    assert answers[transport]["id"] == "k1"
