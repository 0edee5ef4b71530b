"""What whole builds cost, by size and engine: processor seconds, memory, bytes, layers, the limit, growth.

    python -m benchmarks.whole                                    # 20,000 persons, lung, DuckDB: a minute or two
    python -m benchmarks.whole --persons 20000 200000 1000000     # growth in persons
    python -m benchmarks.whole --measures 100 300                 # growth in measures, over few persons
    python -m benchmarks.whole --engine postgres
    python -m benchmarks.whole --page                             # writes the page and its pictures from all results

Each run writes `benchmarks/results/<day>-<engine>-<sizes>.json`. Seconds are seconds of the processor, user and system
together: those of a clock say what else a machine was doing.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.build_cost import ROOT
from benchmarks.whole.builds import THREADS, copied, on_duckdb, on_postgres, said
from benchmarks.whole.page import write_page
from benchmarks.whole.processes import finished
from benchmarks.whole.replay import IN_LIMIT, MARTS

RESULTS = ROOT / "benchmarks" / "results"
FEW = 100
LUNG_MEASURES = 22


def made(persons: int, folder: Path) -> Path:
    """Invent persons; return the folder of their parquet files."""
    out = folder / f"persons_{persons}"
    if not out.exists():
        command = [sys.executable, "-m", "benchmarks.synthetic_omop", "--persons", str(persons), "--out", str(out)]
        finished(command, ROOT)
    return out


def by_layer(statements: list[dict[str, Any]]) -> dict[str, float]:
    """Add up processor seconds by layer."""
    found: dict[str, float] = {}
    for one in statements:
        found[one["layer"]] = found.get(one["layer"], 0.0) + one["cpu_seconds"]
    return {name: round(spent, 2) for name, spent in sorted(found.items(), key=lambda item: -item[1])}


def on_lung(persons: int, engine: str, folder: Path) -> dict[str, Any]:
    """Build the lung pack over so many persons, and on DuckDB run the limit over the same."""
    source = made(persons, folder)
    with tempfile.TemporaryDirectory(dir=folder) as at:
        work = Path(at)
        if engine == "postgres":
            return {"persons": persons, "measures": LUNG_MEASURES} | on_postgres(ROOT, work, source, said(ROOT, source))
        found = on_duckdb(ROOT, work, yaml.safe_dump(said(ROOT, source), default_flow_style=True))
        command = [sys.executable, "-m", "benchmarks.whole.limit_lung", str(source), str(THREADS)]
        limit = json.loads(finished([*command, str(work / "whole_build.duckdb")], ROOT).output)
    statements = found.pop("statements")
    layers = by_layer(statements)
    models = sum(spent for name, spent in layers.items() if name != "tests")
    size = sum(file.stat().st_size for file in source.glob("*.parquet"))
    return {
        "persons": persons,
        "measures": LUNG_MEASURES,
        "gigabytes_of_source": round(size / 1e9, 3),
        **found,
        "limit": limit,
        "engine_cpu_seconds": {"models": round(models, 2), "tests": layers.get("tests", 0.0)},
        "layers": layers,
        "ratio_with_all_marts": round(models / limit["cpu_seconds"], 2),
        "ratio_of_what_the_limit_computes": round(
            sum(layers.get(name, 0.0) for name in IN_LIMIT) / limit["cpu_seconds"], 2
        ),
        "marts_share": round(sum(layers.get(name, 0.0) for name in MARTS) / models, 3),
        "slowest": sorted(statements, key=lambda one: -one["cpu_seconds"])[:15],
    }


def of_measures(measures: int, folder: Path) -> dict[str, Any]:
    """Build a pack of so many invented measures over few persons."""
    source = made(FEW, folder)
    with tempfile.TemporaryDirectory(dir=folder) as at:
        project = copied(Path(at), measures)
        given = said(project, source) | {"packs": ["synthetic"]}
        found = on_duckdb(project, Path(at), yaml.safe_dump(given, default_flow_style=True))
    layers = by_layer(found.pop("statements"))
    models = round(sum(spent for name, spent in layers.items() if name != "tests"), 2)
    return {"persons": FEW, "measures": measures, **found, "engine_cpu_seconds": {"models": models}, "layers": layers}


def growth(runs: list[dict[str, Any]], axis: str) -> list[dict[str, float]]:
    """Return the exponents between neighbouring sizes: engine seconds grow as the size to that power."""
    runs = sorted(runs, key=lambda run: run[axis])
    return [
        {
            "from": a[axis],
            "to": b[axis],
            "exponent": round(
                math.log(b["engine_cpu_seconds"]["models"] / a["engine_cpu_seconds"]["models"])
                / math.log(b[axis] / a[axis]),
                2,
            ),
        }
        for a, b in itertools.pairwise(runs)
        if "engine_cpu_seconds" in a and a[axis] != b[axis]
    ]


def machine() -> dict[str, Any]:
    """Say what this is measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "day": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "cores": os.cpu_count(),
        "gigabytes_of_memory": round(memory),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--persons", type=int, nargs="*", default=None, help="sizes of the source")
    parser.add_argument("--measures", type=int, nargs="*", default=[], help="sizes of an invented pack")
    parser.add_argument("--engine", choices=("duckdb", "postgres"), default="duckdb")
    parser.add_argument("--folder", type=Path, help="where invented persons are kept between runs")
    parser.add_argument("--page", action="store_true", help="write docs/reference/benchmarks.md from all results")
    options = parser.parse_args()
    if options.page:
        write_page(RESULTS, ROOT / "docs" / "reference")
        return
    sizes = options.persons if options.persons is not None else ([] if options.measures else [20_000])
    found: dict[str, Any] = {"engine": options.engine, "machine": machine(), "runs": []}
    named = [f"{p}p" for p in sizes] + [f"{m}m" for m in options.measures]
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{found['machine']['day']}-{options.engine}-{'-'.join(named)}.json"
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for run in itertools.chain(
            (on_lung(persons, options.engine, folder) for persons in sizes),
            (of_measures(measures, folder) for measures in options.measures),
        ):
            print(json.dumps({k: v for k, v in run.items() if k != "slowest"}), flush=True)
            found["runs"].append(run)
            found["growth"] = {
                "persons": growth([one for one in found["runs"] if one["persons"] != FEW], "persons"),
                "measures": growth([one for one in found["runs"] if one["persons"] == FEW], "measures"),
            }
            # after each run: a larger one may not end
            file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"growth: {found['growth']}\nwritten: {file.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
