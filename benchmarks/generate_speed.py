"""How long `measuremart generate` takes, as a whole process, for a pack of many measures.

    python -m benchmarks.generate_speed              # 300 measures, three runs of each kind
    python -m benchmarks.generate_speed -n 1000 --runs 5

Writes a pack into a temporary folder: for every three measures one concept set and two subqueries with several
matchers; measures that mix leaves, OR, AND, EXCEPT, windows, counts, filters and inline parts, each of one to three
earlier ones; for every 25 an indicator; for every ten indicators a report. Then times the command, from the start of
Python to its end:

    first    into an empty project: everything is written
    again    nothing has changed: everything is read, rendered and compared
    check    `--check`, as a build server runs it
    one      after one measure was edited

The target is under three seconds for 300 measures on two cores (measured in autumn 2026: 1.2 to 1.3 s for the
628 models of such a pack). `--profile` says where the time goes, for one run in this process.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TARGET_SECONDS = 3.0
TARGETS = ("condition", "drug", "procedure", "measurement", "observation")
PHRASES = ("recorded", "confirmed by a specialist", "seen in the clinic", "noted in a letter", "found at review")


def concept_set(chance: random.Random, number: int) -> dict[str, object]:
    """One concept set: some concepts, most with descendants, one taken out again."""
    first = 1_000_000 + number * 1000
    listed = [{"id": first + n * 7, "descendants": chance.random() < 0.7} for n in range(chance.randint(2, 12))]
    return {
        "description": f"Concepts of finding {number}, {chance.choice(PHRASES)}.",
        "concepts": [*listed, {"id": first + 3, "descendants": True, "exclude": True}],
    }


def subquery(chance: random.Random, number: int, sets: int) -> dict[str, object]:
    """One subquery of one to three rules, some with exclusions and conditions."""
    concept = 2_000_000 + number * 10
    rules: list[dict[str, object]] = [
        {"phenotype": f"set_{number % sets}"},
        {"hierarchy": [concept, concept + 1]},
        {"exact": concept + 2, "presence": "start"},
        {"substring": f"finding {number} 100%"},
        {"exact": concept + 4, "role": "type"},
    ]
    body: dict[str, object] = {
        "description": f"Rows of finding {number}, {chance.choice(PHRASES)}.",
        "target": TARGETS[number % len(TARGETS)],
        "rules": chance.sample(rules, chance.randint(1, 3)),
    }
    if chance.random() < 0.3:
        body["exclude"] = [{"exact": concept + 5}]
    if chance.random() < 0.2:
        body["where"] = {"age": {"min": 18}, "on_or_after": "2020-01-01"}
    if body["target"] == "measurement" and chance.random() < 0.5:
        body["rules"] = [{"all": [{"exact": concept}, {"scalar": {"op": ">=", "value": 7.5}}]}]
    return body


def measure(chance: random.Random, number: int, subqueries: int) -> dict[str, object]:
    """One measure: a leaf, or an operator over earlier measures."""
    description = f"Measure {number}: {chance.choice(PHRASES)}."
    if number < 20 or chance.random() < 0.3:
        return {"description": description, "subquery": f"rows_{number % subqueries}"}
    a, b, c = (f"measure_{chance.randrange(number)}" for _ in range(3))
    operators: list[dict[str, object]] = [
        {"or": [a, b, c]},
        {"and": [a, b]},
        {"and": [a, {"or": [b, {"subquery": f"rows_{number % subqueries}"}]}], "moments": "all"},
        {"and": [a, {"target": "drug", "rules": [{"hierarchy": 3_000_000 + number}]}]},
        {"except": [a, b]},
        {"first": a},
        {"count": {"of": a, "at_least": 2, "within": {"days": 90}}},
        {"filter": {"of": a, "age": {"min": 18, "max": 75}}},
        {"window": {"anchor": a, "candidate": b, "from": {"days": 0}, "to": {"days": 42}}},
        {"window": {"anchor": a, "candidate": b, "from": {"months": -1}, "pick": "closest", "anchor_pick": "all"}},
    ]
    return {"description": description} | chance.choice(operators)


def pack(measures: int, seed: int = 1) -> dict[str, dict[str, object]]:
    """The sections of a pack of so many measures."""
    chance = random.Random(seed)
    sets, subqueries, indicators = max(1, measures // 3), max(1, measures * 2 // 3), max(1, measures // 25)
    names = [f"indicator_{n}" for n in range(indicators)]
    return {
        "concept_sets": {f"set_{n}": concept_set(chance, n) for n in range(sets)},
        "subqueries": {f"rows_{n}": subquery(chance, n, sets) for n in range(subqueries)},
        "measures": {f"measure_{n}": measure(chance, n, subqueries) for n in range(measures)},
        "cohorts": {"cohort": {"description": "A cohort.", "definitions": {"one": "measure_0", "two": "measure_1"}}},
        "indicators": {
            name: {
                "title": f"Indicator {n}",
                "description": f"Who was due care {n}, and who got it.",
                "denominator": "full_cohort" if n % 2 else f"measure_{n * 2}",
                "numerator": f"measure_{measures - 1 - n}",
                "exclusions": [f"measure_{n + 1}"],
                "numerator_window": {"after": {"days": 62}},
                "benchmark": {"value": 80},
            }
            for n, name in enumerate(names)
        },
        "reports": {
            f"report_{n}": {
                "title": f"Report {n}",
                "description": "A report.",
                "cohorts": ["cohort"],
                "indicators": names[n * 10 : n * 10 + 10],
                "periods": ["month", "year"],
            }
            for n in range(-(-indicators // 10))
        },
    }


def write(project: Path, measures: int) -> None:
    """Write the shipped populations and targets and the synthetic pack, one file a section."""
    shutil.copytree(ROOT / "definitions" / "omop", project / "definitions" / "omop")
    folder = project / "definitions" / "synthetic"
    folder.mkdir()
    for section, entries in pack(measures).items():
        text = yaml.safe_dump({section: entries}, sort_keys=False).replace("'2020-01-01'", "2020-01-01")
        (folder / f"{section}.yml").write_text(text, encoding="utf-8")


def seconds(project: Path, *options: str) -> float:
    """Time one run of the command; stop where it fails."""
    command = [sys.executable, "-c", "from measuremart.cli import main; main()", "generate", *options]
    start = time.perf_counter()
    done = subprocess.run([*command, "--project-dir", str(project)], capture_output=True, text=True, check=False)
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"measuremart failed ({done.returncode}):\n{done.stderr[-3000:]}")
    return taken


def measured(measures: int, runs: int) -> dict[str, list[float]]:
    """Time every kind of run; the rounds repeat all of them, so that a busy moment hits each alike."""
    times: dict[str, list[float]] = {kind: [] for kind in ("first", "again", "check", "one")}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder)
            write(project, measures)
            times["first"].append(seconds(project))
            times["again"].append(seconds(project))
            times["check"].append(seconds(project, "--check"))
            file = project / "definitions" / "synthetic" / "measures.yml"
            file.write_text(file.read_text().replace("Measure 5:", "Measure five:"), encoding="utf-8")
            times["one"].append(seconds(project))
    return times


def profile(measures: int) -> None:
    """Print where the time goes, for one run into an empty project in this process."""
    from measuremart.pipeline import pending_changes, read_definitions
    from measuremart.write import apply

    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), measures)
        with cProfile.Profile() as found:
            apply(Path(folder), pending_changes(Path(folder), read_definitions(Path(folder) / "definitions").plan))
        pstats.Stats(found).sort_stats("cumulative").print_stats(35)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-n", "--measures", type=int, default=300, help="How many measures the pack has.")
    parser.add_argument("--runs", type=int, default=3, help="How many runs of each kind.")
    parser.add_argument("--profile", action="store_true", help="Print a profile instead.")
    options = parser.parse_args()
    if options.profile:
        profile(options.measures)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.measures)
        seconds(Path(folder))
        models = len(list((Path(folder) / "models").rglob("*.sql")))
        size = sum(file.stat().st_size for file in (Path(folder) / "models").rglob("*") if file.is_file())
    print(f"{options.measures:,} measures, {models:,} models, {size / 1e6:.1f} MB of models, {os.cpu_count()} cores")
    times = measured(options.measures, options.runs)
    for kind, found in times.items():
        print(f"  {kind:6} {statistics.median(found):5.2f} s   (of {', '.join(f'{t:.2f}' for t in found)})")
    worst = max(statistics.median(found) for found in times.values())
    if options.measures == 300:
        print(f"  target {TARGET_SECONDS:5.2f} s: {'met' if worst < TARGET_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main()
