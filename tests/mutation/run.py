"""Mutation checks: change one token of the renderer or the project, run the tests that should notice, report which one did.

`python tests/mutation/run.py [--of renderer|project] [--only TEXT]` prints a line per mutation and a summary; it exits 1
where a mutation survives that is not explained as equivalent. The renderer's mutations meet all of killers.py; those of the
project (macros, marts, hooks) the one pytest test that each names. Copies are changed, never the files themselves.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mutations import MUTATIONS, Mutation
from project_mutations import PROJECT_MUTATIONS, ProjectMutation

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "generator" / "measuremart"
# What the project's tests have no need of.
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", ".*_cache", "__pycache__", "build", "target", "logs", "docs", "*.duckdb"
)


@dataclass(frozen=True)
class Verdict:
    """What became of a mutation: the test that killed it, or nothing."""

    mutation: Mutation
    killed_by: str


def tried(mutation: Mutation | None) -> str:
    """Run the killers on a copy of the package with the mutation; return the test that failed, empty if none did."""
    with tempfile.TemporaryDirectory(prefix="mutation_") as folder:
        copy = Path(folder) / "measuremart"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "models" / "evaluation", Path(folder) / "models" / "evaluation")
        vocabulary = Path("models") / "core" / "concepts"
        shutil.copytree(ROOT / vocabulary, Path(folder) / vocabulary)
        if mutation is not None:
            path = Path(folder) / mutation.file if mutation.is_of_a_model else copy / "render" / mutation.file
            path.write_text(mutation.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(HERE / "killers.py")],
            env=os.environ
            | {"PYTHONPATH": folder, "MEASUREMART_TEST_MODELS": f"{folder}/models", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        return ""
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return lines[-1] if lines else f"exit {done.returncode}"


def tried_on_project(mutation: ProjectMutation | None, *tests: str) -> str:
    """Run tests on a copy of the project with the mutation; return the test that failed, empty if none did.

    Raises `RuntimeError` where pytest did not run them: a test that is not there notices nothing.
    """
    with tempfile.TemporaryDirectory(prefix="mutation_") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if mutation is not None:
            path = copy / mutation.file
            path.write_text(mutation.applied(path.read_text(encoding="utf-8")), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            cwd=copy,
        )
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode not in (0, 1) or (done.returncode == 1 and not failed):
        raise RuntimeError(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return failed[0][:150] if done.returncode else ""


def main() -> int:
    """Try every mutation, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", default="", choices=["renderer", "project"], help="only mutations of one of the two")
    parser.add_argument("--only", default="", help="only mutations that contain this text")
    given = parser.parse_args()
    listed: list[Mutation] = [*([] if given.of == "project" else MUTATIONS)]
    listed += [] if given.of == "renderer" else PROJECT_MUTATIONS
    chosen = [m for m in listed if given.only in str(m)]
    start = time.perf_counter()
    of_project = sorted({m.noticed_by for m in chosen if isinstance(m, ProjectMutation)})
    unchanged = tried(None) if any(not isinstance(m, ProjectMutation) for m in chosen) else ""
    if of_project and not unchanged:
        unchanged = tried_on_project(None, *of_project)
    if unchanged:
        print(f"unchanged, it already fails: {unchanged}")
        return 2
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(_verdict, chosen))
    survivors = [v for v in verdicts if not v.killed_by and not v.mutation.equivalent]
    equivalent = [v for v in verdicts if not v.killed_by and v.mutation.equivalent]
    killed = len(verdicts) - len(survivors) - len(equivalent)
    print(
        f"{len(verdicts)} mutations: {killed} killed, {len(equivalent)} equivalent, "
        f"{len(survivors)} survived, {time.perf_counter() - start:.0f} s"
    )
    return 1 if survivors else 0


def _verdict(mutation: Mutation) -> Verdict:
    if isinstance(mutation, ProjectMutation):
        killed_by = tried_on_project(mutation, mutation.noticed_by)
    else:
        killed_by = tried(mutation)
    said = f"killed by {killed_by}" if killed_by else f"equivalent: {mutation.equivalent or 'NO, IT SURVIVED'}"
    print(f"{mutation}\n    {said}", flush=True)
    return Verdict(mutation, killed_by)


if __name__ == "__main__":
    sys.exit(main())
