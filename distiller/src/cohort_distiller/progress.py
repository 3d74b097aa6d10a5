"""Progress of a long loop: a bar on a terminal, plain lines now and then elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

_SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """Counts work done; `note` is a short text such as the current loss."""

    def advance(self, amount: int, note: str = "") -> None:
        """Adds work done."""


@contextmanager
def progress(
    name: str, total: int, unit: str, *, done: int = 0, quiet: bool = False
) -> Iterator[Progress]:
    """Shows on standard error how much of `total` is done, the rate and the time left."""
    if quiet:
        yield _Silent()
    elif sys.stderr.isatty():
        with _bar(name, total, unit, done) as bar:
            yield bar
    else:
        lines = _Lines(name, total, unit, done)
        yield lines
        lines.finish()


class _Silent:
    def advance(self, amount: int, note: str = "") -> None:
        pass


class _Lines:
    def __init__(self, name: str, total: int, unit: str, done: int) -> None:
        self._name, self._total, self._unit = name, total, unit
        self._done = self._start = done
        self._began = self._printed = time.monotonic()

    def advance(self, amount: int, note: str = "") -> None:
        self._done += amount
        if time.monotonic() - self._printed >= _SECONDS_BETWEEN_LINES:
            self._print(note)

    def finish(self) -> None:
        self._print("")

    def _print(self, note: str) -> None:
        self._printed = time.monotonic()
        elapsed = max(self._printed - self._began, 1e-9)
        rate = (self._done - self._start) / elapsed
        left = max(self._total - self._done, 0) / rate if rate > 0 else float("inf")
        print(
            f"{self._name}: {self._done}/{self._total} {self._unit}, {rate:.1f} {self._unit}/s, "
            f"{clock(elapsed)} elapsed, {clock(left)} left{', ' + note if note else ''}",
            file=sys.stderr,
            flush=True,
        )


class _Bar:
    def __init__(self, display: Any, task: Any, unit: str) -> None:
        self._display, self._task, self._unit = display, task, unit

    def advance(self, amount: int, note: str = "") -> None:
        self._display.update(self._task, advance=amount, note=note)
        speed = self._display.tasks[0].speed
        if speed:
            self._display.update(self._task, rate=f"{speed:.1f} {self._unit}/s")


@contextmanager
def _bar(name: str, total: int, unit: str, done: int) -> Iterator[_Bar]:
    from rich import progress as rich_progress
    from rich.console import Console

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[rate]}"),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TimeRemainingColumn(),
        rich_progress.TextColumn("{task.fields[note]}"),
    )
    with rich_progress.Progress(*columns, console=Console(stderr=True)) as display:
        task = display.add_task(name, total=total, completed=done, note="", rate="")
        yield _Bar(display, task, unit)


def clock(seconds: float) -> str:
    """Hours, minutes and seconds for people: 1:02:03, 2:03."""
    if seconds == float("inf"):
        return "?"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
