"""What a full disk does, in processes of their own."""

import os
import resource
import subprocess

import pytest

from cohort_distiller.package import load_package
from lessons import fast_processes, make_lesson, run_cli

DEADLINE_S = 120


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    return make_lesson(tmp_path_factory.mktemp("lesson"), "classification")


def run_limited(arguments, errors, bytes_of_a_file):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_of_a_file, bytes_of_a_file))
    run_cli(arguments, errors)


def run(target, *arguments):
    process = fast_processes().Process(target=target, args=arguments)
    process.start()
    process.join(DEADLINE_S)
    return process.exitcode


def one_error(errors):
    text = errors.read_text()
    lines = [line for line in text.splitlines() if line]
    assert len(lines) == 1, text
    assert lines[0].startswith("error: ")
    return text


@pytest.mark.parametrize("limit", [1_000, 12_000, 24_000, 30_000])
def test_a_file_that_cannot_grow(lesson, tmp_path, limit):
    errors, out = tmp_path / "errors", tmp_path / "pkg"
    arguments = lesson.arguments(out, "--checkpoint-seconds", "0")
    assert run(run_limited, arguments, errors, limit) == 1
    assert "File too large" in one_error(errors)
    assert not out.exists()
    assert not list(tmp_path.glob(".*"))
    assert run(run_cli, arguments, errors) == 0
    load_package(out)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)  # noqa: S607


def test_a_full_disk(lesson, small_disk, tmp_path):
    errors, out = tmp_path / "errors", small_disk / "pkg"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(560_000))
    arguments = lesson.arguments(out, "--work", str(tmp_path / "work"))
    assert run(run_cli, arguments, errors) == 1
    assert "No space left on device" in one_error(errors)
    assert sorted(path.name for path in small_disk.iterdir()) == ["ballast"]
    ballast.unlink()
    assert run(run_cli, arguments, errors) == 0, errors.read_text()
    load_package(out)
    assert not (tmp_path / "work").exists()
