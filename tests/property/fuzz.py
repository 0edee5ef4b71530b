"""Random definitions on every engine, as many as wanted: `python -m tests.property.fuzz --cases 5000 --seed 1`."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.postgres_server import PostgresServer

from property.bench import Case
from property.cases import numbered, used
from property.comparison import Trial, told, trial
from property.definitions import write_measures
from property.laws import write_laws
from property.reports import write_gaps, write_plain_reports, write_reports
from property.test_wide_dataset import wide_dataset

# Of ten cases, one has a report on top of its measures, one a report of plain measures, in which more keys are due, one a
# report above incomplete definitions, and one states laws.
WRITERS = {0: write_reports, 4: write_plain_reports, 6: write_gaps, 7: write_laws}
# The measures of one wide dataset, whose cells are known.
WIDE = 300
_SHOWN = 20


@dataclass
class Tally:
    """What a run has seen."""

    cases: int = 0
    discarded: int = 0
    relations: int = 0
    with_rows: int = 0
    used: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another run has seen."""
        self.cases += other.cases
        self.discarded += other.discarded
        self.relations += other.relations
        self.with_rows += other.with_rows
        self.used += other.used
        self.problems += other.problems
        self.differences += other.differences


def writer(number: int) -> Any:
    """Return what a case of this number is about."""
    return WRITERS.get(number % 10, write_measures)


def examined(case: Case, judge: Trial, tally: Tally, shrink_seconds: float, label: str) -> None:
    """Run a case and enter what came of it."""
    outcome = judge.run(case)
    if outcome.plan is None and not outcome.differences:
        tally.discarded += 1
        tally.problems[outcome.problems[0].split(": ", 1)[1][:80]] += 1
        return
    tally.cases += 1
    tally.used += used(case.definitions)
    rows = outcome.answers.get("referee", {}).values()
    tally.relations += len(rows)
    tally.with_rows += sum(bool(r) for r in rows)
    if outcome.differences:
        small = judge.smallest(case, outcome, shrink_seconds)
        tally.differences.append(f"{label}\n{told(small, judge.run(small).differences[0])}")


def run(job: tuple[str, int, range, float]) -> Tally:
    """Run the cases of some numbers."""
    dsn, seed, numbers, shrink_seconds = job
    tally = Tally()
    with trial(dsn) as judge:
        for number in numbers:
            examined(
                numbered(seed, number, writer(number)), judge, tally, shrink_seconds, f"case {number} of seed {seed}"
            )
            if len(tally.differences) >= _SHOWN:
                break
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--shrink-seconds", type=float, default=60.0)
    options = parser.parse_args()
    started = time.monotonic()
    tally = Tally()
    given = os.environ.get("MEASUREMART_TEST_POSTGRES")
    with nullcontext() if given else PostgresServer() as server:
        dsn = given or server.dsn
        with trial(dsn) as judge:
            wide_dataset(judge, WIDE)
        print(f"a dataset of {WIDE} measures: every cell as it should be", flush=True)
        size = max(min(50, options.cases // options.jobs), 1)
        jobs = [
            (dsn, options.seed, range(first, min(first + size, options.cases)), options.shrink_seconds)
            for first in range(0, options.cases, size)
        ]
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            for part in pool.imap_unordered(run, jobs):
                for text in part.differences:
                    print(f"\n{text}\n", flush=True)
                tally.add(part)
                done = tally.cases + tally.discarded
                print(
                    f"{done} of {options.cases} cases, {len(tally.differences)} differences, {time.monotonic() - started:.0f} s",
                    flush=True,
                )
    print("\nused: " + ", ".join(f"{what} {n}" for what, n in sorted(tally.used.items())))
    if tally.problems:
        print("discarded: " + "; ".join(f"{n} x {what}" for what, n in tally.problems.most_common()))
    share = 100 * tally.with_rows // max(tally.relations, 1)
    print(
        f"seed {options.seed}: {tally.cases} cases, {tally.used['section measures']} measures and "
        f"{tally.used['section subqueries']} subqueries and {tally.used['section reports']} reports, "
        f"{tally.relations} relations compared ({share}% with rows), {tally.discarded} discarded, "
        f"{len(tally.differences)} differences, {time.monotonic() - started:.0f} s"
    )
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
