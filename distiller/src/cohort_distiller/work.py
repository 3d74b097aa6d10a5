"""The work folder of a run: what makes a killed run go on where it was."""

import fcntl
import hashlib
import io
import json
import pickle
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .errors import InputError, RunError
from .files import atomic_file

_RUN = "run.json"
_CHECKPOINT = "checkpoint.pt"
_LOCK = "lock"


class WorkFolder:
    """Checkpoints and cached teacher outputs of one run, named by its fingerprint.

    Every file appears under its name only when it is complete. One process at a time may use the
    folder; a folder that belongs to a run with other settings or inputs is refused.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for this process; removes temporary files that a killed run left."""
        remove_leftovers(self.path)
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"{self.path}: another run is using this work folder") from None
            for leftover in self.path.glob(".*.tmp"):
                leftover.unlink()
            yield

    def claim(self, facts: Mapping[str, Any]) -> None:
        """Makes the folder this run's, or checks that it already is; else names what differs."""
        content = json.dumps(facts, indent=2, sort_keys=True) + "\n"
        file = self.path / _RUN
        if not file.exists():
            self._refuse_foreign()
            with atomic_file(file) as temporary:
                temporary.write_text(content, "utf-8")
            return
        known = json.loads(file.read_text("utf-8"))
        wanted = json.loads(content)
        changed = [key for key in sorted(known | wanted) if known.get(key) != wanted.get(key)]
        if changed:
            was = "; ".join(
                f"{key} was {known.get(key)}, is {wanted.get(key)}" for key in changed[:4]
            )
            raise InputError(
                f"{self.path}: belongs to a run with other settings ({was}); "
                "choose another --work or delete the folder"
            )

    def _refuse_foreign(self) -> None:
        foreign = sorted(entry.name for entry in self.path.iterdir() if entry.name != _LOCK)
        if foreign:
            raise InputError(
                f"{self.path}: not a work folder, it holds {foreign[0]}; choose another --work"
            )

    def save(self, state: Mapping[str, Any]) -> None:
        """Replaces the checkpoint."""
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        with atomic_file(self.path / _CHECKPOINT) as temporary:
            temporary.write_bytes(buffer.getbuffer())

    def load(self) -> dict[str, Any] | None:
        """The last checkpoint, on the CPU; None before the first."""
        file = self.path / _CHECKPOINT
        if not file.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        except (RuntimeError, pickle.UnpicklingError, EOFError, OSError) as error:
            raise RunError(
                f"{file}: damaged ({error}); delete {self.path} to start again"
            ) from error
        return state

    def save_tensors(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Adds a cached file of tensors."""
        buffer = io.BytesIO()
        torch.save(tensors, buffer)
        with atomic_file(self.path / name) as temporary:
            temporary.write_bytes(buffer.getbuffer())

    def load_tensors(self, name: str) -> dict[str, Tensor]:
        """Reads a cached file of tensors."""
        tensors: dict[str, Tensor] = torch.load(self.path / name, weights_only=True)
        return tensors

    @property
    def resumable(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return self.has(_CHECKPOINT)

    def save_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Adds a small file."""
        with atomic_file(self.path / name) as temporary:
            temporary.write_text(json.dumps(content) + "\n", "utf-8")

    def load_json(self, name: str) -> dict[str, Any]:
        """Reads a small file."""
        content: dict[str, Any] = json.loads((self.path / name).read_text("utf-8"))
        return content

    def has(self, name: str) -> bool:
        """Whether a cached file is there, complete."""
        return (self.path / name).exists()

    def remove(self) -> None:
        """Deletes the folder; a folder half deleted never looks like one to go on from."""
        done = _leftover(self.path)
        self.path.replace(done)
        shutil.rmtree(done)


def remove_leftovers(path: Path) -> None:
    """Deletes what a run killed while deleting its work folder left."""
    shutil.rmtree(_leftover(path), ignore_errors=True)


def remove_finished(path: Path, facts: Mapping[str, Any]) -> None:
    """Deletes the work folder of a run that is complete; leaves any other run's alone."""
    remove_leftovers(path)
    file = path / _RUN
    if file.is_file() and fingerprint(json.loads(file.read_text("utf-8"))) == fingerprint(facts):
        WorkFolder(path).remove()


def _leftover(path: Path) -> Path:
    return path.with_name(f".{path.name}.done")


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 over a run's settings and inputs."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
