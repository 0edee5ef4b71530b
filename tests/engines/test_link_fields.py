"""What the links of EPISODE_EVENT point into (docs/semantics.md, 2.6): known field concepts attach, the others are counted."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from dbt_runs import ROOT, Run, Warehouse
from postgres_builds import environment, postgres_schemas

# Links of episode 10 of person 1: (event, field concept, how often it is recorded).
LINKS: list[tuple[int | None, int | None, int]] = [
    (1, 1147127, 1),
    (2, 1147707, 1),  # what some tools write for links to conditions
    (1, 1147707, 1),  # the same link under both names is one
    (3, 1147094, 1),
    (4, 1147289, 3),  # no table of ours
    (5, 0, 1),
    (6, None, 1),
    (None, 1147289, 1),  # a link to no event is none
]
MODELS = {
    "stg_omop__episode_event": " union all ".join(
        f"select cast(10 as bigint) as episode_id, cast({event or 'null'} as bigint) as event_id, "
        f"cast({'null' if field is None else field} as bigint) as episode_event_field_concept_id"
        for event, field, times in LINKS
        for _ in range(times)
    ),
    "episode_lineage": (
        "select cast(1 as bigint) as person_id, cast(10 as bigint) as episode_id, cast(10 as bigint) as root_episode_id, "
        "cast(null as bigint) as nested_episode_id, cast(null as bigint) as treatment_episode_id"
    ),
}
FIELDS = "select field_concept_id, event_table, n_links from {} order by field_concept_id nulls last"
ATTACHED = "select event_table, event_id, episode_id from {} order by event_table, event_id"


@dataclass
class Built:
    """The run, and what the two models hold."""

    run: Run
    fields: list[tuple[object, ...]]
    attached: list[tuple[object, ...]]


@pytest.fixture(params=["duckdb", "postgres"])
def built(request: pytest.FixtureRequest, scratch: Warehouse) -> Iterator[Built]:
    for name, sql in MODELS.items():
        (scratch.project / "models" / f"{name}.sql").write_text(sql)
    for folder in ("seeds", "tests"):
        (scratch.project / folder).mkdir()
    for path, folder in (
        ("models/core/episodes/episode_link.sql", "models"),
        ("models/core/episodes/episode_link_field.sql", "models"),
        ("seeds/reference/event_field.csv", "seeds"),
        ("tests/singular/link_fields_are_known.sql", "tests"),
    ):
        shutil.copy(ROOT / path, scratch.project / folder)
    scratch.target = request.param
    variables = {"credit_nested_to_root": True}
    if request.param == "duckdb":
        run = scratch.dbt("build", variables=variables)
        assert run.exit_code == 0, run.output
        yield Built(
            run, *(scratch.rows(q.format(t)) for q, t in ((FIELDS, "episode_link_field"), (ATTACHED, "episode_link")))
        )
        return
    dsn = request.getfixturevalue("postgres_dsn")
    with postgres_schemas(dsn, "links") as query:
        run = scratch.dbt("build", variables=variables, **environment(dsn, "links"))
        assert run.exit_code == 0, run.output
        yield Built(run, query(FIELDS.format("links.episode_link_field")), query(ATTACHED.format("links.episode_link")))


def test_links_are_counted_by_field_and_unknown_fields_warned_of(built: Built) -> None:
    assert built.fields == [
        (0, None, 1),
        (1147094, "drug_exposure", 1),
        (1147127, "condition_occurrence", 1),
        (1147289, None, 3),
        (1147707, "condition_occurrence", 2),
        (None, None, 1),
    ]
    assert built.run.statuses["link_fields_are_known"] == "warn"
    assert "Got 5 results" in built.run.output  # links, not fields


def test_a_known_field_attaches_and_the_others_do_not(built: Built) -> None:
    assert built.attached == [
        ("condition_occurrence", 1, 10),
        ("condition_occurrence", 2, 10),
        ("drug_exposure", 3, 10),
    ]
