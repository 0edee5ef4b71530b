"""`refresh: changed` leaves what a whole build leaves, relation by relation, whatever changed (docs/decisions/0016).

A source of OMOP changes at random between runs. One database is refreshed, run after run; another is built whole from
nothing. MEASUREMART_REFRESH_ROUNDS says how many rounds there are; without it, few.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from changing_source import (
    Changes,
    Execute,
    duckdb_source,
    load_duckdb,
    load_postgres,
    postgres_source,
    relations,
)
from dbt_runs import ROOT, Run, Warehouse
from postgres_builds import environment, postgres_schemas

ROUNDS = int(os.environ.get("MEASUREMART_REFRESH_ROUNDS", "2"))
PARTS = ["evidence__lung_mdt__treatment_near_death", "evidence__lung_mdt__small_cell_therapy_14_days"]
SELECTED = [*(f"+{part}" for part in PARTS), "+report__lung_mdt__counted", "+match__lung_function_measured"]
AS_OF = "2024-06-30"


@dataclass
class Site:
    """A source that changes, a database that is refreshed, and one that is built whole."""

    refreshed: Warehouse
    whole: Warehouse
    source: Callable[[], AbstractContextManager[Execute]]
    variables: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)
    selected: list[str] = field(default_factory=lambda: ["--select", *SELECTED])

    def run(self, warehouse: Warehouse, *arguments: str, **variables: Any) -> Run:
        run = warehouse.dbt(
            *(arguments or ("run", *self.selected)), variables=self.variables | variables, **self.env(warehouse)
        )
        assert run.exit_code == 0, run.output
        return run

    def refresh(self, *arguments: str, **variables: Any) -> Run:
        return self.run(self.refreshed, *arguments, **variables, refresh="changed")

    def env(self, warehouse: Warehouse) -> dict[str, str]:
        if "MEASUREMART_POSTGRES_SCHEMA" not in self.environment:
            return self.environment
        schema = self.environment["MEASUREMART_POSTGRES_SCHEMA"] + ("_w" if warehouse is self.whole else "_r")
        return self.environment | {"MEASUREMART_POSTGRES_SCHEMA": schema}

    def held(self, warehouse: Warehouse) -> dict[str, Counter[tuple[Any, ...]]]:
        left_out = ("refresh", "main", "catalogue", "publication")
        if not self.environment.get("MEASUREMART_POSTGRES_SCHEMA"):
            return relations(warehouse.rows, left_out)
        with self.source() as execute:
            return relations(execute, left_out, f"{self.env(warehouse)['MEASUREMART_POSTGRES_SCHEMA']}_")

    def change(self, seed: int, kinds: int = 4) -> list[str]:
        with self.source() as execute:
            return Changes(execute, seed).some(kinds)

    def assert_equal(self, said: object, **variables: Any) -> None:
        """The refreshed database holds what one holds that is built whole now."""
        self.run(self.whole, **variables)
        refreshed, whole = self.held(self.refreshed), self.held(self.whole)
        assert set(refreshed) == set(whole)
        assert [name for name in whole if refreshed[name] != whole[name]] == [], said

    def state(self) -> list[tuple[Any, ...]]:
        """How many tables hold the changes of which run."""
        schema = "refresh"
        if self.environment.get("MEASUREMART_POSTGRES_SCHEMA"):
            schema = f"{self.env(self.refreshed)['MEASUREMART_POSTGRES_SCHEMA']}_refresh"
            with self.source() as execute:
                return execute(f"select model, number from {schema}.model_state order by 1")
        return self.refreshed.rows(f"select model, number from {schema}.model_state order by 1")


@pytest.fixture(scope="module")
def persons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Invented persons as parquet files."""
    folder = tmp_path_factory.mktemp("persons")
    command = [sys.executable, "-m", "benchmarks.synthetic_omop", "--persons", "100", "--out", str(folder / "omop")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "omop"


@pytest.fixture(params=["duckdb", "postgres"])
def site(request: pytest.FixtureRequest, persons: Path, tmp_path: Path) -> Iterator[Site]:
    said = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    variables = {
        "packs": ["oncology", "lung"],
        "omop_source": "schema",
        "absent_columns": said["demo_absent_columns"],
        "as_of": AS_OF,
    }
    for name in ("refreshed", "whole"):
        (tmp_path / name).mkdir()
    if request.param == "duckdb":
        database = tmp_path / "source.duckdb"
        load_duckdb(database, persons)
        ours = partial(Warehouse, target="duckdb_attached", attached=database)
        yield Site(
            ours(tmp_path / "refreshed"),
            ours(tmp_path / "whole"),
            partial(duckdb_source, database),
            variables | {"omop_database": "omop", "omop_schema": "main"},
            {"MEASUREMART_OMOP_DUCKDB": str(database)},
        )
        return
    dsn = request.getfixturevalue("postgres_dsn")
    schema = f"refresh_{random.randrange(10**6)}"
    with postgres_schemas(dsn, schema):
        load_postgres(dsn, f"{schema}_omop", persons)
        yield Site(
            Warehouse(tmp_path / "refreshed", target="postgres"),
            Warehouse(tmp_path / "whole", target="postgres"),
            partial(postgres_source, dsn, f"{schema}_omop"),
            variables | {"omop_schema": f"{schema}_omop"},
            environment(dsn, schema),
        )


def test_random_changes_end_as_a_whole_build_does(site: Site) -> None:
    """Also after runs of a part alone, and runs that another run follows without a change."""
    site.run(site.refreshed, "seed")
    site.run(site.whole, "seed")
    site.run(site.refreshed)
    site.refresh()
    for number in range(ROUNDS):
        seed = number + 1
        said = [site.change(seed)]
        if seed % 2 == 0:
            site.refresh("run", "--select", random.Random(seed).choice(PARTS), "target__condition", "target__death")
            said.append(site.change(seed + 1000))
        site.refresh()
        site.assert_equal((seed, said))


def by_person(run: Run) -> set[str]:
    """Return the tables of which a run made the rows of changed persons alone."""
    return {file.stem for file in (run.target / "run").rglob("*.sql") if "as refreshed" in file.read_text()}
