"""Folders that appear under their final name only when they are complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError, RunError


@contextmanager
def new_folder(target: Path, overwrite: bool = False) -> Iterator[Path]:
    """Yields a temporary sibling folder; on success it is synced and renamed to `target`.

    A failure removes the temporary folder; a killed process leaves it as `.NAME.partial`, which the
    next writer of the same target removes. With `overwrite` the old folder is moved aside first
    and removed last, so the name is never that of a half-written folder; a process killed between
    the two renames leaves the old one as `.NAME.old`, which the next writer moves back.
    """
    target = target.absolute()
    partial = target.with_name(f".{target.name}.partial")
    old = target.with_name(f".{target.name}.old")
    if old.exists() and not target.exists():
        old.rename(target)
    if target.exists() and not overwrite:
        raise InputError(f"{target}: exists already")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        partial.mkdir()
        yield partial
        for path in sorted(partial.iterdir()):
            _sync(path)
        _sync(partial)
        if target.exists():
            target.rename(old)
        partial.rename(target)
        _sync(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise RunError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
