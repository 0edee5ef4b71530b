"""The how-tos of a hospital's own repository, as written: each begins with `measuremart init` in an empty folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import repository_pages as pages
from postgres_builds import environment, postgres_schemas

REPLACED = "replace-a-part.md"
# That every command of every page is one that there is, is shown by tests/unit/test_commands_of_pages.py.
pytestmark = pytest.mark.long
# By hand, from the five rows of `stay.csv` that are emergencies and the visits within 60 days after them:
# persons 1, 3 and 6 were seen, 2 was not, 4 after 180 days. (eligible, met)
WHOLE = {("all", "all"): (5, 3)}
BY_FRAILTY = {("frailty", "severe"): (2, 1), ("frailty", "mild"): (2, 1), ("frailty", "unknown"): (1, 1)}
BY_SEX = {("sex", "female"): (3, 3), ("sex", "male"): (2, 0)}
BY_SITE = {("site", "North"): (3, 2), ("site", "South"): (2, 1)}
BY_WARD = {("ward", "W1"): (2, 1), ("ward", "W2"): (1, 1), ("ward", "W3"): (2, 1)}
STRATA = "select stratifier, stratum, eligible, met from {}.agg_indicator where period_kind = 'all_time'"
LEVELS = (
    "select level_name, entity, eligible, met from {}.agg_indicator_by_level "
    "where period_kind = 'all_time' and stratifier = 'all' and entity <> 'not attributed'"
)


def counted(rows: list[tuple[str, str, int, int]]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one, other): (eligible, met) for one, other, eligible, met in rows}


def test_replace_a_part_on_duckdb(tmp_path: Path) -> None:
    pages.run(REPLACED, tmp_path / "run")
    repository = tmp_path / "run" / "empty" / "st-marys"
    with duckdb.connect(str(repository / "warehouse.duckdb"), read_only=True) as connection:
        strata = counted(connection.sql(STRATA.format("quality")).fetchall())
        levels = counted(connection.sql(LEVELS.format("quality")).fetchall())
        kinds = connection.sql(
            "select table_name, table_type from information_schema.tables where table_schema = 'subqueries' "
            "and starts_with(table_name, 'subquery__')"
        ).fetchall()
        marts = {name for (name,) in connection.sql(
            "select table_name from information_schema.tables where table_schema in ('quality', 'marts')").fetchall()}  # fmt: skip
    assert strata == WHOLE | BY_FRAILTY | BY_SEX
    assert levels == BY_SITE | BY_WARD
    assert dict(kinds) == {"subquery__emergency_stays": "BASE TABLE", "subquery__outpatient_visits": "BASE TABLE"}
    assert "agg_indicator" in marts
    assert "agg_case_mix" not in marts


def test_replace_a_part_on_postgres(tmp_path: Path, postgres_dsn: str) -> None:
    schema = "replaced"
    with postgres_schemas(postgres_dsn, schema) as rows:
        pages.run(REPLACED, tmp_path / "run", environment(postgres_dsn, schema) | {"DBT_TARGET": "postgres"})
        strata = counted(rows(STRATA.format(f"{schema}_quality")))
        levels = counted(rows(LEVELS.format(f"{schema}_quality")))
    assert strata == WHOLE | BY_FRAILTY | BY_SEX
    assert levels == BY_SITE | BY_WARD


def test_own_data_and_the_concepts_in_it(tmp_path: Path) -> None:
    """With the query that docs/how-to/own-repository.md shows: persons by concept are those of the reader's file."""
    pages.run("use-your-own-omop-data.md", tmp_path / "run")
    repository = tmp_path / "run" / "empty" / "st-marys"
    page = (pages.HOW_TO / "own-repository.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"^(dbt show --quiet --limit 20 .*?)```", page, re.MULTILINE | re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-c", query.replace(" show ", " show --output json ")]
    done = subprocess.run(
        command, cwd=repository, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=True
    )
    shown = {row["visit_concept_id"]: row["persons"] for row in json.loads(done.stdout)["show"]}
    by_hand = duckdb.sql(
        "select cast(visit_concept_id as bigint), count(distinct person_id) "
        f"from '{repository.parent}/omop/visit_occurrence.parquet' group by 1"
    ).fetchall()
    assert shown == dict(by_hand)


@pytest.mark.parametrize("page", ["check-the-vocabulary.md", "schedule-runs.md"])
def test_a_page(tmp_path: Path, page: str) -> None:
    pages.run(page, tmp_path / "run")
