"""A server as a user starts it: ./cohort serve on free ports of this machine."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
STOP_SECONDS = 60


def free_ports(count: int) -> list[int]:
    """Different ports that are free now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


def cohort(*arguments: str | Path) -> list[str]:
    """The command line of a cohort command."""
    return [str(ROOT / "cohort"), *map(str, arguments)]


@dataclass(frozen=True)
class Served:
    """A running server: its process, its ports, its ready line and the lines after it.

    One that was there before, on another host, has no process and none of its lines.
    """

    process: subprocess.Popen[str] | None
    grpc_port: int
    http_port: int
    metrics_port: int
    ready_line: str
    figures: list[str]
    host: str = HOST

    @property
    def grpc(self) -> str:
        return f"{self.host}:{self.grpc_port}"

    @property
    def http(self) -> str:
        return f"{self.host}:{self.http_port}"

    def request(
        self,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        port: int | None = None,
    ) -> tuple[int, bytes]:
        """Status and body of an HTTP request; a body makes it a POST."""
        url = f"http://{self.host}:{port or self.http_port}{path}"
        request = urllib.request.Request(url, data=body, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def json(self, path: str, body: object | None = None) -> tuple[int, Any]:
        """As request, with JSON on both sides."""
        data = None if body is None else json.dumps(body).encode()
        status, reply = self.request(path, data)
        return status, json.loads(reply)

    def children(self) -> list[int]:
        """Process ids of the services that the command has started."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # The name in parentheses may hold anything; the parent's id is the second after it.
                fields = stat.read_text("utf-8").rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid:
                    found.append(int(stat.parent.name))
        return sorted(found)


def start(packages: Sequence[Path], *options: str) -> Served:
    """Starts a server and waits until it is ready."""
    grpc_port, http_port, metrics_port = free_ports(3)
    ports = (
        f"--grpc-port={grpc_port}",
        f"--http-port={http_port}",
        f"--metrics-port={metrics_port}",
    )
    process = subprocess.Popen(
        cohort("serve", *packages, *ports, *options),
        # Answers are compared with those of all students, however busy this machine is.
        env={**os.environ, "COHORT_LATENCY_TARGET": "60s"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        # A group of its own, so that a signal can reach all of it as Ctrl-C does.
        process_group=0,
        # Started in the background, these tests ignore Ctrl-C, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    line = _first_line(process)
    if not line.startswith("ready"):
        process.kill()
        raise AssertionError(f"no ready line but {line!r}; exit code {process.wait()}")
    figures: list[str] = []
    # Read all the time, so that the server never waits for a full pipe.
    threading.Thread(target=_collect, args=(process, figures), daemon=True).start()
    return Served(process, grpc_port, http_port, metrics_port, line.rstrip("\n"), figures)


def elsewhere() -> Served | None:
    """The server that COHORT_SERVED names, HOST:GRPC-PORT:HTTP-PORT, if any."""
    named = os.environ.get("COHORT_SERVED")
    if named is None:
        return None
    host, grpc_port, http_port = named.split(":")
    return Served(None, int(grpc_port), int(http_port), 0, "", [], host)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Returns when the condition holds; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.01)


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    for line in process.stdout:
        lines.append(line)


def _first_line(process: subprocess.Popen[str]) -> str:
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        return process.stdout.readline()
    finally:
        watchdog.cancel()


def stop(served: Served) -> None:
    """Ends a server as Ctrl-C in a terminal does."""
    if served.process.poll() is None:
        os.killpg(served.process.pid, signal.SIGINT)
    try:
        served.process.wait(STOP_SECONDS)
    finally:
        served.process.kill()


@contextlib.contextmanager
def serving(packages: Sequence[Path], *options: str) -> Iterator[Served]:
    """A server for the time of a with block."""
    served = start(packages, *options)
    try:
        yield served
    finally:
        stop(served)
