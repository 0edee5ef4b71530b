"""Mutation checks: change one token of the renderer, run the tests that should notice, report which one did.

`python tests/mutation/run.py [--only TEXT]` prints a line per mutation and a summary; it exits 1 where a mutation
survives that is not explained as equivalent. Copies of the package and of the models are changed, never they themselves.
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

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "generator" / "measuremart"


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
        shutil.copy(ROOT / "models" / "asked_hierarchy.sql", Path(folder) / "models")
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


def main() -> int:
    """Try every mutation, two at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only mutations that contain this text")
    chosen = [m for m in MUTATIONS if parser.parse_args().only in str(m)]
    start = time.perf_counter()
    unchanged = tried(None)
    if unchanged:
        print(f"the unchanged renderer already fails: {unchanged}")
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
    killed_by = tried(mutation)
    said = f"killed by {killed_by}" if killed_by else f"equivalent: {mutation.equivalent or 'NO, IT SURVIVED'}"
    print(f"{mutation}\n    {said}", flush=True)
    return Verdict(mutation, killed_by)


if __name__ == "__main__":
    sys.exit(main())
