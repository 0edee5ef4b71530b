"""Random worlds: the models and the plain rules say the same of every event, on both engines."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from lab.engines import DuckDbEngine, Engine, PostgresEngine

from attachment.models import attached, in_order
from attachment.rules import Rules
from attachment.world import CYCLE, DISEASE, METASTATIC, PROGRESSION, REGIMEN, Episode, Event, Settings, World

PERSONS = 400
SETTINGS = {
    "as shipped": Settings(),
    "links only": Settings(attach_by_dates=False),
    "nested not credited": Settings(credit_nested_to_root=False),
    "small numbers": Settings(
        attach_days_before=20, attach_days_open=40, attach_started_days=30, attach_upcoming_days=25
    ),
    "soon reaches further than before": Settings(attach_days_before=30, attach_upcoming_days=90),
    "no days before": Settings(attach_days_before=0, attach_upcoming_days=0, attach_started_days=0),
}
# Rules that must decide some events for the comparison to mean anything.
ALWAYS = {"one link", "two links", "link that is none", "link_to_another_person", "no_episode", "date_unknown"}
BY_DATE = {"upcoming", "lately", "lately, one upcoming", "override", "long ago, none soon", "tie"}
FIRES = {
    "as shipped": ALWAYS | BY_DATE | {"outside_every_window", "long ago, none upcoming"},
    "links only": ALWAYS | {"not_linked"},
    "nested not credited": ALWAYS | BY_DATE | {"outside_every_window"},
    "small numbers": ALWAYS | {"upcoming", "lately", "override", "long ago, none upcoming", "tie"},
    "soon reaches further than before": ALWAYS | {"upcoming", "lately", "override", "tie"},
    "no days before": ALWAYS | {"long ago, none upcoming", "tie"},
}


def world(seed: int, settings: Settings) -> World:
    """Make persons whose episodes and events lie on and beside the days at which the rules change."""
    rng = random.Random(seed)
    made = World()
    next_id = 1
    for person in range(1, PERSONS + 1):
        base = dt.date(2020, 1, 1) + dt.timedelta(days=rng.randrange(400))
        steps = [0, settings.attach_started_days, settings.attach_days_open, settings.attach_upcoming_days]
        steps += [
            settings.attach_started_days + n for n in (settings.attach_upcoming_days, settings.attach_days_before)
        ]
        own: list[Episode] = []
        for _ in range(rng.choice((0, 1, 2, 3, 4, 5, 6, 7))):
            known = [e.id for e in own] + [next_id]
            stranger = rng.randint(1, next_id)
            start = _maybe(rng, base + dt.timedelta(days=rng.choice(steps) + rng.choice((0, 0, 0, -1, 1, 10, 45))))
            length = rng.choice((-100, -1, 0, 30, 365, 366, 500, 700, 900, 900))
            end = start + dt.timedelta(days=length) if start and rng.random() < 0.6 else None
            concept = rng.choice((*[DISEASE] * 6, METASTATIC, PROGRESSION, REGIMEN, CYCLE, 0))
            has_parent = rng.random() < (0.1 if concept == DISEASE else 0.85)
            parent = rng.choice([*known, known[0], stranger]) if has_parent else None
            own.append(Episode(person, next_id, concept, start, end, parent))
            next_id += 1
        if len(own) > 1 and rng.random() < 0.2:  # a long one, and one that begins while it lasts
            own[0] = Episode(person, own[0].id, DISEASE, base, base + dt.timedelta(days=1000))
            later = settings.attach_started_days + rng.choice((0, 1, 10, 60, 90))
            own[1] = Episode(person, own[1].id, DISEASE, base + dt.timedelta(days=later))
        if len(own) > 1 and rng.random() < 0.1:  # the first below the last: circles
            own[0] = Episode(person, own[0].id, own[0].concept, own[0].start, own[0].end, own[-1].id)
        made.episodes += own
        made.events += _events(rng, settings, made, own, person, base)
    return made


def _events(
    rng: random.Random, settings: Settings, made: World, own: list[Episode], person: int, base: dt.date
) -> list[Event]:
    days = [d for e in own for d in (e.start, e.end) if d] or [base]
    distances = [0, -settings.attach_days_before, settings.attach_days_open, settings.attach_started_days]
    between = (settings.attach_days_before + settings.attach_upcoming_days) // 2
    distances += [-settings.attach_upcoming_days, -between, -between, 200, -500]
    events = []
    for place in range(rng.randint(3, 8)):
        day = rng.choice(days) + dt.timedelta(days=rng.choice(distances) + rng.choice((0, 0, -1, 1)))
        links = []
        while rng.random() < 0.25:
            links.append(rng.choice((*own, rng.choice(made.episodes or [Episode(person, 0)]))).id)
        events.append(Event(person, person * 100 + place, _maybe(rng, day), tuple(links)))
    return events


def _maybe(rng: random.Random, day: dt.date) -> dt.date | None:
    return None if rng.random() < 0.06 else day


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened: Engine
    opened = DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    yield opened
    opened.close()


def test_models_agree_with_plain_rules_when_seen_from_a_day_of_the_past(engine: Engine) -> None:
    made = world(7, SETTINGS["as shipped"])
    made.as_of = dt.date(2020, 12, 31)
    rules = Rules(made, SETTINGS["as shipped"])
    assert 100 < len(rules.seen) < len(made.episodes) - 100
    assert attached(engine, made, SETTINGS["as shipped"])["drug"] == in_order(rules.attached())


@pytest.mark.parametrize("chosen", SETTINGS)
def test_models_agree_with_plain_rules(engine: Engine, chosen: str) -> None:
    fired: Counter[str] = Counter()
    for seed in range(2):
        made = world(seed, SETTINGS[chosen])
        rules = Rules(made, SETTINGS[chosen])
        expected = in_order(rules.attached())
        ours = attached(engine, made, SETTINGS[chosen])["drug"]
        wrong = sorted({r.person for r in set(ours) ^ set(expected)})
        first = [[e for e in made.episodes if e.person == p] for p in wrong[:1]]
        assert not wrong, (seed, first, [r for r in ours if r.person == wrong[0]], set(ours) ^ set(expected))
        assert ours == expected
        fired += rules.fired
    assert {rule for rule in FIRES[chosen] if fired[rule] < 5} == set(), fired
