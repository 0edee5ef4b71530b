"""The oncology targets of the demo by hand, from what definitions/oncology says of each in words.

Every target is a list of events as in hand_records.py. Treatments and windows have no record of their own: their row
says what there is to say about them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from hand_records import (
    EPISODES,
    EVENTS,
    FIELDS,
    LINKS,
    TREATMENTS,
    Date,
    Event,
    day_of,
    descendants,
    is_root,
    load,
    number,
    root_by_date,
    root_of,
)

OPERATION = 32939
EPISODE_FIELD = 756290


def below(*concepts: int) -> set[int]:
    return {d for concept in concepts for d in descendants(concept)}


STAGES = below(1635838, 1635131, 1634191, 1633987, 1635740)
SPREAD = below(36769180, 36770283, 36768083, 36768171, 36769532, 36770091)
RAYS = below(4029715)
SURGERY = below(4301352) - below(2000000084)
CURE = below(4162591, 4191637, 4161587)
RELIEF = below(4179711, 2000000087)


def concept(event: Event, target: str) -> int | None:
    return number(event.row[f"{target}_concept_id"])


# ---------------------------------------------------------------------------------------------------------------------
# Diagnosis


def primary_conditions() -> list[Event]:
    """Conditions of roots themselves: linked to one, or attached by date; on the day the root began."""
    _, prefix, field = FIELDS["condition"]
    found = []
    for row in load("condition_occurrence"):
        person = int(row["person_id"])
        linked = {e for e in LINKS[field, int(row["condition_occurrence_id"])] if root_of(e, person) is not None}
        roots = {e for e in linked if is_root(EPISODES[e])} if linked else {root_by_date(person, day_of(row, prefix))}
        found += [Event(person, root, EPISODES[root].start, row) for root in roots if root is not None]
    return found


def modifiers(concepts: set[int]) -> list[Event]:
    """Measurements of these concepts, in the episodes of the condition that they modify, else in their own."""
    conditions: dict[tuple[int, int], set[int]] = defaultdict(set)
    for event in EVENTS["condition"]:
        if event.episode is not None:
            conditions[event.person, int(event.row["condition_occurrence_id"])].add(event.episode)
    found = []
    for event in EVENTS["measurement"]:
        if concept(event, "measurement") not in concepts:
            continue
        of_condition = event.row["meas_event_field_concept_id"] == str(FIELDS["condition"][2])
        modified = number(event.row["measurement_event_id"]) if of_condition else None
        roots = conditions.get((event.person, modified), set()) if modified is not None else set()
        found += [Event(event.person, root, event.day, event.row) for root in roots or {event.episode}]
    return found


# ---------------------------------------------------------------------------------------------------------------------
# Treatment


@dataclass(frozen=True)
class Treatment:
    """A treatment episode of one modality; its days are those of what was given, else its own."""

    id: int
    person: int
    root: int
    start: Date
    end: Date


def regimen_of(episode_id: int) -> int:
    """The topmost treatment of the line: the regimen of a cycle."""
    above = EPISODES.get(EPISODES[episode_id].parent or 0)
    if above and above.concept in TREATMENTS and above.person == EPISODES[episode_id].person:
        return regimen_of(above.id)
    return episode_id


REGIMEN = {e.id: regimen_of(e.id) for e in EPISODES.values() if e.concept in TREATMENTS}


def regimens_of_event(field: int, event_id: int, person: int) -> set[int]:
    """Treatments of the person that the event is linked to, itself or by one of their cycles."""
    return {REGIMEN[e] for e in LINKS[field, event_id] if e in REGIMEN and EPISODES[e].person == person}


def treatments(target: str, concepts: set[int] | None) -> list[Treatment]:
    """Treatments with at least one event of these concepts (None: of any)."""
    table, prefix, field = FIELDS[target]
    given: dict[int, list[tuple[Date, Date]]] = defaultdict(list)
    for row in load(table):
        if concepts is None or int(row[f"{target}_concept_id"] or 0) in concepts:
            end_prefix = prefix.removesuffix("_start") + "_end"
            begin, end = day_of(row, prefix), day_of(row, end_prefix)
            for regimen in regimens_of_event(field, int(row[f"{table}_id"]), int(row["person_id"])):
                given[regimen].append((begin, end or begin))
    found = []
    for regimen, days in given.items():
        episode = EPISODES[regimen]
        root = root_of(regimen, episode.person)
        if root is not None and not (target == "drug" and episode.concept == OPERATION):
            start = min((d for d, _ in days if d), default=episode.start)
            end = max((d for _, d in days if d), default=episode.end)
            found.append(Treatment(regimen, episode.person, root, start, end))
    return found


CHEMOTHERAPY = treatments("drug", None)
RADIOTHERAPY = treatments("procedure", RAYS)


def as_events(found: list[Treatment]) -> list[Event]:
    return [Event(t.person, t.root, t.start, {}) for t in found]


def last_days() -> list[Event]:
    """The last day of every treatment, of whatever modality."""
    surgery = [Event(e.person, e.episode, day_of(e.row, "procedure_end"), e.row) for e in surgical()]
    return surgery + [Event(t.person, t.root, t.end, {}) for t in CHEMOTHERAPY + RADIOTHERAPY]


def surgical() -> list[Event]:
    return [e for e in EVENTS["procedure"] if concept(e, "procedure") in SURGERY]


def concurrent() -> list[Event]:
    """Medicines and rays of one root that share a day; on the later of the two first days, the earliest of such."""

    def span(t: Treatment) -> tuple[dt.date, dt.date]:
        assert t.start
        return t.start, max(t.start, t.end) if t.end else dt.date.max

    later: dict[tuple[int, int], list[dt.date]] = defaultdict(list)
    for medicine in CHEMOTHERAPY:
        for rays in RADIOTHERAPY:
            if (medicine.person, medicine.root) == (rays.person, rays.root) and medicine.start and rays.start:
                (a, b), (c, d) = span(medicine), span(rays)
                if a <= d and c <= b:
                    later[rays.person, rays.root].append(max(a, c))
    return [Event(person, root, min(days), {}) for (person, root), days in later.items()]


def curative_radiotherapy() -> list[Event]:
    """Radiotherapy with a recorded intent of cure, before or after the main treatment too; none if relief is recorded."""
    aims: dict[int, set[str]] = defaultdict(set)
    fields = {field: table for table, _, field in FIELDS.values()}
    for target, answers in (
        ("measurement", ("measurement_concept_id", "value_as_concept_id")),
        ("observation", ("observation_concept_id", "value_as_concept_id")),
        ("procedure", ("procedure_concept_id", "modifier_concept_id")),
    ):
        table, _, field = FIELDS[target]
        for row in load(table):
            said = {int(row[a] or 0) for a in answers}
            aim = {name for name, concepts in (("cure", CURE), ("relief", RELIEF)) if said & concepts}
            if not aim:
                continue
            person = int(row["person_id"])
            about = regimens_of_event(field, int(row[f"{table}_id"]), person)
            prefix = {"measurement": "meas", "observation": "obs"}.get(target)
            if prefix and row[f"{target}_event_id"]:
                modified, kind = int(row[f"{target}_event_id"]), int(row[f"{prefix}_event_field_concept_id"] or 0)
                if kind == EPISODE_FIELD and modified in REGIMEN and EPISODES[modified].person == person:
                    about |= {REGIMEN[modified]}
                elif kind in fields:
                    about |= regimens_of_event(kind, modified, person)
            for regimen in about:
                aims[regimen] |= aim
    return as_events([t for t in RADIOTHERAPY if aims[t.id] == {"cure"}])


def visits_by_specialty(*specialties: int) -> list[Event]:
    """Visits to someone of one of these specialties."""
    known = {row["provider_id"]: int(row["specialty_concept_id"] or 0) for row in load("provider")}
    return [e for e in EVENTS["visit"] if known.get(e.row["provider_id"]) in specialties]


TARGETS = {
    **EVENTS,
    "dx_primary": primary_conditions(),
    "dx_any": EVENTS["condition"],
    "dx_stage": modifiers(STAGES),
    "dx_mets": modifiers(SPREAD),
    "tx_chemotherapy": as_events(CHEMOTHERAPY),
    "tx_radiotherapy": as_events(RADIOTHERAPY),
    "tx_surgical": surgical(),
    "tx_last_day": last_days(),
    "tx_concurrent": concurrent(),
    "curative_radiotherapy": curative_radiotherapy(),
    "specialist_visit": visits_by_specialty(4151173, 35621987),
    "nurse_visit": visits_by_specialty(2000000121),
}
