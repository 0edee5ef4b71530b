"""Who may see what. Every page and every answer asks here, and what is not allowed here is not shown.

- Nobody, somebody without a role: nothing.
- `public`: what was published for one of the viewer's audiences (`publications`), nothing else.
- `clinician`: aggregates of the viewer's own entities and of their parents; persons of the own entities alone.
- `team`: everything.

A refusal is `HiddenError`, whether a thing does not exist or may not be seen: nobody learns which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from measuremart.plan.nodes import Report
from measuremart.render.sql import text
from measuremart.report_rows import ALL_TIME
from measuremart.warehouse.reading import Reading

Role = Literal["team", "clinician", "public"]
# What keys count for that count for no entity (semantics.md 9.4); the whole report is of no level.
NOT_ATTRIBUTED, WHOLE = "not attributed", ""


class HiddenError(Exception):
    """There is no such thing, or the viewer may not see it."""


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """An entity of a level of a population, such as a hospital."""

    population: str
    level: str
    entity: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks. Without a role nothing is visible. `database_role` is the role of PostgreSQL to ask as."""

    name: str = ""
    role: Role | None = None
    entities: frozenset[Entity] = frozenset()
    audiences: frozenset[str] = frozenset()
    database_role: str | None = None

    @property
    def sees_reports(self) -> bool:
        """Say whether the viewer sees reports from the marts at all."""
        return self.role in ("team", "clinician")

    def own(self, report: Report) -> list[Entity]:
        """Return the viewer's own entities that are of a level of a report, in the order of its levels."""
        mine = [e for e in self.entities if e.population == report.types.population and e.level in report.levels]
        return sorted(mine, key=lambda e: (report.levels.index(e.level), e.entity))


NOBODY = Viewer()


