"""Levels over OMOP: which care site a person counts for under each rule, and what it belongs to; by hand, on both engines."""

from collections.abc import Iterator
from typing import Any

import levels_world as world
import pytest
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from lab.project import ROOT

SOURCES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "stg_omop__care_site": (
        "care_site_id bigint, care_site_name text, location_id bigint",
        [(1, "Hill", 11), (2, "River", 12), (3, None, None), (2, "River", 12), (None, "nobody's", 11)],
    ),
    "stg_omop__location": (
        "location_id bigint, city text, county text, state text",
        [(11, "Ashby", "North", ""), (12, "Marl", "North", None), (13, "Empty", "South", None)],
    ),
    "stg_omop__person": ("person_id bigint, care_site_id bigint", [(1, 1), (2, 2), (3, None), (4, 9)]),
    "stg_omop__provider": ("provider_id bigint, care_site_id bigint", [(7, 2), (8, None)]),
    "stg_omop__visit_occurrence": (
        "person_id bigint, care_site_id bigint, provider_id bigint, visit_start_date date, visit_end_date date",
        [
            (1, 2, 7, "2024-01-01", "2024-01-31"),
            (1, 3, 8, "2024-01-10", None),  # began later, and holds the day alone
            (2, None, 7, "2024-01-10", "2024-01-10"),
            (3, 1, None, "2024-01-11", "2024-01-20"),
            (3, 1, None, "2024-01-09", "2024-01-08"),  # ends before it begins
            (4, 2, 7, None, "2024-01-10"),
        ],
    ),
}
DAY = "2024-01-10"


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    world.load(
        found,
        {
            "dim_report": [("r", "omop", True)],
            "catalogue_report_level": [("r", 1, "care_site", "registered"), ("r", 2, "county", "registered")],
            "indicator_result": [("r", "i", p, None, p, DAY, "met", DAY, True) for p in (1, 2, 3, 4)],
            "run_context": [("2025-01-01",)],
        },
    )
    for name, (columns, rows) in SOURCES.items():
        found.execute(f"create temp table {name} ({columns})")
        for row in rows:
            found.execute(f"insert into {name} values ({', '.join(world.literal(v) for v in row)})")
    for path in sorted((ROOT / "models" / "core" / "levels" / "omop").glob("*.sql")):
        found.execute(f"create temp table {path.stem} as {compiled(path.read_text(), found.name)}")
    found.execute(
        "insert into organisation_level select 'omop', organisation, level_name, entity, title, null, null "
        "from omop_organisation_level"
    )
    rules = {
        "registered": "person_id, null, care_site, null, null from omop_person_care_site",
        "visit": "person_id, null, care_site, start_date, coalesce(end_date, start_date) from omop_visit_care_site",
        "provider": "person_id, null, provider_care_site, start_date, coalesce(end_date, start_date) from omop_visit_care_site",
    }
    for rule, read in rules.items():
        found.execute(f"insert into organisation_attribution select 'omop', '{rule}', false, {read}")
    found.execute("delete from organisation_attribution where organisation is null")
    world.build(found, "organisation_membership", "report_attribution")
    yield found
    found.rollback()
    found.close()


def test_what_a_care_site_belongs_to(engine: Engine) -> None:
    """An empty state is none; a care site of nowhere is still one of all."""
    found = engine.rows("select organisation, level_name, entity, title from omop_organisation_level order by 1, 2")
    assert found == [
        ("1", "care_site", "1", "Hill"),
        ("1", "city", "Ashby", "Ashby"),
        ("1", "county", "North", "North"),
        ("1", "national", "all", "All persons with a care site"),
        ("2", "care_site", "2", "River"),
        ("2", "city", "Marl", "Marl"),
        ("2", "county", "North", "North"),
        ("2", "national", "all", "All persons with a care site"),
        ("3", "care_site", "3", "3"),
        ("3", "national", "all", "All persons with a care site"),
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("registered", {1: "1", 2: "2", 3: None, 4: "9"}),
        ("visit", {1: "3", 2: None, 3: None, 4: None}),
        # the later visit's provider is of no care site, so that the earlier one's counts
        ("provider", {1: "2", 2: "2", 3: None, 4: None}),
    ],
)
def test_whom_a_person_counts_for(engine: Engine, rule: str, expected: dict[int, str | None]) -> None:
    found = engine.rows(f"select person_id, organisation from report_attribution where attribution = '{rule}'")
    assert dict(found) == expected


def test_a_care_site_that_the_table_lacks_is_in_no_level(engine: Engine) -> None:
    found = engine.rows(
        "select person_id from report_attribution where attribution = 'registered' "
        "and organisation is not null and span_from is null"
    )
    assert found == [(4,)]
