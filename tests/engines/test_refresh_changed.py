"""`refresh: changed` leaves what a whole build leaves, relation by relation, whatever changed (docs/decisions/0016).

A source of OMOP changes at random between runs. One database is refreshed, run after run; another is built whole from
nothing.
"""

import json
import random
import shutil
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
from dbt_runs import ROOT, Run, Warehouse, lean_project
from lab.tiers import size
from postgres_builds import environment, postgres_schemas

ROUNDS = size(2, 10)
# The results read the whole pack.
PARTS = ["evidence__lung_mdt__small_cell_therapy_14_days", "report__lung_mdt__counted", *size([], ["indicator_result"])]
SELECTED = [f"+{part}" for part in PARTS]
FEW = ["+measure__observed_at_diagnosis", "+measure__small_cell_confirmed"]
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

    def seed(self, *warehouses: Warehouse) -> None:
        for warehouse in warehouses:
            self.run(warehouse, "seed", "--select", "path:seeds/generated", "path:seeds/reference")

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

    def noted(self) -> set[int | None]:
        """The persons that the last run noted down."""
        query = "select person_id from {0}.changed_person where number = (select max(number) from {0}.run)"
        if not self.environment.get("MEASUREMART_POSTGRES_SCHEMA"):
            return {person for (person,) in self.refreshed.rows(query.format("refresh"))}
        with self.source() as execute:
            schema = self.env(self.refreshed)["MEASUREMART_POSTGRES_SCHEMA"]
            return {person for (person,) in execute(query.format(f"{schema}_refresh"))}

    def kill_after(self, tables: int) -> None:
        """Begin to refresh, and kill dbt when it has made so many relations."""
        given = self.refreshed.arguments("run", *self.selected, packs=self.variables["packs"])
        given += ["--vars", json.dumps(self.variables | {"refresh": "changed"})]
        dbt = subprocess.Popen(
            [str(Path(sys.executable).parent / "dbt"), *given],
            cwd=self.refreshed.folder,
            env=self.refreshed.environment(**self.env(self.refreshed)),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert dbt.stdout is not None
        made = 0
        for line in dbt.stdout:
            made += " OK created sql " in line
            if made == tables:
                dbt.send_signal(signal.SIGKILL)
                break
        assert dbt.wait() == -signal.SIGKILL
        dbt.stdout.close()


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
    """Also after another day as_of, runs of a part alone, and runs that another run follows without a change."""
    site.seed(site.refreshed, site.whole)
    site.refresh()
    as_of = AS_OF
    for seed in range(1, ROUNDS + 1):
        said: list[object] = [site.change(seed)]
        if seed % 2 == 0:
            part = random.Random(seed).choice(PARTS)
            site.refresh("run", "--select", part, "target__condition", "episode_lineage", as_of=as_of)
            as_of = f"20{20 + seed % 5}-03-{seed % 28 + 1:02}"
            said += [part, as_of, site.change(seed + 1000)]
        site.refresh(as_of=as_of)
        site.assert_equal((seed, said), as_of=as_of)


def test_a_changed_person_is_the_only_one_whose_rows_are_made(site: Site) -> None:
    """And a run after which nothing changed notes down nobody."""
    site.seed(site.refreshed)
    site.refresh()
    assert by_person(site.refreshed) == set()
    with site.source() as execute:
        (person,) = execute("select min(person_id) from condition_occurrence where condition_concept_id = 4110705")[0]
        execute(f"update condition_occurrence set condition_concept_id = 4311499 where person_id = {person}")
    site.refresh()
    assert {*PARTS, "match__small_cell_recorded", "report__lung_mdt"} <= by_person(site.refreshed)
    assert site.noted() == {person}
    site.refresh()
    assert site.noted() == set()


def test_a_killed_run_is_ended_by_the_next(site: Site) -> None:
    site.selected = ["--select", *FEW]
    site.seed(site.refreshed, site.whole)
    site.refresh()
    said = site.change(7, kinds=6)
    for tables in (12, 33):
        site.kill_after(tables)
    said += site.change(8, kinds=1)
    site.refresh()
    site.assert_equal(said)


def test_what_is_no_person_and_changed_makes_tables_whole(site: Site, tmp_path: Path) -> None:
    """A definition, a variable of core."""
    project = tmp_path / "project"
    shutil.copytree(lean_project(tmp_path / "lean", site.variables["packs"]), project)
    site.selected = ["--select", *FEW]
    site.refreshed, site.whole = replace(site.refreshed, project=project), replace(site.whole, project=project)
    site.seed(site.refreshed, site.whole)
    site.refresh()
    site.refresh()
    assert "match__small_cell_recorded" in by_person(site.refreshed)
    rule = project / "models/generated/lung/matches/match__small_cell_recorded.sql"
    rule.write_text(rule.read_text().replace("ancestor_concept_id in (4110705)", "ancestor_concept_id <> 4110705"))
    site.refresh(attach_days_before=3)
    made = by_person(site.refreshed)
    assert "match__small_cell_recorded" not in made
    assert "measure__small_cell_confirmed" in made
    site.assert_equal("a definition, and a variable of core", attach_days_before=3)


def test_an_ordinary_run_of_a_part_forgets_what_is_known(site: Site) -> None:
    """It makes tables without a note, so that the next refresh makes all of them whole."""
    site.selected = ["--select", "+measure__small_cell_confirmed"]
    site.seed(site.refreshed, site.whole)
    site.refresh()
    said = site.change(3)
    site.run(site.refreshed, "run", "--select", "target__condition", "target__dx_primary", "match__small_cell_recorded")
    site.refresh()
    assert by_person(site.refreshed) == set()
    site.assert_equal(said)


def by_person(warehouse: Warehouse) -> set[str]:
    """Return the tables of which the last run made the rows of changed persons alone."""
    run = warehouse.folder / "target" / "run"
    return {file.stem for file in run.rglob("*.sql") if "as refreshed" in file.read_text(encoding="utf-8")}
