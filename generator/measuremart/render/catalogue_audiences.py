"""Audiences as data: which figures of which reports each may be shown, and how counts are protected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from measuremart.plan.nodes import Audience, Plan

SEEDS: dict[str, list[tuple[str, str, str]]] = {
    "catalogue_audience": [
        ("audience", "string", "The audience"),
        ("pack", "string", "The pack it is defined in"),
        ("report", "string", "A report that it may be shown"),
        ("title", "string", "What the audience is called"),
        ("method", "string", "How counts are protected: round or suppress"),
        ("below", "bigint", "Counts of 1 to one less are hidden"),
        ("round_to", "bigint", "What shown counts are rounded to; null where they are shown as they are"),
        ("leaves", "bigint", "How many values all published numbers must leave open for a hidden one"),
        ("delay_months", "bigint", "Months after the last day of a period until it may be shown"),
        ("delay_days", "bigint", "Days after these months"),
        ("shows_rate", "boolean", "Whether rates are shown, of shown counts"),
        ("shows_interval", "boolean", "Whether intervals of the rates are shown"),
        ("shows_rank", "boolean", "Whether ranks by the shown rates are shown"),
    ],
    "catalogue_audience_part": [
        ("audience", "string", "The audience"),
        ("part", "string", "level, stratifier or period_kind"),
        ("name", "string", "What of it the audience may be shown, beside the whole"),
    ],
}


def audience_rows(plan: Plan) -> dict[str, Sequence[Sequence[Any]]]:
    """Return the rows of the seeds by name; of reports that are unavailable there are none."""
    return {
        "catalogue_audience": [row for a in plan.audiences.values() for row in _audience(plan, a)],
        "catalogue_audience_part": [row for a in plan.audiences.values() for row in _parts(a)],
    }


def _audience(plan: Plan, audience: Audience) -> Iterator[Sequence[Any]]:
    for report in audience.reports:
        if report in plan.reports:
            yield (
                audience.about.name,
                audience.about.pack,
                report,
                audience.title,
                "suppress" if audience.round_to is None else "round",
                audience.below,
                audience.round_to,
                audience.leaves,
                audience.delay.months,
                audience.delay.days,
                _flag(audience.shows_rate),
                _flag(audience.shows_interval),
                _flag(audience.shows_rank),
            )


def _parts(audience: Audience) -> Iterator[Sequence[Any]]:
    for part, names in (
        ("level", audience.levels),
        ("stratifier", audience.stratifiers),
        ("period_kind", audience.period_kinds),
    ):
        for name in names:
            yield audience.about.name, part, name


def _flag(value: bool) -> str:
    return "true" if value else "false"
