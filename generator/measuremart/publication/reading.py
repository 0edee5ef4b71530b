"""What a publication is made of and checked with, read from the warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measuremart.plan.nodes import Audience, Report
from measuremart.publication.figures import WHOLE, Earlier, Figure, Place, Policy
from measuremart.publication.groups import Membership, groups_of
from measuremart.publication.system import Material
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.marts import Marts, rows_of_layers

_PLACE = "indicator, period_kind, period, start_date, end_date, stratifier, stratum, level_name, entity"


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that an audience may be shown of a report, with what is hidden at once, and what it is checked with.

    `seen` says which state of the database this is; `titles` are those of the indicators.
    """

    figures: tuple[Figure, ...]
    material: Material
    seen: dict[str, int]
    titles: Mapping[str, str]
    as_of: dt.date


def read_candidates(marts: Marts, audience: Audience, report: Report) -> Candidates:
    """Return what an audience may be shown of a report. Raises `WarehouseError`, also where nothing may be shown."""
    where = f"where audience = '{audience.about.name}' and report = '{report.about.name}'"
    population = report.types.population
    rows = rows_of_layers(
        marts,
        {
            "figure": f"""select figure_number, title, {_PLACE}, eligible, met, eligible_reason, met_reason
                from {{{{ ref('publication_candidate') }}}} {where} order by figure_number""",
            "earlier": f"""select {_PLACE}, below, round_to, leaves, shown_eligible, shown_met, eligible_reason,
                met_reason, eligible, met from {{{{ ref('publication_earlier') }}}} {where} and eligible is not null
                order by publication_id, {_PLACE}""",
            "membership": f"""select distinct organisation, span_from, span_to, level_name, entity
                from {{{{ ref('organisation_membership') }}}} where population = '{population}'""",
            # as the macro publication_seen asks again before it writes
            "seen": f"""select
                (select count(*) from {{{{ ref('pub_publication') }}}})
                    + (select count(*) from {{{{ ref('pub_retraction') }}}}) as publications,
                count(*) as figures,
                cast(coalesce(sum((figure_number % 1009 + 1) * (3 * eligible + met + 1)), 0) as bigint) as digest
                from {{{{ ref('publication_candidate') }}}} {where}""",
            "run": f"""select as_of, (select count(*) from {{{{ ref('report_attribution') }}}}
                where report = '{report.about.name}' and is_counted and cohort_date is null) as undated
                from {{{{ ref('run_context') }}}}""",
            "policy": f"""select below, round_to, leaves, method from {{{{ ref('catalogue_audience') }}}} {where}""",
        },
    )
    _check_policy(rows["policy"], audience)
    if not rows["figure"]:
        text = (
            f"there is nothing of report '{report.about.name}' that audience '{audience.about.name}' may be shown yet"
        )
        raise WarehouseError(f"{text}: no period is over, or its pack is not built")
    figures = tuple(_figure(row) for row in rows["figure"])
    earlier = tuple(_earlier(row) for row in rows["earlier"])
    levels = {f.place.level for f in figures} | {e.place.level for e in earlier}
    memberships = [_membership(row) for row in rows["membership"]]
    run = rows["run"][0]
    material = Material(
        policy=policy_of(audience),
        groups=groups_of(memberships, levels - {WHOLE}),
        by_cohort_date=report.period_date == "cohort" and int(run["undated"]) == 0,
        earlier=earlier,
    )
    seen = {name: int(rows["seen"][0][name]) for name in ("publications", "figures", "digest")}
    titles = {row["indicator"]: row["title"] for row in rows["figure"]}
    as_of = _day(run["as_of"])
    assert as_of is not None  # a contract
    return Candidates(figures, material, seen, titles, as_of)


def policy_of(audience: Audience) -> Policy:
    """Return the policy of an audience."""
    return Policy(audience.below, audience.round_to, audience.leaves)


def _check_policy(rows: list[dict[str, Any]], audience: Audience) -> None:
    """Refuse to publish by another policy than the definitions say: the catalogue of the last build may be older."""
    policy = policy_of(audience)
    if not any(
        (_number(r["below"]), _number(r["round_to"]), _number(r["leaves"]))
        == (policy.below, policy.round_to, policy.leaves)
        for r in rows
    ):
        text = f"audience '{audience.about.name}' is not built as it is defined"
        raise WarehouseError(f"{text}: run `measuremart generate` (or `sync`) and `dbt build`")


def _figure(row: Mapping[str, Any]) -> Figure:
    number, eligible, met = (int(row[name]) for name in ("figure_number", "eligible", "met"))
    return Figure(number, _place(row), eligible, met, row["eligible_reason"], row["met_reason"])


def _earlier(row: Mapping[str, Any]) -> Earlier:
    below, leaves, eligible, met = (int(row[name]) for name in ("below", "leaves", "eligible", "met"))
    return Earlier(
        _place(row),
        Policy(below, _number(row["round_to"]), leaves),
        _number(row["shown_eligible"]),
        _number(row["shown_met"]),
        eligible,
        met,
        row["eligible_reason"],
        row["met_reason"],
    )


def _place(row: Mapping[str, Any]) -> Place:
    return Place(
        row["indicator"],
        row["period_kind"],
        row["period"],
        _day(row["start_date"]),
        _day(row["end_date"]),
        row["stratifier"],
        row["stratum"],
        row["level_name"],
        row["entity"],
    )


def _membership(row: Mapping[str, Any]) -> Membership:
    first, last = _day(row["span_from"]), _day(row["span_to"])
    assert first is not None  # a contract
    assert last is not None
    return Membership(row["organisation"], first, last, row["level_name"], row["entity"])


def _day(value: Any) -> dt.date | None:
    """Return a day of DuckDB, or of a text."""
    if value is None or isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value)[:10])


def _number(value: Any) -> int | None:
    return None if value is None else int(value)
