"""How long `measuremart import oa-cohorts` takes, as a whole process, for a configuration of a whole hospital.

    python -m benchmarks.import_speed                # 147 subqueries, 84 measures, 1,050 rules, three runs of each kind
    python -m benchmarks.import_speed --scale 10     # ten times as many

Writes a folder in the 0.13 layout: rules of every matcher with their notes, subqueries over every target, leaves,
combinations three deep, windows, criteria by person and by treatment, indicators, and reports. Then times the command,
from the start of Python to its end: the first import, and one that changes nothing.

The target is under five seconds on two cores.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuremart.importers.oa_cohorts.layouts import TABLES

ROOT = Path(__file__).resolve().parents[1]
TARGET_SECONDS = 5.0
SUBQUERIES, MEASURES, RULES, INDICATORS = 147, 84, 1050, 40
TARGETS = (
    ("dx_primary", "dt_current_start"),
    ("dx_stage", "dt_stage"),
    ("dx_mets", "dt_mets"),
    ("meas_concept", "dt_meas"),
    ("obs_concept", "dt_obs"),
    ("proc_concept", "dt_proc_start"),
    ("ev_visit", "dt_visit"),
    ("intent_rt", "dt_rad"),
)
WORDS = ("early", "late", "small", "large", "confirmed", "suspected", "first", "second", "curative", "palliative")

Rows = list[tuple[object, ...]]


def _heading(table: str) -> tuple[object, ...]:
    """Return the names of a table's columns in the 0.13 layout, in the order of the importer's own list."""
    columns = next(t for t in TABLES if t.name == table).columns
    return tuple(c.names["0.13"] for c in columns if "0.13" in c.names)


def _name(chance: random.Random, number: int) -> str:
    return f"{' '.join(chance.sample(WORDS, chance.randint(2, 5))).capitalize()} finding {number}"


def _rules(chance: random.Random, rules: int, subqueries: int) -> tuple[Rows, Rows]:
    listed: Rows = []
    mapped: Rows = []
    for number in range(1, rules + 1):
        subquery = 1 + number % subqueries
        matcher = chance.choice(["exact"] * 6 + ["hierarchy"] * 3 + ["hierarchyexclusion"])
        note = f"as agreed in meeting {number}" if chance.random() < 0.2 else ""
        listed.append((number, matcher, 4_000_000 + number, note, "", "", "", ""))
        mapped.append((subquery, number))
    return listed, mapped


def _measures(chance: random.Random, measures: int, subqueries: int) -> tuple[Rows, Rows, Rows]:
    listed: Rows = [(0, "FULL COHORT", "or", "", "cancer", "False")]
    children: Rows = []
    windows: Rows = []
    leaves = measures // 2
    for number in range(1, measures + 1):
        if number <= leaves:
            listed.append((number, _name(chance, number), "or", 1 + number % subqueries, "cancer", "False"))
        elif chance.random() < 0.2:
            listed.append((number, _name(chance, number), "or", 1 + number % subqueries, "cancer", "False"))
            windows.append((number, "", chance.randint(1, leaves), -30, 60, "closest", "candidate", "True", *[""] * 4))
        else:
            operator = chance.choice(["or", "and", "and", "except"])
            by_person = str(chance.random() < 0.2)
            listed.append((number, _name(chance, number), operator, "", "cancer", by_person))
            children += [(number, child) for child in sorted(chance.sample(range(1, number), 3))]
    return listed, children, windows


def tables(scale: int, seed: int = 1) -> dict[str, Rows]:
    """The tables of a folder so many times as large as a hospital's, by file name, each with its heading."""
    chance = random.Random(seed)
    subqueries, measures, rules = SUBQUERIES * scale, MEASURES * scale, RULES * scale
    listed_rules, mapped = _rules(chance, rules, subqueries)
    listed, children, windows = _measures(chance, measures, subqueries)
    indicators = INDICATORS * scale
    return {
        "phenotype": [("phenotype_id", "phenotype_name", "description")],
        "phenotype_definition": [("phenotype_id", "query_concept_id")],
        "query_rule": [
            _heading("query_rule"),
            *listed_rules,
        ],
        "subquery": [
            ("subquery_id", "target", "temporality", "name", "short_name"),
            *((n, *TARGETS[n % len(TARGETS)], f"{_name(chance, n)} rows", f"s{n}") for n in range(1, subqueries + 1)),
        ],
        "subquery_rule_map": [("subquery_id", "query_rule_id"), *mapped],
        "measure": [
            ("measure_id", "name", "combination", "subquery_id", "matching_scope", "person_ep_override"),
            *listed,
        ],
        "measure_relationship": [("parent_measure_id", "child_measure_id"), *children],
        "measure_temporal_window": [
            _heading("measure_temporal_window"),
            *windows,
        ],
        "dash_cohort_def": [
            ("dash_cohort_def_id", "dash_cohort_def_name", "dash_cohort_def_short_name", "measure_id"),
            (1, "Everyone with the first finding", "one", 1),
        ],
        "dash_cohort": [("dash_cohort_id", "dash_cohort_name"), (1, "All")],
        "dash_cohort_def_map": [("dash_cohort_def_id", "dash_cohort_id"), (1, 1)],
        "indicator": [
            _heading("indicator"),
            *(
                (
                    *(n, f"{_name(chance, n)} was looked after", f"REF {n}", chance.randint(1, measures), "", 0, ""),
                    *("episode", "any", "cohort", "denominator", "exclude", 30, 60, "", "", 80, "percent"),
                )
                for n in range(1, indicators + 1)
            ),
        ],
        "report": [
            _heading("report"),
            (1, "Everything", "all", "All there is", "2026-01-01", "2026-01-01", "", ""),
        ],
        "report_cohort_map": [
            ("report_cohort_map_id", "report_id", "dash_cohort_id", "primary_cohort"),
            (1, 1, 1, "t"),
        ],
        "report_indicator_map": [("report_id", "indicator_id"), *((1, n) for n in range(1, indicators + 1))],
    }


def write(folder: Path, scale: int) -> None:
    """Write such a folder."""
    folder.mkdir(parents=True)
    for name, rows in tables(scale).items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def seconds(project: Path, folder: Path) -> float:
    """Time one run of the command; stop where it fails."""
    command = [sys.executable, "-c", "from measuremart.cli import main; main()", "import", "oa-cohorts", str(folder)]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--pack", "hospital", "--project-dir", str(project)], capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"measuremart failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return taken


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=int, default=1, help="How many times the size of a hospital's configuration.")
    parser.add_argument("--runs", type=int, default=3, help="How many runs of each kind.")
    options = parser.parse_args()
    times: dict[str, list[float]] = {"first": [], "again": []}
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory() as name:
            project, folder = Path(name) / "project", Path(name) / "folder"
            for pack in ("omop", "oncology"):
                shutil.copytree(ROOT / "definitions" / pack, project / "definitions" / pack)
            write(folder, options.scale)
            times["first"].append(seconds(project, folder))
            times["again"].append(seconds(project, folder))
    counts = [n * options.scale for n in (SUBQUERIES, MEASURES, RULES)]
    print(f"{counts[0]:,} subqueries, {counts[1]:,} measures, {counts[2]:,} rules")
    for kind, found in times.items():
        print(f"  {kind:6} {statistics.median(found):5.2f} s   (of {', '.join(f'{t:.2f}' for t in found)})")
    if options.scale == 1:
        worst = max(statistics.median(found) for found in times.values())
        print(f"  target {TARGET_SECONDS:5.2f} s: {'met' if worst < TARGET_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main()
