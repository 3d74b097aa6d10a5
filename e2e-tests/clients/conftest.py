"""What all client tests share: one server, and what the PyTorch reference answers."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from served import ROOT, Served, cohort, elsewhere, serving


@dataclass(frozen=True)
class Reference:
    """Answers of the PyTorch reference: texts [N], token ids of each, logits [N,D], labels [N]."""

    texts: list[str]
    input_ids: list[np.ndarray]
    logits: np.ndarray
    labels: list[str]

    def first(self, rows: int) -> "Reference":
        """The same for the first rows only."""
        return Reference(
            self.texts[:rows], self.input_ids[:rows], self.logits[:rows], self.labels[:rows]
        )


@pytest.fixture(scope="session", autouse=True)
def _built() -> None:
    """Nothing below waits for a build."""
    if elsewhere() is None:
        subprocess.run(cohort("build"), check=True, timeout=900)


@pytest.fixture(scope="session")
def package() -> Path:
    """The package under test."""
    return Path(os.environ.get("COHORT_TEST_PACKAGE", ROOT / "demo/clinc150"))


@pytest.fixture(scope="session")
def manifest(package: Path) -> dict:
    return json.loads((package / "package.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def model(manifest: dict) -> str:
    return manifest["name"]


@pytest.fixture(scope="session")
def served(package: Path) -> Iterator[Served]:
    """A server for all tests that only ask: one that is there, or else one of their own."""
    there = elsewhere()
    if there is not None:
        yield there
        return
    with serving([package]) as server:
        yield server


@pytest.fixture(scope="session")
def reference(manifest: dict) -> Reference:
    """1,000 texts of the test data, as the runner had them answered."""
    folder = Path(os.environ["COHORT_REFERENCE"])
    answers = np.load(folder / "reference.npz")
    lines = (folder / "texts.tsv").read_text("utf-8").splitlines()
    texts = [line.split("\t")[0] for line in lines[1:]]
    logits = answers["prefix_logits"][:, -1]
    ids = np.split(answers["input_ids"], np.cumsum(answers["lengths"])[:-1])
    assert len(texts) == len(logits) == len(ids) == 1000
    labels = [manifest["labels"][column] for column in logits.argmax(axis=1)]
    return Reference(texts, ids, logits, labels)


@pytest.fixture(scope="session")
def few(reference: Reference) -> Reference:
    """Some rows of the reference."""
    return reference.first(12)
