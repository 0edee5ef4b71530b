"""Flaws that belong to no single event: links that lead nowhere, ids of other tables, events before birth."""

import numpy as np

from benchmarks.synthetic_omop import codes as c
from benchmarks.synthetic_omop.cancers import Primaries, add_nested
from benchmarks.synthetic_omop.people import People
from benchmarks.synthetic_omop.schema import EVENT_FIELDS
from benchmarks.synthetic_omop.store import NULL, Store, later


def add_dirt(store: Store, p: Primaries, people: People) -> None:
    """A few rows of each kind, about one per hundred primaries."""
    draws, rows = store.draws, len(p)
    some = np.flatnonzero(draws.chance(rows, 0.02))
    size = len(some)
    measured, _ = EVENT_FIELDS["measurement"]
    store.add(  # events that do not exist
        "episode_event",
        size,
        episode_id=p.root[some],
        event_id=900_000_000_000 + p.root[some],
        episode_event_field_concept_id=measured,
    )
    store.add(  # episodes that do not exist
        "episode_event",
        size,
        episode_id=900_000_000_000 + p.root[some],
        event_id=p.root[some],
        episode_event_field_concept_id=measured,
    )
    store.add(  # a table that no event comes from
        "episode_event",
        size,
        episode_id=p.root[some],
        event_id=p.root[some],
        episode_event_field_concept_id=0,
    )
    _before_birth(store, p, people)
    _without_root(store, p)
    _two_episodes(store, p)


def _before_birth(store: Store, p: Primaries, people: People) -> None:
    at = np.flatnonzero(store.draws.chance(len(p), 0.02))
    none = np.full(len(at), NULL)
    store.event(
        "condition_occurrence",
        p.person[at],
        later(people.born[p.at[at]], -400),
        none,
        condition_concept_id=p.concept[at],
        condition_type_concept_id=c.FROM_RECORD,
    )


def _without_root(store: Store, p: Primaries) -> None:
    """Treatment in a regimen that belongs to no episode of care; linked twice to the same."""
    at = np.flatnonzero(store.draws.chance(len(p), 0.015))
    on = p.found[at] + 50
    regimen = add_nested(store, p.person[at], np.full(len(at), NULL), c.REGIMEN, on)
    events = store.event(
        "drug_exposure",
        p.person[at],
        on,
        regimen,
        linked=1.0,
        drug_concept_id=c.CISPLATIN,
        drug_type_concept_id=c.FROM_RECORD,
        drug_source_value="cisplatin",
    )
    store.link("drug_exposure", events, regimen)


def _two_episodes(store: Store, p: Primaries) -> None:
    """A team meeting about two primaries of one person, linked to both."""
    second = np.flatnonzero(p.person[1:] == p.person[:-1]) + 1
    second = second[store.draws.chance(len(second), 0.4)]
    events = store.event(
        "procedure_occurrence",
        p.person[second],
        p.found[second] + 11,
        p.root[second],
        linked=1.0,
        procedure_concept_id=c.TEAM_MEETING,
        procedure_type_concept_id=c.FROM_RECORD,
    )
    store.link("procedure_occurrence", events, p.root[second - 1])
