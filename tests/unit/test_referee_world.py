"""What the referee's tests share: a small population, targets, and a plan made from YAML text."""

import datetime as dt
from typing import Any

import pytest
from measuremart.catalogue import Catalogue
from measuremart.definitions.file import read_sections
from measuremart.plan.build import build_plan
from measuremart.plan.nodes import Plan
from measuremart.referee import Dropped, Member, Referee, World
from measuremart.source import read_text

BASE = """
populations:
  omop:
    person: {model: person, id: person_id, birth_date: birth_date, sex: sex_id, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
targets:
  event:                        # has episodes
    model: event
    dates: {start: start_date, end: end_date}
    missing_end: open
    concepts: {status: status_id}
    flags: {programme: programme_flag}
    keys: {visit: {column: visit_id, within: person}, treatment: {column: treatment_id, within: episode}}
    unattached: why_none
  note:                         # has none
    model: note
    episode: null
    keys: {visit: {column: visit_id, within: person}}
  fact:                         # is timeless
    model: fact
    dates: {}
"""
D = dt.date


def jan(day: int) -> dt.date:
    return D(2024, 1, day)


def plan_of(text: str) -> Plan:
    catalogue = Catalogue()
    for part in (BASE, text):
        entries, problems = read_sections(read_text(part, "test.yml"), "test")
        assert problems == []
        for defined in entries:
            catalogue.of(defined.section)[defined.name] = defined
    planned = build_plan(catalogue)
    assert planned.problems == []
    return planned.plan


def referee(
    text: str,
    *,
    person: list[dict[str, Any]] | None = None,
    episode: list[tuple[int, int]] = (),
    event: list[dict[str, Any]] | None = None,
    note: list[dict[str, Any]] | None = None,
    fact: list[dict[str, Any]] | None = None,
    ancestors: set[tuple[int, int]] = frozenset(),
    codes: dict[int, str] | None = None,
    as_of: dt.date = dt.date.max,
) -> Referee:
    tables = {
        "person": person or [],
        "episode": [{"person_id": p, "episode_id": e} for p, e in episode],
        "event": event or [],
        "note": note or [],
        "fact": fact or [],
    }
    return Referee(plan_of(text), World(tables, set(ancestors), codes or {}, as_of))


def ev(
    person: int | None,
    concept: int,
    date: dt.date | None,
    episode: int | None = None,
    event: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "person_id": person,
        "episode_id": episode,
        "event_id": event,
        "concept_id": concept,
        "start_date": date,
        **more,
    }


def concepts(resolve_by: str = "person", target: str = "event", ids: str = "abc") -> str:
    """Return subqueries a, b, c for concepts 1, 2, 3."""
    lines = ["subqueries:"]
    for number, name in enumerate(ids, start=1):
        lines.append(f"  {name}: {{target: {target}, resolve_by: {resolve_by}, rules: [{{exact: {number}}}]}}")
    return "\n".join(lines) + "\n"


def p(person: int, date: dt.date | None = None) -> Member:
    """Return a member of person grain."""
    return Member(person, None, person, date)


def e(person: int, episode: int, date: dt.date | None = None) -> Member:
    """Return a member of episode grain."""
    return Member(person, episode, episode, date)


def test_a_missing_table_is_an_error() -> None:
    world = World({}, set(), {}, jan(1))
    judge = Referee(plan_of(concepts() + "measures: {m: {subquery: a}}"), world)
    with pytest.raises(KeyError, match="no table 'event'"):
        judge.measure("m")


def test_measures_are_sets_and_their_callers_cannot_change_them() -> None:
    """1: no two equal rows."""
    r = referee(
        concepts() + "measures: {m: {subquery: a}}", event=[ev(1, 1, jan(1), event=1), ev(1, 1, jan(1), event=2)]
    )
    assert r.measure("m") == {p(1, jan(1))}
    r.measure("m").clear()
    assert r.measure("m") == {p(1, jan(1))}


def test_the_reasons_of_dropped_rows() -> None:
    """2.3: rows in = rows kept + rows dropped."""
    text = "subqueries: {a: {target: event, rules: [{exact: 1}, {exact: [1, 2]}]}}"
    rows = [ev(None, 1, jan(1), 10, 1), ev(1, 2, jan(1), None, 2), ev(1, 1, jan(1), 10, 3), ev(1, 9, jan(1), None, 4)]
    r = referee(text, event=rows)
    subquery = r._plan.subqueries["a"].subquery
    assert r.subquery(subquery) == [e(1, 10, jan(1))] * 2
    assert r.dropped(subquery) == [
        Dropped(None, 1, "no_person"),
        Dropped(None, 1, "no_person"),
        Dropped(1, 2, "no_resolver"),
    ]


@pytest.mark.parametrize(
    ("resolver", "expected"),
    [
        ("episode", Dropped(1, 2, "no_resolver", "too_early")),
        ("treatment", Dropped(1, 2, "no_resolver", "too_early")),
        ("visit", Dropped(1, 2, "no_resolver")),
    ],
)
def test_a_missing_episode_says_why(resolver: str, expected: Dropped) -> None:
    """2.6: only where the resolver is the episode, or lies within it."""
    text = f"subqueries: {{a: {{target: event, resolve_by: {resolver}, rules: [{{exact: 1}}]}}}}"
    r = referee(text, event=[ev(1, 1, jan(1), None, 2, why_none="too_early")])
    assert r.dropped(r._plan.subqueries["a"].subquery) == [expected]
