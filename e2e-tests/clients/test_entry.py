"""The entry script: which tools it takes, and what it says when there is none."""

import os
import subprocess
from pathlib import Path

import pytest

from served import ROOT, cohort


def bash(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs lines of bash with the script's functions at hand."""
    prelude = f"set -euo pipefail; COHORT_ROOT={ROOT}; source scripts/toolchain.sh; "
    return subprocess.run(
        ["bash", "-c", prelude + script],  # noqa: S607
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def jdk(folder: Path, version: str) -> Path:
    """A folder that looks like a JDK."""
    (folder / "bin").mkdir(parents=True)
    for name in ("java", "javac"):
        program = folder / "bin" / name
        program.write_text("#!/bin/sh\nexit 1\n", "utf-8")
        program.chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n', "utf-8")
    return folder


def command(folder: Path, name: str, script: str) -> Path:
    """A folder for the PATH with one command."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("have", "want", "enough"),
    [
        ("3.8.7", "3.8.7", True),
        ("3.9", "3.8.7", True),
        ("3.8.10", "3.8.7", True),
        ("4.0.0-rc-3", "3.8.7", True),
        ("3.8.6", "3.8.7", False),
        ("3.8", "3.8.7", False),
        ("2.99.99", "3.8.7", False),
    ],
)
def test_versions_are_compared_as_numbers(have, want, enough):
    assert (bash(f"version_at_least {have} {want}").returncode == 0) == enough


@pytest.mark.parametrize(
    ("version", "major"), [("25.0.3", "25"), ("26-ea", "26"), ("17.0.15", "17"), ("1.8.0_44", "1")]
)
def test_reads_a_jdk_version(tmp_path: Path, version, major):
    assert bash(f"jdk_major {jdk(tmp_path / 'jdk', version)}").stdout == major


def test_java_home_comes_first(tmp_path: Path):
    home = jdk(tmp_path / "jdk", "99.0.1")
    assert bash("find_jdk", JAVA_HOME=str(home)).stdout.strip() == str(home)


def test_a_jdk_that_is_too_old_is_passed_over(tmp_path: Path):
    old, new = jdk(tmp_path / "old", "24.0.2"), jdk(tmp_path / "new", "25")
    script = f"jdk_candidates() {{ printf '%s\\n' {old} /no/such/folder {new}; }}; find_jdk"
    assert bash(script).stdout.strip() == str(new)


def test_without_a_jdk_one_sentence_says_what_to_install(tmp_path: Path):
    old = jdk(tmp_path / "old", "17.0.15")
    done = bash(f"jdk_candidates() {{ printf '%s\\n' {old}; }}; require_jdk")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "JDK 25" in done.stderr


def test_an_old_maven_is_refused(tmp_path: Path):
    tools = command(tmp_path / "bin", "mvn", "echo 'Apache Maven 3.6.3 (Red Hat)'")
    done = bash("require_maven", PATH=f"{tools}:{os.environ['PATH']}", JAVA_HOME="/none")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "3.6.3" in done.stderr
    assert "3.8.7" in done.stderr


def test_without_maven_one_sentence_says_what_to_install():
    done = bash("PATH=/no/such/folder; require_maven")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "install Maven 3.8.7" in done.stderr


def test_without_python_one_sentence_says_what_to_install():
    done = bash("PATH=/no/such/folder; require_python")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11" in done.stderr


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path):
    old = command(tmp_path / "old", "python3", "exit 1")
    new = command(tmp_path / "new", "python3.14", "exit 0")
    done = bash(f"PATH={old}:{new}; require_python; printf '%s' $PYTHON")
    assert done.stdout == str(new / "python3.14")


def test_an_unknown_command_is_one_sentence():
    done = subprocess.run(cohort("bake"), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr == "cohort: there is no command 'bake'; ./cohort help lists them.\n"


def test_runs_through_a_link_from_another_folder(tmp_path: Path):
    link = tmp_path / "cohort"
    link.symlink_to(ROOT / "cohort")
    done = subprocess.run(
        [link, "inspect", ROOT / "packages/src/test/resources/tiny-package"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("tiny-package, version 1")
