"""dbt kept warm: one process for several commands, which pays the seconds of dbt's start once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.warehouse.build import without_cells
from measuremart.warehouse.dbt import WarehouseError, failed

_SERVER = Path(__file__).with_name("kept_server.py")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command of dbt ended: whether well, what it printed, and name, status and message of each node."""

    is_well: bool
    printed: str
    nodes: tuple[tuple[str, str, str], ...]

    def raise_for_failure(self) -> None:
        """Raise `WarehouseError` where it did not end well, with the names of nodes and no cell of a table."""
        bad = [(name, said) for name, status, said in self.nodes if status in ("error", "fail")]
        if not self.is_well and bad:
            lines = [f"{name}: {without_cells(said)}" for name, said in bad[:5]]
            raise WarehouseError("\n".join(["dbt could not build:", *lines]))
        if not self.is_well:
            raise failed(self.printed, "build")


@dataclass(frozen=True, slots=True)
class KeptDbt:
    """A running dbt; `said` is the file that it prints to."""

    process: subprocess.Popen[str]
    said: Path

    def run(self, arguments: Sequence[str]) -> Ended:
        """Run one command of dbt; return how it ended. Raises `WarehouseError` where dbt itself has ended."""
        assert self.process.stdin is not None
        self.said.write_text("", encoding="utf-8")
        asked = {"arguments": list(arguments), "said": str(self.said)}
        try:
            self.process.stdin.write(json.dumps(asked) + "\n")
            self.process.stdin.flush()
        except OSError:
            raise WarehouseError("dbt has ended") from None
        answer = _answer(self.process)
        printed = self.said.read_text(encoding="utf-8", errors="replace")
        printed = "\n".join(filter(None, [printed, answer["error"]]))
        return Ended(answer["success"], printed, tuple((n, status, said or "") for n, status, said in answer["nodes"]))

    def rows(self, queries: Mapping[str, str], options: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each query, every value a text. Raises `WarehouseError`."""
        if not queries:
            return {}
        arguments = ["--quiet", "run-operation", "rows_of_person", "--args", json.dumps({"queries": dict(queries)})]
        ended = self.run([*arguments, *options])
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in queries}
        is_whole = False
        for line in ended.printed.splitlines():
            if line.startswith("{"):
                found = json.loads(line)
                if found["query"] is None:
                    is_whole = True
                else:
                    rows[found["query"]].append(found["row"])
        if not ended.is_well or not is_whole:
            raise failed("\n".join(line for line in ended.printed.splitlines() if not line.startswith("{")))
        return rows


@contextmanager
def kept_dbt() -> Iterator[KeptDbt]:
    """Give a dbt that stays until the end of the block. Raises `WarehouseError` where dbt cannot be imported."""
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory() as folder:
        # -P: else Python would look for the modules dbt and profile in the folder of the script, and find ours.
        command = [sys.executable, "-P", str(_SERVER)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="utf-8", env=environment,
        )  # fmt: skip
        try:
            yield KeptDbt(process, Path(folder) / "said")
        finally:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    while True:
        line = process.stdout.readline()
        if not line:
            raise WarehouseError("dbt could not be started here: pip install dbt-duckdb (or another adapter)")
        found = json.loads(line)
        if "ready" not in found:
            return dict(found)