@dataclass(frozen=True, slots=True)
class Period:
    """A period that a report has results in; the days are None for all time."""

    kind: str
    name: str
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a report that is shown: the whole (`level` is empty), or one entity."""

    level: str
    entity: str
    title: str


@dataclass(frozen=True)
class Sight:
    """What a viewer sees of one report: its periods, and by level the entities with their titles."""

    viewer: Viewer
    report: Report
    periods: tuple[Period, ...] = ()
    entities: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def sees_whole(self) -> bool:
        """Say whether the viewer sees the figures of the whole report."""
        return self.viewer.role == "team"

    def part(self, level: str | None, entity: str | None) -> Part:
        """Return the part that is asked for; without any, what the viewer looks at first. Raises `HiddenError`."""
        if not level and not entity:
            if self.sees_whole:
                return Part(WHOLE, WHOLE, "Everyone")
            first = next(iter(self.viewer.own(self.report)), None)
            if first is None:
                raise HiddenError
            level, entity = first.level, first.entity
        title = self.entities.get(level or "", {}).get(entity or "")
        if title is None:
            raise HiddenError
        return Part(str(level), str(entity), title)

    def level(self, name: str | None) -> str:
        """Return the level of that name; without one the first that the viewer sees. Raises `HiddenError`."""
        if not name and self.entities:
            return next(level for level in self.report.levels if level in self.entities)
        if not name or name not in self.entities:
            raise HiddenError
        return name

    def period(self, name: str | None) -> Period:
        """Return the period of that name; all time without one. Raises `HiddenError`."""
        found = next((p for p in self.periods if p.name == (name or ALL_TIME)), None)
        if found is None:
            raise HiddenError
        return found

    def sees_persons(self, part: Part) -> bool:
        """Say whether the viewer sees the persons of a part."""
        if self.viewer.role == "team":
            return True
        own = Entity(self.report.types.population, part.level, part.entity)
        return self.viewer.role == "clinician" and own in self.viewer.own(self.report)

    def keys_of(self, part: Part, result: str) -> str:
        """Return the condition that a row of results (`result` is its alias) is of the part.

        A key counts for the organisation of the report's own attribution, and for the entities that the organisation
        belongs to on the key's day, as in `entity_period_count`. Raises `HiddenError` where the viewer may not see
        the part.
        """
        if part.level == WHOLE:
            if not self.sees_whole:
                raise HiddenError
            return "1 = 1"
        self.part(part.level, part.entity)
        belongs = f"""
            select 1
            from {{{{ ref('report_attribution') }}}} as attributed
            left join {{{{ ref('organisation_membership') }}}} as membership
                on attributed.population = membership.population
                and attributed.organisation = membership.organisation
                and attributed.span_from = membership.span_from
                and membership.level_name = {text(part.level)}
            where attributed.is_chosen
                and attributed.report = {result}.report
                and attributed.person_id = {result}.person_id
                and attributed.measure_resolver = {result}.measure_resolver
                and attributed.episode_id is not distinct from {result}.episode_id
                and attributed.cohort_date is not distinct from {result}.cohort_date
                and coalesce(membership.entity, {text(NOT_ATTRIBUTED)}) = {text(part.entity)}
        """
        return f"exists ({belongs})"


def sight(reading: Reading, viewer: Viewer, report: Report | None) -> Sight:
    """Return what a viewer sees of a report, by one query. Raises `HiddenError` where that is nothing."""
    if report is None or not viewer.sees_reports or (viewer.role == "clinician" and not viewer.own(report)):
        raise HiddenError
    sql = f"""
    select 'period' as part, period_kind as kind, period as name, period as title, start_date, end_date
    from {{{{ ref('dim_reference_period') }}}}
    where report = {text(report.about.name)}
    union all
    select 'entity', entity.level_name, entity.entity, entity.title, null, null
    from {{{{ ref('dim_level_entity') }}}} as entity
    where entity.population = {text(report.types.population)} and {_seen(viewer, report)}
    order by 1, 2, 5, 4, 3
    """
    rows = reading.rows(sql)
    entities: dict[str, dict[str, str]] = {}
    for level in report.levels:
        named = {r["name"]: r["title"] for r in rows if r["part"] == "entity" and r["kind"] == level}
        if named:
            entities[level] = dict(sorted(named.items(), key=lambda item: item[0] == NOT_ATTRIBUTED))
    periods = [Period(r["kind"], r["name"], r["start_date"], r["end_date"]) for r in rows if r["part"] == "period"]
    is_own = any(own.entity in entities.get(own.level, {}) for own in viewer.own(report))
    if not periods or (viewer.role == "clinician" and not is_own):  # the report, or the entity, was not built
        raise HiddenError
    return Sight(viewer, report, tuple(sorted(periods, key=_by_kind)), entities)


def _by_kind(period: Period) -> tuple[int, dt.date]:
    kinds = ("all_time", "named", "financial_year", "year", "quarter", "month", "undated", "outside_calendar")
    return kinds.index(period.kind), period.first or dt.date.min


def _seen(viewer: Viewer, report: Report) -> str:
    """Return the condition that the viewer sees the aggregates of a row of `dim_level_entity`, called `entity`."""
    if not report.levels:
        return "1 = 0"
    levels = ", ".join(text(level) for level in report.levels)
    if viewer.role == "team":
        return f"entity.level_name in ({levels})"
    allowed = []
    for own in viewer.own(report):
        level, name = text(own.level), text(own.entity)
        allowed.append(f"(entity.level_name = {level} and entity.entity = {name})")
        wider = ", ".join(text(w) for w in report.levels[report.levels.index(own.level) + 1 :])
        if wider:
            allowed.append(f"""exists (
                select 1
                from {{{{ ref('entity_parent') }}}} as shared
                where shared.population = entity.population
                    and shared.level_name = {level} and shared.entity = {name}
                    and shared.parent_level = entity.level_name and shared.parent_entity = entity.entity
                    and shared.parent_level in ({wider})
            )""")
    return f"entity.entity <> {text(NOT_ATTRIBUTED)} and ({' or '.join(allowed)})"
