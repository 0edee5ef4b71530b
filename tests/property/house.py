"""The house in which random definitions live: two populations, their tables, and targets with every kind of role."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from measuremart.plan.grain import EPISODE, PERSON, Grain

# What the columns of each table hold; the kind says how random values are made and which type an engine gives them.
TABLES: dict[str, dict[str, str]] = {
    "person": {"person_id": "key", "birth_date": "birth", "sex_id": "sex"},
    "episode": {"person_id": "key", "episode_id": "key", "start_date": "date"},
    "record": {
        "person_id": "person",
        "episode_id": "episode",
        "event_id": "event",
        "visit_id": "visit",
        "treatment_id": "treatment",
        "start_date": "date",
        "end_date": "date",
        "concept_id": "concept",
        "status_id": "concept",
        "value_number": "number",
        "range_low": "number",
        "supplied_for": "number",
        "unit_id": "unit",
        "range_unit_id": "unit",
        "value_text": "text",
        "note": "text",
        "value_flag": "flag",
        "in_programme": "flag",
        "why_none": "reason",
    },
    "stay": {
        "person_id": "person",
        "stay_id": "event",
        "visit_id": "visit",
        "admitted_at": "timestamp",
        "left_at": "timestamp",
        "concept_id": "concept",
    },
    "dose": {
        "patient": "person",
        "episode_id": "episode",
        "event_id": "event",
        "treatment_id": "treatment_float",
        "given_at": "timestamp",
        "ordered_on": "date",
        "drug_id": "concept",
        "amount": "float",
        "amount_unit": "unit",
    },
    "trait": {
        "person_id": "person",
        "episode_id": "episode",
        "event_id": "event",
        "treatment_id": "treatment",
        "concept_id": "concept",
        "value_text": "text",
        "value_flag": "flag",
    },
    "origin": {
        "person_id": "person",
        "event_id": "event",
        "visit_id": "visit",
        "concept_id": "concept",
        "value_number": "number",
    },
    "registrant": {"registrant_id": "key", "born_on": "birth", "gender": "gender"},
    "entry": {
        "person_id": "person",
        "event_id": "event",
        "visit_id": "visit",
        "start_date": "date",
        "end_date": "date",
        "concept_id": "concept",
        "value_number": "number",
        "value_text": "text",
        "value_flag": "flag",
    },
    "mark": {"person_id": "person", "event_id": "event", "concept_id": "concept", "value_flag": "flag"},
    "run_context": {"as_of": "date"},
    "concept_ancestor": {"ancestor_concept_id": "concept", "descendant_concept_id": "concept"},
    "concept": {"concept_id": "concept", "concept_code": "text"},
}
SQL_TYPES = {
    "date": "date",
    "birth": "date",
    "timestamp": "timestamp",
    "number": "numeric(38, 10)",
    "float": "double precision",
    "treatment_float": "double precision",
    "text": "text",
    "reason": "text",
    "flag": "boolean",
}
# What generated SQL calls some of the tables.
ALIASES = {"stg_omop__concept_ancestor": "concept_ancestor", "stg_omop__concept": "concept"}
TABLES_OF = {
    "clinic": ("person", "episode", "record", "stay", "dose", "trait", "origin"),
    "registry": ("registrant", "entry", "mark"),
}

HOUSE: dict[str, Any] = {
    "populations": {
        "clinic": {
            "person": {"model": "person", "sex": "sex_id", "sexes": {"female": 8532, "male": 8507}},
            "episodes": {"model": "episode"},
        },
        "registry": {
            "person": {
                "model": "registrant",
                "id": "registrant_id",
                "birth_date": "born_on",
                "sex": "gender",
                "sexes": {"woman": 1, "man": 2},
            }
        },
    },
    "targets": {
        "record": {
            "population": "clinic",
            "model": "record",
            "keys": {
                "visit": {"column": "visit_id", "within": "person"},
                "treatment": {"column": "treatment_id", "within": "episode"},
            },
            "dates": {"start": "start_date", "end": "end_date"},
            "concepts": {"status": "status_id"},
            "numbers": {"range_low": "range_low", "days_supply": "supplied_for"},
            "missing_end": "start",
            "units": {"range_unit": "range_unit_id"},
            "texts": {"note": "note"},
            "flags": {"programme": "in_programme"},
            "unattached": "why_none",
        },
        "stay": {
            "population": "clinic",
            "model": "stay",
            "episode": None,
            "event": "stay_id",
            "keys": {"visit": {"column": "visit_id", "within": "person"}},
            "dates": {"start": "admitted_at", "end": "left_at"},
            "missing_end": "open",
            "number": None,
            "unit": None,
            "text": None,
            "flag": None,
        },
        # Stays, which a target of this kind joins where they overlap, meet, or are a day apart.
        "spell": {
            "population": "clinic",
            "model": "stay",
            "episode": None,
            "event": "stay_id",
            "keys": {"visit": {"column": "visit_id", "within": "person"}},
            "dates": {"start": "admitted_at", "end": "left_at"},
            "missing_end": "start",
            "number": None,
            "unit": None,
            "text": None,
            "flag": None,
            "spans": {"gap": {"days": 1}},
        },
        "dose": {
            "population": "clinic",
            "model": "dose",
            "person": "patient",
            "keys": {"treatment": {"column": "treatment_id", "within": "episode"}},
            "dates": {"given": "given_at", "ordered": "ordered_on"},
            "concept": "drug_id",
            "number": "amount",
            "unit": "amount_unit",
            "text": None,
            "flag": None,
        },
        "trait": {
            "population": "clinic",
            "model": "trait",
            "keys": {"treatment": {"column": "treatment_id", "within": "episode"}},
            "dates": {},
            "number": None,
            "unit": None,
        },
        "origin": {
            "population": "clinic",
            "model": "origin",
            "episode": None,
            "keys": {"visit": {"column": "visit_id", "within": "person"}},
            "dates": {},
            "unit": None,
            "text": None,
            "flag": None,
        },
        "entry": {
            "population": "registry",
            "model": "entry",
            "keys": {"visit": {"column": "visit_id", "within": "person"}},
            "dates": {"start": "start_date", "end": "end_date"},
            "missing_end": "start",
            "unit": None,
        },
        "mark": {
            "population": "registry",
            "model": "mark",
            "episode": None,
            "dates": {},
            "number": None,
            "unit": None,
            "text": None,
        },
    },
}
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
SEXES = {"clinic": ("female", "male"), "registry": ("woman", "man")}


@dataclass(frozen=True)
class Source:
    """A target as the author of random definitions knows it: its resolvers with their grains, and roles by kind."""

    name: str
    population: str
    resolvers: dict[str, Grain]
    dates: tuple[str, ...]
    # kind -> role names; the main role comes first where there is one.
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # kinds that have a main role
    main: frozenset[str] = frozenset()

    @property
    def timeless(self) -> bool:
        return not self.dates

    @property
    def is_interval(self) -> bool:
        return {"start", "end"} <= set(self.dates)

    def all_roles(self) -> list[str]:
        """Return what `presence` can ask for."""
        keys = [r for r in self.resolvers if r not in ("person", "episode", "event")]
        return [*(r for names in self.roles.values() for r in names), *self.dates, *keys]


def _source(name: str, entry: dict[str, Any]) -> Source:
    population = entry["population"]
    has_episodes = population == "clinic" and entry.get("episode", "episode_id") is not None
    resolvers = {"person": PERSON}
    if has_episodes:
        resolvers["episode"] = EPISODE
    resolvers["event"] = Grain("event", name, "episode" if has_episodes else "person")
    resolvers |= {key: Grain("key", key, k["within"]) for key, k in entry.get("keys", {}).items()}
    roles: dict[str, tuple[str, ...]] = {}
    main = set()
    for kind in ("concept", "number", "unit", "text", "flag"):
        names = list(entry.get(f"{kind}s", {}))
        if entry.get(kind, "") is not None:
            main.add(kind)
            names.insert(0, kind)
        if names:
            roles[kind] = tuple(names)
    return Source(name, population, resolvers, tuple(entry["dates"]), roles, frozenset(main))


SOURCES = {name: _source(name, entry) for name, entry in HOUSE["targets"].items()}


def grains(population: str, timeless: bool) -> list[Grain]:
    """Return the grains that a leaf of a population can have."""
    found = (s for s in SOURCES.values() if s.population == population and s.timeless == timeless)
    return list(dict.fromkeys(g for s in found for g in s.resolvers.values()))


def text_of(value: Any, indent: str = "") -> str:
    """Return definitions as YAML: mappings down the page, what is in a list on one line."""
    if isinstance(value, dict) and value:
        lines = []
        for key, item in value.items():
            is_block = isinstance(item, dict) and item and len(indent) < 6
            lines.append(f"{indent}{key}:" + (f"\n{text_of(item, indent + '  ')}" if is_block else f" {_flow(item)}"))
        return "\n".join(lines)
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return (
            value
            if _PLAIN.fullmatch(value) and value not in ("true", "false", "null")
            else json.dumps(value, ensure_ascii=False)
        )
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)
