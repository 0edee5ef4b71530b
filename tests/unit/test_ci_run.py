"""Which Python continuous integration takes: one that the project is tested with, or none."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH of its own, with a `make` that only says how it was called, and no Python; a project beside it."""
    for word in ("bash", "dirname", "git", "env"):
        (tmp_path / word).symlink_to(str(shutil.which(word)))
    script(tmp_path / "make", 'echo "make $*"')
    (tmp_path / "project" / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", tmp_path / "project" / ".ci" / "run")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path / "project", check=True)
    (tmp_path / "project" / ".gitignore").write_text("*\n")
    return tmp_path


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def run(tools: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(tools / "bash"), str(tools / "project" / ".ci" / "run"), *words],
        env={"PATH": str(tools), "HOME": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )


def python(path: Path, version: tuple[int, int]) -> None:
    """Write a Python that says it is of a version."""
    lie = f"import sys; sys.version_info = {(*version, 0)}; exec(sys.argv[1])"
    script(path, f'[ "$1" = --version ] && echo "Python {version[0]}.{version[1]}" || {sys.executable} -c "{lie}" "$2"')


def test_no_python_at_all(tools: Path) -> None:
    done = run(tools)
    assert (done.returncode, done.stderr) == (2, "no Python from 3.11 to 3.13 is on the PATH: install one\n")


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_a_python_that_is_too_old_or_too_new(version: tuple[int, int], tools: Path) -> None:
    python(tools / "python3", version)
    done = run(tools)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "no Python from 3.11 to 3.13 is on the PATH: install one\n"


def test_the_first_python_that_fits_is_taken(tools: Path) -> None:
    python(tools / "python3", (3, 12))
    assert run(tools).stdout.startswith("Python 3.12\nmake test PYTHON=python3\n")
    python(tools / "python3.13", (3, 13))
    assert run(tools).stdout.startswith("Python 3.13\nmake test PYTHON=python3.13\n")


def test_the_long_tier(tools: Path) -> None:
    python(tools / "python3", (3, 12))
    assert run(tools, "test-long").stdout.startswith("Python 3.12\nmake test-long PYTHON=python3\n")
