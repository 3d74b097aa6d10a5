"""Two processes that torchrun starts share the batches and write one package."""

import os
import subprocess
import sys
from pathlib import Path

import torch

from cohort_distiller.cli import main
from cohort_distiller.package import load_package
from lessons import make_lesson

SOURCE = Path(__file__).parents[1] / "src"


def test_two_processes_do_the_arithmetic_of_one(tmp_path, capfd):
    lesson = make_lesson(tmp_path / "lesson", "classification")
    more = ("--weights", "fp32", "--name", "demo", "--dropout", "0")
    arguments = lesson.arguments(tmp_path / "two", *more)
    environment = os.environ | {"PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    result = subprocess.run(
        [*launcher, "-m", "cohort_distiller.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert main(lesson.arguments(tmp_path / "one", *more)) == 0, capfd.readouterr().err
    hardly = lesson.arguments(tmp_path / "start", *more, "--lr", "1e-12")
    assert main(hardly) == 0, capfd.readouterr().err
    two, one = (load_package(tmp_path / name) for name in ("two", "one"))
    assert two.manifest["provenance"]["processes"] == 2
    start = load_package(tmp_path / "start")
    assert distance(start, one) > 1e-4
    assert distance(two, one) < distance(start, one) / 20
    assert sorted(p.name for p in tmp_path.glob("two*")) == ["two", "two-report"]


def distance(first, second):
    """Mean difference of a weight: the largest is noise that Adam scales up."""
    states = (package.ensemble.state_dict() for package in (first, second))
    flat = [torch.cat([tensor.flatten() for tensor in state.values()]) for state in states]
    return float((flat[0] - flat[1]).abs().mean())
