"""Queries through `dbt show`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


class WarehouseError(Exception):
    """dbt could not be started, or said no; the message is for a person."""


def dbt_command() -> str:
    """Return the path of the `dbt` command: the one beside this Python, else the first on the PATH."""
    beside = Path(sys.executable).parent / "dbt"
    found = str(beside) if beside.exists() else shutil.which("dbt")
    if found is None:
        raise WarehouseError("dbt is not installed here: pip install dbt-duckdb (or another adapter)")
    return found


def query(project: Path, sql: str, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the rows of a query that may use `ref()`, through `dbt show`. Raises `WarehouseError`.

    `options` are passed on to dbt (`--target`, `--profiles-dir`, `--vars` ...).
    """
    command = [
        dbt_command(), "--quiet", "--no-use-colors", "show", "--inline", sql, "--limit", "-1", "--output", "json",
        "--project-dir", str(project), *options,
    ]  # fmt: skip
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        raise WarehouseError(f"dbt could not answer; was the project built (dbt build)? It says:\n{said}")
    start = done.stdout.find("{")
    if start < 0:
        raise WarehouseError("dbt answered nothing")
    rows = json.JSONDecoder().raw_decode(done.stdout[start:])[0]["show"]
    return list(rows)
