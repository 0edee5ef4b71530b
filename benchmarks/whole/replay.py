"""What the engine alone spends on a build: dbt's compiled statements, in dbt's order, through one DuckDB connection.

    python -m benchmarks.whole.replay TARGET_FOLDER DATABASE THREADS

Prints JSON: processor seconds of every model and data test, with its layer. The database is the one that dbt has just
built: each statement replaces its relation as the build did.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import duckdb

# The folder of a node, longest first, and its layer. `limit` computes what these layers hold, and no more.
LAYERS = {
    "models/core/staging": "staging",
    "models/core/episodes": "episodes",
    "models/core/targets": "targets",
    "models/core": "other",
    "models/generated": "definitions",
    "models/evaluation/counts": "counts",
    "models/evaluation/indicator_result": "results",
    "models/evaluation": "other",
    "models/marts": "marts",
}
IN_LIMIT = ("staging", "episodes", "targets", "definitions", "results")
MARTS = ("counts", "marts")


def layer(node: dict[str, Any]) -> str:
    """Name the layer of a node; that of a test is `tests`."""
    if node["resource_type"] == "test":
        return "tests"
    path = node["original_file_path"]
    if path.endswith("__dataset.sql") or Path(path).name.startswith("dataset_"):
        return "datasets"
    return next((name for folder, name in LAYERS.items() if path.startswith(folder)), "other")


def statement(target: Path, node: dict[str, Any], compiled: str | None) -> str | None:
    """Return what dbt ran for a node, or nothing where a build leaves the relation alone."""
    if node["resource_type"] == "test":
        return f"select count(*) from ({compiled}\n) as failed" if compiled else None
    if node["resource_type"] != "model" or node["config"]["materialized"] not in ("table", "view"):
        return None
    file = target / "run" / node["package_name"] / node["original_file_path"]
    return file.read_text(encoding="utf-8") if file.exists() else None


def seconds() -> float:
    """Processor seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def replayed(target: Path, database: Path, threads: int) -> list[dict[str, object]]:
    """Run every statement of a finished build again; return name, layer and processor seconds of each."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    found: list[dict[str, object]] = []
    with duckdb.connect(str(database), config={"threads": threads}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set global disabled_optimizers = 'top_n_window_elimination'")  # as a build does
        for result in results:
            node = nodes.get(result["unique_id"])
            sql = node and statement(target, node, result.get("compiled_code"))
            if not sql:
                continue
            before = seconds()
            connection.execute(sql).fetchall()
            spent = round(seconds() - before, 4)
            found.append({"name": node["name"], "layer": layer(node), "cpu_seconds": spent})
    return found


if __name__ == "__main__":
    print(json.dumps(replayed(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))
