"""The match of a subquery: its rule, evaluated once, with all that is asked of its rows later (semantics.md 3)."""

from __future__ import annotations

from measuremart.plan import nodes
from measuremart.plan.nodes import Subquery
from measuremart.render.environment import fill
from measuremart.render.members import FINAL, Ctes
from measuremart.render.predicates import Needs, conditions, predicate, required

# The first day of a supply is the start; parts of a day do not count; a supply of over 100 years is one of 100 (2.2).
_LAST_DAY_OF_SUPPLY = (
    "case\n"
    "                        when target_row.supply >= 1\n"
    "                            then "
    "{{ add_interval('target_row.interval_start', 0, "
    "'cast(floor(least(target_row.supply, 36500)) as integer) - 1') }}\n"
    "                    end"
)


def match_ctes(subquery: Subquery, ctes: Ctes, last: str = FINAL) -> None:
    """Add the CTEs of a match: the members, once for each rule that a row meets, and the dropped rows with the reason.

    Where its rows are joined, spans take the place of the members. `last` is what the last CTE is called.
    """
    needs = Needs()
    rules = [predicate(r, needs) for r in subquery.rules]
    excludes = [predicate(e, needs, "target_row") for e in subquery.exclude]
    must = required(subquery.required, needs, "target_row")
    columns = _columns(subquery, needs)
    days = [alias for _, alias in columns if alias in ("measure_date", "event_start")] if subquery.date else []
    if days:
        ctes.clock()
    if subquery.where.needs_person:
        ctes.person(subquery.target.population)
    _vocabulary(ctes, needs)
    later = _later_days(subquery, needs, columns)
    ctes.parts.append(
        fill(
            "match",
            source=subquery.target.model,
            columns=columns,
            later=later,
            hierarchies=needs.hierarchies,
            codes=needs.codes,
            coded=needs.coded,
            is_interval=_is_interval(subquery),
            interval_end=_interval_end(subquery),
            days=days,
            reason=_reason(subquery),
            rule_columns=sorted(needs.columns),
            needs_person=subquery.where.needs_person,
            conditions=[*conditions(subquery.where, "target_row"), *must],
            excludes=excludes,
            rules=rules,
            last=last if subquery.gap is None else "joinable",
        )
    )
    if subquery.gap is not None:
        ctes.parts.append(
            fill(
                "spans",
                next_day=nodes.Offset(subquery.gap.months, subquery.gap.days + 1),
                by_event=subquery.grain.level == "event",
                by_end=subquery.by_end,
            )
        )


def _columns(subquery: Subquery, needs: Needs) -> list[tuple[str, str]]:
    """Return what is read of a row of the target, and its aliases."""
    target, grain = subquery.target, subquery.grain
    episode = target.episode if grain.level == "episode" or grain.within == "episode" else None
    columns = [
        (f"cast({target.person} as bigint)", "person_id"),
        (f"cast({episode or 'null'} as bigint)", "episode_id"),
        (f"cast({subquery.resolver.name} as bigint)", "measure_resolver"),
        (f"cast({subquery.date.name if subquery.date else 'null'} as date)", "measure_date"),
        (f"cast({target.event} as bigint)", "event_id"),
    ]
    if target.start is not None and subquery.date is not None and subquery.date != target.start:
        columns.append((f"cast({target.start.name} as date)", "event_start"))
    if _is_interval(subquery):
        assert target.start is not None
        assert target.end is not None
        columns += [
            (f"cast({target.start.name} as date)", "interval_start"),
            (f"cast({target.end.name} as date)", "recorded_end"),
        ]
        if target.missing_end == "start" and target.supply is not None:
            columns.append((f"{{{{ to_number('{target.supply.name}') }}}}", "supply"))
    number = f"{{{{ to_number('{subquery.number.name}') }}}}" if subquery.number else "cast(null as numeric(38, 10))"
    columns.append((number, "number_value"))
    unit = target.unit.name if subquery.number and target.unit else "null"
    columns.append((f"cast({unit} as bigint)", "number_unit_id"))
    if says_why_unattached(subquery):
        assert target.unattached is not None
        columns.append((f"{{{{ to_text('{target.unattached.name}') }}}}", "why_unattached"))
    for name in sorted(needs.columns):
        column = needs.columns[name]
        match column.kind:
            case "date":
                expression = f"cast({column.name} as date)"
            case "number":
                expression = f"{{{{ to_number('{column.name}') }}}}"
            case _:
                expression = column.name
        columns.append((expression, name))
    return columns


def _is_interval(subquery: Subquery) -> bool:
    """Return whether its rows have an interval: what a missing end means is said by the target (2.2)."""
    target = subquery.target
    return target.start is not None and target.end is not None and target.missing_end is not None


def _interval_end(subquery: Subquery) -> str:
    """Return the last day of a row: an end that is not known, or after `as_of`, is what the target says (2.2)."""
    target = subquery.target
    if not _is_interval(subquery):
        return "cast(null as date)"
    if target.missing_end == "open":
        return "case when target_row.recorded_end <= run_context.as_of then target_row.recorded_end end"
    known = ["target_row.recorded_end", "target_row.interval_start"]
    if target.supply is None:
        end = f"coalesce({', '.join(known)})"
    else:
        known.insert(1, _LAST_DAY_OF_SUPPLY)
        step = "\n                "
        end = f"coalesce({step}    {f',{step}    '.join(known)}{step})"
    # least() passes over nulls, but where neither day is known, nobody knows the end.
    return (
        f"case\n            when coalesce({known[0]}, {known[-1]}) is not null\n"
        f"                then least({end}, run_context.as_of)\n        end"
    )


def says_why_unattached(subquery: Subquery) -> bool:
    """Return whether a missing resolver can be due to a missing episode, and the target says why that is missing."""
    grain = subquery.grain
    by_episode = grain.level == "episode" or (grain.level == "key" and grain.within == "episode")
    return by_episode and subquery.target.unattached is not None


def _reason(subquery: Subquery) -> str:
    """Return why a row without a resolver is no member; empty where the resolver is the person."""
    grain = subquery.grain
    if grain.level == "person":
        return ""
    what = "event id" if grain.level == "event" else grain.name or grain.level
    return f"coalesce(target_row.why_unattached, 'no {what}')" if says_why_unattached(subquery) else f"'no {what}'"


def _later_days(subquery: Subquery, needs: Needs, columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the columns of a row once `as_of` is known, none where that changes nothing (2.8).

    A row whose own day or start lies after `as_of` is dropped whole: those two stay as they are.
    """
    own = {c.name for c in (subquery.date, subquery.target.start) if c is not None}
    days = {alias for alias, column in needs.columns.items() if column.kind == "date" and column.name not in own}
    return [(_by_as_of(alias) if alias in days else f"recorded.{alias}", alias) for _, alias in columns] if days else []


def _by_as_of(day: str) -> str:
    """Return a day of a row if it is not after `as_of`, else null (2.8)."""
    return (
        f"case\n            when recorded.{day} <= run_context.as_of\n                then recorded.{day}\n        end"
    )


def _vocabulary(ctes: Ctes, needs: Needs) -> None:
    for name in needs.concept_sets:
        ctes.columns(f"concept_set__{name}", f"concept_set__{name}", [("concept_id", "concept_id")])
    if needs.hierarchies:
        columns = ["ancestor_concept_id", "descendant_concept_id"]
        ctes.columns("asked_hierarchy", "asked_hierarchy", [(c, c) for c in columns])
    if needs.codes or needs.coded:
        columns = ["concept_id", "concept_code"]
        ctes.columns("concept", "stg_omop__concept", [(c, c) for c in columns])
