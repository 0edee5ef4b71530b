"""What stands around a printed report: sub-cohorts and indicators that are missing, who and what was not counted, how
fresh the data is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from measuremart.plan.nodes import Plan, Report
from measuremart.plan.reach import reach_of
from measuremart.render.sql import text
from measuremart.report_cells import legend, words
from measuremart.report_rows import ALL_TIME, NOT_ATTRIBUTED
from measuremart.warehouse.marts import Marts

# The variable that says where the data of a population is from.
_SOURCES = {"omop": "omop_source", "epilepsy12": "e12_source"}
_NAMED = 3  # definitions that a line on dropped rows names
# Why a row that meets a definition is none of its members (docs/semantics.md, 1.6 and 2.3), as words.
REASONS = {
    "after_as_of": "after the day that the report is as of",
    "link_to_another_person": "linked to an episode of another person",
    "nested_not_credited": "in an episode within another one, which is not credited",
    "no_episode": "the person has no episode of care",
    "not_linked": "linked to no episode",
    "outside_every_window": "outside every episode's window",
}


def note_rows(marts: Marts, report: str, pack: str, *, has_levels: bool) -> list[dict[str, Any]]:
    """Return what the marts say around a report. Raises `WarehouseError`.

    By `note`: `sub_cohort`, a reason why the report goes without the sub-cohort `name`; `dropped`, how many rows of a
    definition were dropped (`n`) for a reason; `empty`, a definition of the pack that is empty although there is
    something to be in it, for a reason (`n` rows), with what to do as its `name`; `persons`, `no_organisation` and
    `no_entity`, how many persons the report counts, how many of them have no organisation, and how many have one that
    is in no level; `level`, how many keys (`n`) count for no entity of the level `name`, and `keys`, how many there
    are.
    """
    keys = "max(eligible + exception + unresolved + excluded + ineligible)"
    whole = "period = 'all time' and stratifier = 'all' and eligible is not null"
    by_level = f"""
    union all
    select 'level', level_name, '', '', '', {keys}
    from {{{{ ref('agg_indicator_by_level') }}}}
    where report = '{report}' and {whole} and entity = {text(NOT_ATTRIBUTED)}
    group by level_name
    union all
    select 'keys', '', '', '', '', {keys}
    from {{{{ ref('agg_indicator') }}}}
    where report = '{report}' and {whole}
    """  # noqa: S608 - as below
    sql = f"""
    {_sub_cohorts(report)}
    union all
    select 'dropped', '', construct, definition, reason, n_rows
    from {{{{ ref('fct_dropped_event') }}}}
    union all
    select 'empty', remedy, kind, definition, reason, n_rows
    from {{{{ ref('fct_empty_definition') }}}} where pack = '{pack}'
    union all
    select 'persons', '', '', '', '', persons
    from {{{{ ref('agg_attribution') }}}} where report = '{report}' and is_chosen
    union all
    select 'no_organisation', '', '', '', '', unattributed
    from {{{{ ref('agg_attribution') }}}} where report = '{report}' and is_chosen
    union all
    select 'no_entity', '', '', '', '', unknown_organisation
    from {{{{ ref('agg_attribution') }}}} where report = '{report}' and is_chosen
    {by_level if has_levels else ""}
    order by 1, 2, 3, 4, 5
    """  # noqa: S608 - names of reports and packs are checked names
    return [row | {"n": int(row["n"] or 0)} for row in marts.rows(sql)]


def sub_cohort_rows(marts: Marts, report: str) -> list[dict[str, Any]]:
    """Return the notes that count nobody: the sub-cohorts that a report goes without. Raises `WarehouseError`."""
    return list(marts.rows(f"{_sub_cohorts(report)} order by 1, 2, 3, 4, 5"))


def _sub_cohorts(report: str) -> str:
    return f"""select 'sub_cohort' as note, name, construct, definition, reason, 0 as n
    from {{{{ ref('dim_unavailable') }}}}
    where report = '{report}' and part = 'sub_cohort'"""  # noqa: S608 - as above


def demo_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for above everything else where the report is of the demo, none where it is not."""
    return ["Data: the demo, invented patients"] if rows[0]["data_source"] == "demo" else []


def built_otherwise_said(rows: list[dict[str, Any]], variables: Mapping[str, Any]) -> list[str]:
    """Return a line for each of `variables` (the day, the source) that is not what the report was built with."""
    source = _SOURCES.get(rows[0]["population"], "")
    built = {"as_of": str(rows[0]["as_of"])[:10], source: rows[0]["data_source"]}
    asked = {name: str(variables[name]) for name in built if variables.get(name)}
    return [
        f"warning: --vars says {name} {value}, and this report was built with {name} {built[name]}: "
        "run `measuremart build` with the same --vars"
        for name, value in asked.items()
        if built[name] is not None and value != built[name]
    ]


