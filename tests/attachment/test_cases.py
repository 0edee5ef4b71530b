"""Which episode an event belongs to, worked out by hand, on both engines (semantics.md 2.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import pytest
from lab.engines import DuckDbEngine, Engine, PostgresEngine

from attachment.models import EVENT_TABLES, attached
from attachment.world import CYCLE, METASTATIC, PROGRESSION, REGIMEN, Attached, Episode, Event, Settings, World

DAY = dt.date.fromisoformat
ME, OTHER = 1, 2
# What is expected of an event: one row per episode of care. (episode, what attached it or the reason why nothing did),
# with the nested and the treatment episode behind where there is one.
Expected = list[tuple[int | None, str] | tuple[int | None, str, int | None] | tuple[int | None, str, int | None, int]]


@dataclass(frozen=True)
class Case:
    """Episodes, and events with what is expected of each."""

    episodes: list[Episode]
    events: list[tuple[Event, Expected]]


def disease(number: int, start: str | None, end: str | None = None, parent: int | None = None) -> Episode:
    return Episode(ME, number, start=DAY(start) if start else None, end=DAY(end) if end else None, parent=parent)


def below(number: int, parent: int, concept: int, start: str | None = None, end: str | None = None) -> Episode:
    return replace(disease(number, start, end, parent), concept=concept)


def on(day: str | None, *links: int) -> Event:
    return Event(ME, 0, DAY(day) if day else None, links)


OUTSIDE: Expected = [(None, "outside_every_window")]
STRANGER = Episode(OTHER, 90, start=DAY("2020-01-01"))

# 2020 is a leap year: 2020-01-01 + 365 days = 2020-12-31; 2019-10-03 is 90 days before it.
CASES: dict[str, Case] = {
    "the first day of the window is 90 days before the start": Case(
        [disease(1, "2020-01-01")], [(on("2019-10-03"), [(1, "date")]), (on("2019-10-02"), OUTSIDE)]
    ),
    "without an end the last day is 365 days after the start": Case(
        [disease(1, "2020-01-01")], [(on("2020-12-31"), [(1, "date")]), (on("2021-01-01"), OUTSIDE)]
    ),
    "a recorded end is the last day, be it early or late": Case(
        [disease(1, "2020-01-01", "2020-02-10"), disease(2, "2023-01-01", "2025-06-30")],
        [
            (on("2020-02-10"), [(1, "date")]),
            (on("2020-02-11"), OUTSIDE),
            (on("2025-06-30"), [(2, "date")]),
            (on("2025-07-01"), OUTSIDE),
        ],
    ),
    "an end long before the start leaves no window": Case(
        [disease(1, "2020-01-01", "2019-06-01")], [(on("2019-12-31"), OUTSIDE), (on("2020-01-01"), OUTSIDE)]
    ),
    "of two that have started, the one that started last": Case(
        [disease(1, "2020-01-01"), disease(2, "2020-05-01")],
        [
            (on("2020-04-30"), [(1, "date")]),
            (on("2020-05-01"), [(2, "date")]),
            (on("2020-12-31"), [(2, "date")]),
            (on("2021-05-01"), [(2, "date")]),
            (on("2021-05-02"), OUTSIDE),
        ],
    ),
    "one that has started comes before one that is nearer but upcoming": Case(
        [disease(1, "2020-01-01"), disease(2, "2020-07-01")], [(on("2020-06-30"), [(1, "date")])]
    ),
    "of two upcoming, the nearer": Case(
        [disease(1, "2020-03-20"), disease(2, "2020-02-01")],
        [(on("2020-01-31"), [(2, "date")]), (on("2019-12-21"), [(2, "date")])],
    ),
    "of two that start on one day, the lower id": Case(
        [disease(8, "2020-01-01"), disease(5, "2020-01-01")],
        [(on("2019-12-31"), [(5, "date")]), (on("2020-01-01"), [(5, "date")]), (on("2020-06-01"), [(5, "date")])],
    ),
    "of two that start on one day, the lower id while its window lasts": Case(
        [disease(5, "2020-01-01", "2020-03-01"), disease(8, "2020-01-01")],
        [(on("2020-03-01"), [(5, "date")]), (on("2020-03-02"), [(8, "date")])],
    ),
    # 2021-03-01 + 365 = 2022-03-01; 2022-04-30 - 60 = 2022-03-01.
    "one that began 365 days ago gives way to one that begins within 60 days": Case(
        [disease(1, "2021-03-01", "2023-01-01"), disease(2, "2022-04-30")],
        [
            (on("2022-02-28"), [(1, "date")]),  # 364 days after the one, 61 before the other
            (on("2022-03-01"), [(2, "date")]),  # 365 and 60
            (on("2022-03-02"), [(2, "date")]),
        ],
    ),
    "364 days ago does not give way": Case(
        [disease(1, "2021-03-02", "2023-01-01"), disease(2, "2022-04-30")],
        [(on("2022-03-01"), [(1, "date")]), (on("2022-03-02"), [(2, "date")])],
    ),
    "nor does one give way to a start in 61 days": Case(
        [disease(1, "2021-03-01", "2023-01-01"), disease(2, "2022-05-01")],
        [(on("2022-03-01"), [(1, "date")]), (on("2022-03-02"), [(2, "date")])],
    ),
    "of two starts within 60 days the earlier, then the lower id": Case(
        [disease(1, "2020-01-01", "2024-01-01"), *(disease(n, "2022-04-20") for n in (4, 3)), disease(2, "2022-04-30")],
        [(on("2022-03-05"), [(3, "date")]), (on("2022-02-18"), [(1, "date")])],
    ),
    "what began long ago stays where nothing begins soon": Case(
        [disease(1, "2020-01-01", "2024-01-01")], [(on("2023-12-31"), [(1, "date")])]
    ),
    "another that began lately comes first, so nothing gives way": Case(
        [disease(1, "2019-01-01", "2024-01-01"), disease(2, "2021-12-01"), disease(3, "2022-04-01")],
        [(on("2022-03-01"), [(2, "date")])],
    ),
    "a nested episode without an end extends its root by its own 365 days": Case(
        [disease(1, "2020-01-01", "2020-06-30"), below(2, 1, METASTATIC, "2021-03-01")],
        [(on("2020-07-01"), [(1, "date")]), (on("2022-03-01"), [(1, "date")]), (on("2022-03-02"), OUTSIDE)],
    ),
    "a nested episode with an end extends its root to that end": Case(
        [disease(1, "2020-01-01", "2020-06-30"), below(2, 1, PROGRESSION, "2020-05-01", "2020-08-15")],
        [(on("2020-08-15"), [(1, "date")]), (on("2020-08-16"), OUTSIDE)],
    ),
    "a nested episode that ends earlier shortens nothing": Case(
        [disease(1, "2020-01-01", "2020-06-30"), below(2, 1, PROGRESSION, "2020-02-01", "2020-03-01")],
        [(on("2020-06-30"), [(1, "date")]), (on("2020-07-01"), OUTSIDE)],
    ),
    "one nested in a nested one extends the root, a treatment does not": Case(
        [
            disease(1, "2020-01-01", "2020-06-30"),
            below(2, 1, PROGRESSION, "2020-02-01", "2020-03-01"),
            below(3, 2, METASTATIC, "2020-02-15", "2020-09-01"),
            below(4, 3, REGIMEN, "2020-02-15", "2022-01-01"),
        ],
        [(on("2020-09-01"), [(1, "date")]), (on("2020-09-02"), OUTSIDE)],
    ),
    "a nested episode without a start extends nothing": Case(
        [disease(1, "2020-01-01", "2020-06-30"), below(2, 1, METASTATIC, None, "2021-06-30")],
        [(on("2020-07-01"), OUTSIDE)],
    ),
    "a nested episode is no candidate": Case(
        [disease(1, "2020-01-01"), below(2, 1, METASTATIC, "2020-05-01")], [(on("2020-05-02"), [(1, "date")])]
    ),
    "an episode without a start is reached by links alone": Case(
        [disease(1, None, "2020-12-31")],
        [(on("2020-05-01"), OUTSIDE), (on("2020-05-01", 1), [(1, "link")]), (on(None, 1), [(1, "link")])],
    ),
    "a link counts outside every window": Case(
        [disease(1, "2020-01-01"), disease(2, "2023-01-01")],
        [(on("2010-01-01", 1), [(1, "link")]), (on("2023-01-01", 1), [(1, "link")])],
    ),
    "two links are two rows, and one link twice is one": Case(
        [disease(1, "2020-01-01"), disease(2, "2020-05-01")],
        [(on("2020-05-02", 2, 1), [(1, "link"), (2, "link")]), (on("2020-05-02", 1, 1), [(1, "link")])],
    ),
    "a link to another person's episode is no link: the date decides": Case(
        [disease(1, "2020-01-01"), STRANGER],
        [
            (on("2020-05-01", 90), [(1, "date")]),
            (on("2010-01-01", 90), [(None, "link_to_another_person")]),
            (on(None, 90), [(None, "link_to_another_person")]),
            (on("2010-01-01", 90, 1), [(1, "link")]),
        ],
    ),
    "a link to another person's episode is why a person without episodes has none": Case(
        [STRANGER], [(on("2020-05-01", 90), [(None, "link_to_another_person")])]
    ),
    "a link to no episode at all is no link": Case(
        [disease(1, "2020-01-01")], [(on("2020-05-01", 77), [(1, "date")]), (on("2010-05-01", 77), OUTSIDE)]
    ),
    "no date: only a link can attach": Case(
        [disease(1, "2020-01-01")], [(on(None), [(None, "date_unknown")]), (on(None, 1), [(1, "link")])]
    ),
    "no episode of care": Case(
        [STRANGER], [(on("2020-05-01"), [(None, "no_episode")]), (on(None), [(None, "no_episode")])]
    ),
    "09:00 on a boundary day is that day": Case(
        [Episode(ME, 1, start_moment=dt.datetime(2020, 1, 1, 9), end_moment=dt.datetime(2020, 6, 30, 8))],
        [
            (Event(ME, 0, moment=dt.datetime(2020, 6, 30, 9)), [(1, "date")]),
            (Event(ME, 0, moment=dt.datetime(2020, 7, 1, 0)), OUTSIDE),
            (Event(ME, 0, moment=dt.datetime(2019, 10, 3, 0)), [(1, "date")]),
            (Event(ME, 0, moment=dt.datetime(2019, 10, 2, 23, 59)), OUTSIDE),
        ],
    ),
    "the date is the day; a timestamp only stands in for a missing one": Case(
        [disease(1, "2020-01-01", "2020-06-30")],
        [
            (Event(ME, 0, DAY("2020-07-01"), moment=dt.datetime(2020, 6, 30, 9)), OUTSIDE),
            (Event(ME, 0, DAY("2020-06-30"), moment=dt.datetime(2020, 7, 1, 9)), [(1, "date")]),
            (Event(ME, 0, DAY("2020-06-30")), [(1, "date")]),
        ],
    ),
    "an episode that starts after as_of, 30 June 2026, does not exist; not even a link reaches it": Case(
        [disease(1, "2026-07-01")],
        [(on("2026-06-30"), [(None, "no_episode")]), (on("2026-06-30", 1), [(None, "no_episode")])],
    ),
    "an episode that starts on as_of exists; one after it extends nothing and is no root": Case(
        [
            disease(1, "2026-06-30"),
            disease(2, "2020-01-01", "2020-06-30"),
            below(3, 2, METASTATIC, "2026-07-01"),
            below(4, 3, PROGRESSION, "2020-03-01"),
        ],
        [
            (on("2026-06-29"), [(1, "date")]),
            (on("2020-07-01"), OUTSIDE),
            (on("2010-01-01", 4), OUTSIDE),
        ],
    ),
    "a link to a nested episode is credited to it and to its root": Case(
        [disease(1, "2020-01-01"), below(2, 1, METASTATIC, "2020-05-01"), below(3, 2, PROGRESSION)],
        [
            (on("2020-05-02", 2), [(1, "link", 2)]),
            (on("2020-05-02", 3), [(1, "link", 3)]),
            (on("2020-05-02", 2, 1), [(1, "link", None), (1, "link", 2)]),
        ],
    ),
    "a cycle belongs to its regimen, that to the nested episode above it": Case(
        [
            disease(1, "2020-01-01"),
            below(2, 1, REGIMEN),
            below(3, 2, CYCLE),
            below(4, 1, METASTATIC),
            below(5, 4, REGIMEN),
            below(6, 5, CYCLE),
        ],
        [
            (on("2020-05-02", 2), [(1, "link", None, 2)]),
            (on("2020-05-02", 3), [(1, "link", None, 2)]),
            (on("2020-05-02", 3, 2), [(1, "link", None, 2)]),
            (on("2020-05-02", 6), [(1, "link", 4, 5)]),
            (on("2020-05-02", 3, 6), [(1, "link", 4, 5), (1, "link", None, 2)]),
        ],
    ),
    "a disease below a disease is nested in it": Case(
        [disease(1, "2020-01-01", "2020-03-01"), disease(2, "2020-02-01", "2020-09-01", parent=1)],
        [(on("2020-09-01"), [(1, "date")]), (on("2020-02-02", 2), [(1, "link", 2)])],
    ),
    "a disease below a treatment or a nested episode is an episode of care": Case(
        [
            disease(1, "2020-01-01"),
            below(2, 1, REGIMEN),
            below(3, 1, METASTATIC),
            *(disease(n + 2, "2022-01-01", parent=n) for n in (2, 3)),
        ],
        [(on("2022-01-05", 4), [(4, "link")]), (on("2022-01-05", 5), [(5, "link")]), (on("2022-01-05"), [(4, "date")])],
    ),
    "a disease that is its own parent is an episode of care": Case(
        [disease(1, "2020-01-01", parent=1)], [(on("2020-02-01"), [(1, "date")]), (on("2020-02-01", 1), [(1, "link")])]
    ),
    "a treatment or nested episode that is its own parent leads nowhere": Case(
        [disease(1, "2020-01-01"), below(2, 2, REGIMEN, "2020-01-01"), below(3, 3, METASTATIC, "2020-05-01")],
        [
            (on("2020-02-01", 2), [(1, "date")]),
            (on("2020-06-01", 3), [(1, "date")]),
            (on("2010-02-01", 2, 3), OUTSIDE),
        ],
    ),
    "parents in a circle lead nowhere": Case(
        [
            disease(1, "2020-01-01"),
            below(2, 3, REGIMEN),
            below(3, 2, METASTATIC),
            disease(5, "2015-01-01", parent=6),
            disease(6, "2015-01-01", parent=5),
            below(7, 5, CYCLE),
        ],
        [
            (on("2020-02-01", 2), [(1, "date")]),
            (on("2010-02-01", 2, 3), OUTSIDE),
            (on("2015-02-01", 5, 6, 7), OUTSIDE),
        ],
    ),
    "treatments alone are no episode of care": Case(
        [below(2, 99, REGIMEN, "2020-01-01"), below(3, 2, CYCLE, "2020-01-01")],
        [(on("2020-01-02", 2), [(None, "no_episode")]), (on("2020-01-02"), [(None, "no_episode")])],
    ),
    "a parent of another person is no parent": Case(
        [disease(1, "2020-01-01"), STRANGER, below(2, 90, REGIMEN), disease(3, "2022-01-01", parent=90)],
        [(on("2020-02-01", 2), [(1, "date")]), (on("2022-02-01"), [(3, "date")])],
    ),
    "eight levels of parents": Case(
        [disease(1, "2020-01-01"), *(below(n, n - 1, METASTATIC if n == 2 else CYCLE) for n in range(2, 10))],
        [(on("2010-01-01", 9), [(1, "link", 2, 3)])],
    ),
    "a concept of no known kind is nested": Case(
        [disease(1, "2020-01-01", "2020-06-30"), below(2, 1, 0, "2020-06-01", "2020-07-31")],
        [(on("2020-07-31"), [(1, "date")]), (on("2020-07-31", 2), [(1, "link", 2)])],
    ),
    "a repeated episode is one": Case(
        [disease(1, "2020-01-01"), disease(1, "2020-01-01")],
        [(on("2020-02-01"), [(1, "date")]), (on("2020-02-01", 1), [(1, "link")])],
    ),
}

NESTED_NOT_CREDITED: dict[str, Case] = {
    "a link to a nested episode alone": Case(
        [disease(1, "2020-01-01"), below(2, 1, METASTATIC), below(3, 2, REGIMEN), below(4, 1, REGIMEN)],
        [
            (on("2020-02-01", 2), [(None, "nested_not_credited", 2)]),
            (on("2020-02-01", 3), [(None, "nested_not_credited", 2, 3)]),
            (on("2020-02-01", 4), [(1, "link", None, 4)]),
            (on("2020-02-01", 1, 2), [(1, "link"), (None, "nested_not_credited", 2)]),
            (on("2020-02-01"), [(1, "date")]),
        ],
    ),
}
LINKS_ONLY: dict[str, Case] = {
    "dates attach nothing": Case(
        [disease(1, "2020-01-01"), STRANGER],
        [
            (on("2020-02-01", 1), [(1, "link")]),
            (on("2020-02-01"), [(None, "not_linked")]),
            (on("2020-02-01", 90), [(None, "link_to_another_person")]),
            (on(None), [(None, "date_unknown")]),
        ],
    ),
}
OTHER_NUMBERS = Settings(
    attach_days_before=5,
    attach_days_open=20,
    attach_started_days=10,
    attach_upcoming_days=3,
    credit_nested_to_root=True,
)
NUMBERS: dict[str, Case] = {
    "every number is a variable": Case(
        [disease(1, "2020-01-01"), disease(2, "2020-01-15"), below(3, 2, METASTATIC, "2020-02-10")],
        [
            (on("2019-12-27"), [(1, "date")]),
            (on("2019-12-26"), OUTSIDE),
            (on("2020-01-11"), [(1, "date")]),  # 10 days after the one, 4 before the other
            (on("2020-01-12"), [(2, "date")]),  # 11 and 3
            (on("2020-03-01"), [(2, "date")]),  # 20 days after the nested one
            (on("2020-03-02"), OUTSIDE),
        ],
    )
}
SETS = {
    "as shipped": (CASES, Settings()),
    "nested not credited": (NESTED_NOT_CREDITED, Settings(credit_nested_to_root=False)),
    "links only": (LINKS_ONLY, Settings(attach_by_dates=False)),
    "other numbers": (NUMBERS, OTHER_NUMBERS),
}


def placed(cases: dict[str, Case]) -> tuple[World, dict[str, list[Attached]]]:
    """Put all cases into one world: each has persons, episodes and events of its own."""
    world = World()
    expected: dict[str, list[Attached]] = {}
    for number, (name, case) in enumerate(cases.items(), start=1):
        shift = 100 * number
        rows: list[Attached] = []
        for e in case.episodes:
            parent = e.parent + shift if e.parent is not None else None
            world.episodes.append(replace(e, person=e.person + shift, id=e.id + shift, parent=parent))
        for place, (event, wanted) in enumerate(case.events, start=1):
            own = replace(
                event, person=event.person + shift, id=place + shift, links=tuple(n + shift for n in event.links)
            )
            world.events.append(own)
            for episode, how, *behind in wanted:
                ids = [None if n is None else n + shift for n in (episode, *behind)] + [None, None]
                by, reason = (how, None) if how in ("link", "date") else (None, how)
                rows.append(Attached(own.person, own.id, ids[0], ids[1], ids[2], by, reason))
        expected[name] = rows
    return world, expected


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened: Engine
    opened = DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def answers(engine: Engine) -> Callable[[str], list[Attached]]:
    """What the models make of each set of cases, asked once."""

    @cache
    def ask(chosen: str) -> list[Attached]:
        cases, settings = SETS[chosen]
        return attached(engine, placed(cases)[0], settings)["drug"]

    return ask


@pytest.mark.parametrize(("chosen", "name"), [(chosen, name) for chosen in SETS for name in SETS[chosen][0]])
def test_by_hand(answers: Callable[[str], list[Attached]], chosen: str, name: str) -> None:
    _, expected = placed(SETS[chosen][0])
    events = {row.event for row in expected[name]}
    ours = [row for row in answers(chosen) if row.event in events]
    assert len(ours) == len(expected[name])
    assert set(ours) == set(expected[name])


def test_every_event_table_attaches_alike(engine: Engine) -> None:
    world, expected = placed(CASES)
    wanted = {row for rows in expected.values() for row in rows}
    for target, rows in attached(engine, world, Settings(), tuple(EVENT_TABLES)).items():
        has_treatment = target in ("drug", "procedure")
        assert set(rows) == {w if has_treatment else replace(w, treatment=None) for w in wanted}, target
