"""./cohort serve as a process: how it starts, lives and ends."""

import os
import re
import select
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from served import HOST, ROOT, STOP_SECONDS, Served, cohort, free_ports, serving, start, wait_until

TINY = ROOT / "packages/src/test/resources/tiny-package"
TINY_INT8 = ROOT / "packages/src/test/resources/tiny-package-int8"


@pytest.fixture(scope="module")
def tiny():
    with serving([TINY], "--seats", "1") as server:
        yield server


def await_gone(pids: list[int]) -> None:
    """Waits until none of these processes is left; they need not be our children."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        with os.fdopen(descriptor, "rb", buffering=0) as handle:
            readable, _, _ = select.select([handle], [], [], STOP_SECONDS)
        assert readable, f"process {pid} is still there"


def test_the_ready_line_names_model_and_ports(tiny: Served):
    assert tiny.ready_line.startswith("ready: tiny-package (3 students, 1 seats)")
    for port in (tiny.grpc_port, tiny.http_port, tiny.metrics_port):
        assert f":{port}" in tiny.ready_line


def test_figures_are_lines_without_control_characters_where_there_is_no_terminal(tiny: Served):
    wait_until(lambda: tiny.figures, 60)
    assert re.fullmatch(
        r"tiny-package: students 3/3, [\d.]+ requests/s, [\d.]+ rows/s, queue \d+, "
        r"oldest [\d.]+ m?s, drain ([\d.]+ m?s|-) of 60\.0 s, "
        r"refused \d+, degraded \d+, seats 1/1\n",
        tiny.figures[0],
    )


def assert_ends_everything(served: Served, number: signal.Signals):
    children = served.children()
    served.process.send_signal(number)
    assert served.process.wait(STOP_SECONDS) == 128 + number
    await_gone(children)


def test_ctrl_c_ends_everything():
    served = start([TINY], "--seats", "1")
    assert len(served.children()) == 2
    assert_ends_everything(served, signal.SIGINT)


def test_nothing_outlives_a_killed_command():
    served = start([TINY], "--seats", "1")
    children = served.children()
    assert len(children) == 2
    served.process.kill()
    served.process.wait(STOP_SECONDS)
    await_gone(children)


def test_a_seat_that_dies_is_started_again(tiny: Served):
    before = tiny.children()
    seat = before[0]
    os.kill(seat, signal.SIGKILL)
    await_gone([seat])
    body = {
        "inputs": [{"name": "text", "datatype": "BYTES", "shape": [1, 1], "data": ["hello"]}],
        "parameters": {"timeout": 60_000_000},
    }
    deadline = threading.Event()
    threading.Timer(STOP_SECONDS, deadline.set).start()
    status = 0
    while status != 200 and not deadline.wait(0.2):
        status, _ = tiny.json("/v2/models/tiny-package/infer", body)
    assert status == 200
    assert seat not in tiny.children()


def test_several_packages_side_by_side_and_sigterm():
    with serving([TINY, TINY_INT8], "--seats", "1") as served:
        assert len(served.children()) == 3
        assert "tiny-package (" in served.ready_line
        assert "tiny-package-int8 (" in served.ready_line
        for model in ("tiny-package", "tiny-package-int8"):
            status, answer = served.json(f"/v2/models/{model}/ready")
            assert (status, answer["ready"]) == (200, True)
        assert_ends_everything(served, signal.SIGTERM)


def _refused(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        cohort("serve", *arguments), capture_output=True, text=True, timeout=120, check=False
    )


def test_a_port_in_use_is_one_sentence():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        done = _refused(TINY, "--http-port", port, "--grpc-port", free_ports(1)[0])
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert str(port) in done.stderr
    assert "--http-port" in done.stderr


def test_a_damaged_package_is_named(tmp_path: Path):
    for file in TINY.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "student-1.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    ports = free_ports(3)
    done = _refused(
        tmp_path,
        *("--grpc-port", ports[0], "--http-port", ports[1], "--metrics-port", ports[2]),
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "student-1.safetensors" in done.stderr


def test_a_service_that_cannot_start_shows_its_last_lines():
    ports = free_ports(3)
    done = subprocess.run(
        cohort(
            *("serve", TINY, "--seats", "1", "--grpc-port", ports[0]),
            *("--http-port", ports[1], "--metrics-port", ports[2]),
        ),
        # The services read it as a setting of theirs; the value is not allowed.
        env={**os.environ, "COHORT_MAX_ROWS": "0"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "cohort.max-rows" in done.stderr
    assert "ready" not in done.stdout
