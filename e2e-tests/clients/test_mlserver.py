"""MLServer's command line client, unmodified, in an environment of its own."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import Reference
from served import Served


@pytest.mark.parametrize(
    "options", [[], ["--binary-data"], ["--batch-size", "4", "--workers", "2"]]
)
def test_infer(served: Served, model: str, few: Reference, tmp_path: Path, options):
    command = os.environ.get("COHORT_MLSERVER")
    if not command:
        pytest.skip(os.environ.get("COHORT_MLSERVER_SKIPPED", "COHORT_MLSERVER is not set"))
    given = tmp_path / "requests.jsonl"
    given.write_text("".join(_request(text) + "\n" for text in few.texts), "utf-8")
    answered = tmp_path / "answers.jsonl"
    done = subprocess.run(
        [command, "infer", "-u", served.http, "-m", model, "-i", given, "-o", answered, *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in answered.read_text("utf-8").splitlines()]
    # Several workers answer in any order.
    assert sorted(_label(answer) for answer in answers) == sorted(few.labels)


def _request(text: str) -> str:
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1, 1], "data": [text]}
    return json.dumps({"inputs": [tensor]})


def _label(answer: dict) -> str:
    assert "error" not in answer, answer
    label = next(output for output in answer["outputs"] if output["name"] == "label")
    return label["data"][0]
