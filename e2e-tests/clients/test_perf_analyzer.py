"""Triton's perf_analyzer, unmodified: it reads configuration and statistics, then loads."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from served import Served

SKIPPED = os.environ.get("COHORT_PERF_ANALYZER_SKIPPED")
PROGRAM = os.environ.get("COHORT_PERF_ANALYZER", "perf_analyzer").split()

pytestmark = pytest.mark.skipif(SKIPPED is not None, reason=f"skipped: {SKIPPED}")


@pytest.fixture(scope="module")
def texts(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("perf") / "texts.json"
    rows = [{"text": {"content": [text], "shape": [1]}} for text in ("a day off", "play jazz")]
    path.write_text(json.dumps({"data": rows}), "utf-8")
    return path


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_reports_the_servers_own_figures(served: Served, model, texts, protocol):
    address = served.grpc if protocol == "grpc" else served.http
    options = ["-m", model, "-u", address, "-i", protocol, "--input-data", str(texts)]
    # It wants three windows alike; what counts here is that the report is whole, so all are alike.
    window = ["--concurrency-range", "2", "--measurement-interval", "1000", "--max-trials", "10"]
    done = subprocess.run(
        [*PROGRAM, *options, *window, "-s", "100000"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    report = done.stdout + done.stderr
    server = report.partition("Server:")[2]
    assert server, report
    assert int(re.search(r"Inference count: (\d+)", server)[1]) > 0, report
    stages = re.search(
        r"queue (\d+) usec \+ compute input (\d+) usec \+ compute infer (\d+) usec", server
    )
    assert stages, report
    assert int(stages[3]) > 0, report
