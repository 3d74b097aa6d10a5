"""A distillation killed at any moment goes on, and ends with the bytes of one never killed."""

import os
import random
import signal
import time

import pytest

from cohort_distiller.cli import main
from cohort_distiller.package import load_package
from lessons import contents, fast_processes, make_lesson, run_cli

KILLS = 20
ATTEMPTS = 60
DEADLINE_S = 120


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    return make_lesson(tmp_path_factory.mktemp("lesson"), "classification")


@pytest.fixture(scope="module")
def context():
    return fast_processes()


def start(context, arguments, errors):
    started = context.Event()
    process = context.Process(target=run_cli, args=(arguments, errors, started))
    process.start()
    assert started.wait(DEADLINE_S)
    return process


def finish(process, errors):
    process.join(DEADLINE_S)
    assert process.exitcode == 0, errors.read_text()


def kill_at_random(context, arguments, errors, checkpoint, generator, duration):
    """Kills a run after a random time, from its start or from its first checkpoint.

    Returns whether it was killed, and how long it ran; a run may end before its moment comes.
    """
    process = start(context, arguments, errors)
    began = time.monotonic()
    if checkpoint is not None:
        wait_for(lambda: checkpoint.exists() or not process.is_alive())
    process.join(duration * generator.random())
    process.kill()
    process.join(DEADLINE_S)
    return process.exitcode == -signal.SIGKILL, time.monotonic() - began


def test_killed_at_20_random_moments_and_resumed(lesson, context, tmp_path):
    whole, errors = tmp_path / "whole", tmp_path / "errors"
    options = ("--checkpoint-seconds", "0", "--name", "demo", "--views", "0.2", "--average", "0.9")
    process = start(context, lesson.arguments(whole, *options), errors)
    began = time.monotonic()
    finish(process, errors)
    duration = time.monotonic() - began
    expected = contents(whole)
    generator = random.Random(20)  # noqa: S311 - moments of a test
    kills = 0
    for number in range(ATTEMPTS):
        out = tmp_path / f"run-{number}"
        arguments = lesson.arguments(out, *options)
        checkpoint = tmp_path / f"run-{number}.work" / "checkpoint.pt"
        awaited = checkpoint if kills % 2 else None
        killed, lasted = kill_at_random(
            context, arguments, errors, awaited, generator, duration / 2 if kills % 2 else duration
        )
        if not killed:
            duration = min(duration, lasted)
            continue
        kills += 1
        finish(start(context, arguments, errors), errors)
        assert contents(out) == expected
        load_package(out)
        assert names(tmp_path, out.name) == [out.name, f"{out.name}-report"]
        if kills == KILLS:
            return
    pytest.fail(f"only {kills} of {ATTEMPTS} runs were killed before their end")


def names(folder, word):
    return sorted(path.name for path in folder.iterdir() if path.name.strip(".").startswith(word))


def test_another_configuration_in_the_same_work_folder_is_refused(
    lesson, context, tmp_path, capsys
):
    out, errors = tmp_path / "package", tmp_path / "errors"
    arguments = lesson.arguments(out, "--checkpoint-seconds", "0", "--epochs", "200")
    process = start(context, arguments, errors)
    wait_for(lambda: (out.with_name("package.work") / "checkpoint.pt").exists())
    os.kill(process.pid, signal.SIGKILL)
    process.join(DEADLINE_S)
    assert process.exitcode == -signal.SIGKILL
    assert main([*arguments, "--seed", "1"]) == 2
    message = capsys.readouterr().err
    assert "package.work" in message
    assert "other settings" in message
    assert not out.exists()


def test_a_work_folder_in_use_is_refused(lesson, context, tmp_path, capsys):
    out, errors = tmp_path / "package", tmp_path / "errors"
    arguments = lesson.arguments(out, "--checkpoint-seconds", "0", "--epochs", "200")
    process = start(context, arguments, errors)
    wait_for(lambda: (out.with_name("package.work") / "run.json").exists())
    try:
        assert main(arguments) == 2
        assert "another run is using" in capsys.readouterr().err
    finally:
        process.kill()
        process.join(DEADLINE_S)


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)
