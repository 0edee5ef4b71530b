"""What is asked of two versions of a relation: keys that entered, left, or changed, and the events behind them.

The SQL is plain: `except` and `group by` take nulls for equal on every engine.
"""

from __future__ import annotations

from measuremart.plan.nodes import Subquery
from measuremart.render.sql import text

_KEY = "person_id, episode_id, measure_resolver"
_EMPTY = (
    "(select cast(null as bigint) as person_id, cast(null as bigint) as episode_id, "
    "cast(null as bigint) as measure_resolver, cast(null as date) as measure_date where 1 = 0) as nothing"
)
# What an indicator says of a key; the first is its status.
_SAID = ("status", "reason_code", "denominator_date", "numerator_date")


def changed_members(was: str | None, now: str | None) -> str:
    """Return the keys of a measure or report that entered, left, or have other dates: `change` and the key."""
    old, new = was or _EMPTY, now or _EMPTY
    rows = f"{_KEY}, measure_date"
    return (
        f"select 'entered' as change, k.* from (select {_KEY} from {new} except select {_KEY} from {old}) as k "
        f"union all select 'left', k.* from (select {_KEY} from {old} except select {_KEY} from {new}) as k "
        f"union all select 'other dates', k.* from ((select {_KEY} from ("
        f"(select {rows} from {old} except select {rows} from {new}) union all "
        f"(select {rows} from {new} except select {rows} from {old})) as d "
        f"intersect select {_KEY} from {old}) intersect select {_KEY} from {new}) as k"
    )


def changed_results(was: str | None, now: str | None, report: str, indicator: str) -> str:
    """Return the keys of which an indicator says something else, with the status before and after as `change`."""
    sides = [
        f"select '{side}' as side, {_KEY}, {', '.join(_SAID)} from {relation} "
        f"where report = {text(report)} and indicator = {text(indicator)}"
        for side, relation in (("was", was), ("now", now))
        if relation is not None
    ]
    said = ", ".join(f"max(case when side = '{s}' then {c} end) as {s}_{c}" for s in ("was", "now") for c in _SAID)
    differs = " or ".join(f"was_{column} is distinct from now_{column}" for column in _SAID)
    return (
        "select coalesce(was_status, 'absent') || ' -> ' || coalesce(now_status, 'absent') as change, "
        f"{_KEY} from (select {_KEY}, {said} from ({' union all '.join(sides)}) as s group by {_KEY}) as b "
        f"where {differs}"
    )


def counted(changed: str) -> str:
    """Return how many keys, and persons, each change has."""
    return (
        f"select change, count(*) as n_keys, count(distinct person_id) as n_persons from ({changed}) as c "
        "group by change order by change"
    )


def examples(changed: str, number: int) -> str:
    """Return the first ids of each change."""
    return (
        f"select change, {_KEY} from (select c.*, row_number() over (partition by change order by {_KEY}) as place "
        f"from ({changed}) as c) as r where place <= {number} order by change, place"
    )


def rates(relation: str) -> str:
    """Return the keys that count and are met or not met, for each report and indicator."""
    met, due = (f"sum(case when status in ({s}) then 1 else 0 end)" for s in ("'met'", "'met', 'not_met'"))
    return (
        f"select report, indicator, {met} as n_met, {due} as n_eligible from {relation} "
        "where is_counted group by report, indicator"
    )


def changed_events(was: str | None, now: str | None) -> str:
    """Return the events that count in one version of a match only: `what`, the number of the rule, and the event."""
    columns = "rule_number, person_id, episode_id, event_id"
    sides = []
    for what, own, other in (("counts now", now, was), ("counted before", was, now)):
        if own is None:
            continue
        absent = "" if other is None else (
            f" and not exists (select 1 from {other} as o where o.dropped_reason is null and o.person_id = m.person_id "
            "and o.event_id is not distinct from m.event_id and o.episode_id is not distinct from m.episode_id "
            "and o.measure_date is not distinct from m.measure_date)"
        )  # fmt: skip
        listed = ", ".join(f"m.{column}" for column in columns.split(", "))
        sides.append(
            f"select distinct '{what}' as what, {listed} from {own} as m where m.dropped_reason is null{absent}"
        )
    return " union all ".join(sides)


def events_counted(events: str) -> str:
    """Return how many events count in one version only."""
    return f"select what, count(*) as n_events from ({events}) as e group by what"


def through(changed: str, events: str, subquery: Subquery, target: str | None, names: str | None) -> str:
    """Return how many keys of each change have such an event of their person, by rule and concept.

    An event of another episode than the key's is none of the key's.
    """
    concept, joined, name, named = "cast(null as bigint)", "", "cast(null as varchar(255))", ""
    if subquery.target.concept is not None and target is not None:
        concept = f"t.{subquery.target.concept.name}"
        joined = (
            f" left join {target} as t on cast(t.{subquery.target.event} as bigint) = e.event_id "
            f"and cast(t.{subquery.target.person} as bigint) = e.person_id"
        )
    if names is not None:
        name, named = "n.concept_name", f" left join {names} as n on n.concept_id = d.concept_id"
    return (
        f"select d.change, d.what, d.rule_number, d.concept_id, max({name}) as concept_name, count(*) as n_keys "
        "from (select distinct c.change, c.person_id, c.episode_id, c.measure_resolver, e.what, e.rule_number, "
        f"{concept} as concept_id from ({changed}) as c inner join ({events}) as e on c.person_id = e.person_id "
        f"and (c.episode_id is null or e.episode_id is null or c.episode_id = e.episode_id){joined}) as d{named} "
        "group by d.change, d.what, d.rule_number, d.concept_id order by 1, 6 desc, 2, 3, 4"
    )