def left_out_said(notes: list[dict[str, Any]]) -> list[str]:
    """Return a line for each sub-cohort that is not in the report, for above the table."""
    return [
        f"NOT IN THIS REPORT: sub-cohort {row['name']}: {row['construct']} {row['definition']} is incomplete: "
        f"{row['reason']}"
        for row in notes
        if row["note"] == "sub_cohort"
    ]


def lines_below(rows: list[dict[str, Any]], notes: list[dict[str, Any]], plan: Plan, report: Report) -> list[str]:
    """Return the lines for below a table that was computed: what words mean, what is missing, how fresh the data is."""
    # Notes count all periods, whichever are printed.
    periods = "" if all(row["period"] == ALL_TIME for row in rows) else " in all periods"
    dropped = _dropped_said(notes, _definitions_of(plan, report), periods)
    around = (*_unattributed_said(notes, report, periods), *_emptied_said(notes), *dropped)
    return [*legend(rows), *reasons_said(rows), *around, *freshness_said(rows)]


def reasons_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line for each indicator that is unavailable; an indicator may have several rows."""
    said = (f"unavailable: {row['title']}: {row['reason']}" for row in rows if row["reason"] is not None)
    return list(dict.fromkeys(said))


def freshness_said(rows: list[dict[str, Any]]) -> list[str]:
    """Return a line that says how fresh the data is; none where nothing is known of it."""
    loaded, last = (str(rows[0][name] or "")[:10] for name in ("loaded_on", "last_date"))
    if not loaded and not last:
        return []
    return [f"Data: loaded {loaded or 'on a day that the source does not say'}, last event {last or 'unknown'}"]


def _emptied_said(notes: list[dict[str, Any]]) -> list[str]:
    """Return a line for each definition that is empty although there is something to be in it."""
    said = []
    for row in sorted(notes, key=lambda row: (row["construct"], row["definition"], row["reason"])):
        if row["note"] == "empty":
            what = f"all {row['n']:,} matching rows are dropped ({REASONS.get(row['reason'], words(row['reason']))})"
            if row["reason"] == "parts_do_not_meet":
                what = "no members, although each of its parts has some"
            said.append(f"EMPTY: {words(row['construct'])} {row['definition']}: {what}. {row['name']}")
    return said


def _unattributed_said(notes: list[dict[str, Any]], report: Report, periods: str) -> list[str]:
    """Return the lines that say how many persons and keys no level counts, or one level does not.

    There are none where the report has no levels.
    """
    counts = {row["note"]: row["n"] for row in notes if row["note"] in ("persons", "no_organisation", "no_entity")}
    if not counts:
        return []
    nobody, nowhere = counts["no_organisation"], counts["no_entity"]
    of = f"{nobody + nowhere:,} of {counts['persons']:,} persons"
    why = f"{nobody:,} without an organisation, {nowhere:,} with one that belongs to no level"
    lines = [f"not attributed{periods}: {of}: {why}"]
    at_level = {row["name"]: row["n"] for row in notes if row["note"] == "level"}
    named = ", ".join(f"{words(level)} {at_level[level]:,}" for level in report.levels if at_level.get(level))
    if named:
        keys = sum(row["n"] for row in notes if row["note"] == "keys")
        grain = report.types.grain.level
        what = f"{grain}s" if grain in ("person", "episode") else "keys"
        lines.append(f"no organisation of the level{periods}, of {keys:,} {what}: {named}")
    return lines


def _definitions_of(plan: Plan, report: Report) -> set[tuple[str, str]]:
    """Return (construct, name) of what a report is made of, as `fct_dropped_event` names them."""
    measures = [m for cohort in report.cohorts for _, m in plan.cohorts[cohort].definitions]
    measures += [m for indicator in report.indicators for m in indicator.measures()]
    reach = reach_of(plan.measures, [m for m in (*measures, *report.counted) if m in plan.measures])
    found = {("subquery", name) for name in reach.subqueries} | {("measure", name) for name in reach.measures}
    return found | {("target", name) for name in reach.targets}


def _dropped_said(notes: list[dict[str, Any]], definitions: set[tuple[str, str]], periods: str) -> list[str]:
    """Return a line for each reason: how many rows that meet definitions of a report were dropped, and of which."""
    by_reason: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in notes:
        if row["note"] == "dropped" and (row["construct"], row["definition"]) in definitions:
            by_reason[row["reason"]][row["definition"]] += row["n"]
    return [_reason_said(reason, counts, periods) for reason, counts in sorted(by_reason.items())]


def _reason_said(reason: str, counts: dict[str, int], periods: str) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{name} {n:,}" for name, n in most[:_NAMED])
    more = f" and {len(most) - _NAMED} more" if len(most) > _NAMED else ""
    n = sum(counts.values())
    rows = "1 row that meets" if n == 1 else f"{n:,} rows that meet"
    return f"dropped{periods}: {rows} a definition ({REASONS.get(reason, words(reason))}): {named}{more}"
