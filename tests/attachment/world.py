"""Episodes, events and links as a source records them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

DISEASE, METASTATIC, PROGRESSION, REGIMEN, CYCLE = 32533, 32944, 32949, 32531, 32532
ABOUT = {"episode_object_concept_id": 1, "episode_type_concept_id": 2}


@dataclass(frozen=True)
class Episode:
    """A row of OMOP's EPISODE; a `moment` is a timestamp that stands beside, or instead of, the date."""

    person: int
    id: int
    concept: int = DISEASE
    start: dt.date | None = None
    end: dt.date | None = None
    parent: int | None = None
    start_moment: dt.datetime | None = None
    end_moment: dt.datetime | None = None

    def row(self) -> dict[str, Any]:
        """Return the row as the source has it."""
        return ABOUT | {
            "person_id": self.person,
            "episode_id": self.id,
            "episode_concept_id": self.concept,
            "episode_parent_id": self.parent,
            "episode_start_date": self.start,
            "episode_end_date": self.end,
            "episode_start_datetime": self.start_moment,
            "episode_end_datetime": self.end_moment,
        }


@dataclass(frozen=True)
class Event:
    """An event, and the episodes that link to it."""

    person: int
    id: int
    day: dt.date | None = None
    links: tuple[int, ...] = ()
    moment: dt.datetime | None = None


@dataclass
class World:
    """All rows of a source."""

    episodes: list[Episode] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    as_of: dt.date = dt.date(2026, 6, 30)


@dataclass(frozen=True)
class Attached:
    """One row of a target: an event with one episode of care, or with none and the reason."""

    person: int
    event: int
    episode: int | None
    nested: int | None = None
    treatment: int | None = None
    by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Settings:
    """The variables of dbt_project.yml that say how events are attached."""

    attach_by_dates: bool = True
    attach_days_before: int = 90
    attach_days_open: int = 365
    attach_started_days: int = 365
    attach_upcoming_days: int = 60
    credit_nested_to_root: bool = True
