"""The trace of a person in an indicator or a measure: verdicts with their dates, and the trees behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from measuremart.plan import nodes
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Indicator, Measure, Plan, Report
from measuremart.plan.reach import subqueries_of
from measuremart.referee import Referee
from measuremart.referee.results import Result
from measuremart.referee.world import Key, Member
from measuremart.render.members import match_name
from measuremart.trace.gates import Gates
from measuremart.trace.tree import Node, Trees
from measuremart.trace.warehouse_rows import Asking, Found, found_of
from measuremart.warehouse.marts import Marts


@dataclass(frozen=True)
class Opportunity:
    """A day on which the care was due, and the days that would have been enough; None is unknown, or an open side."""

    date: dt.date | None
    is_in: bool | None
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class Part:
    """What a measure is to the indicator, and its tree."""

    role: str
    tree: Node


@dataclass(frozen=True)
class Trace:
    """One key of a person in an indicator of a report, or in a measure alone (`report` and `built` are None).

    `built` is the row of the results, None where there is none; `judged` what the definitions say of the rows of the
    targets now. `episodes` are the person's in the report. `differs` names what was built and does not hold what they
    say.
    """

    about: nodes.Named
    title: str
    person: int
    is_known: bool
    episode: int | None
    key: Key | None
    as_of: dt.date
    report: Report | None
    indicator: Indicator | None
    cohort: Member | None
    built: dict[str, Any] | None
    judged: Result | None
    others: tuple[Result, ...]
    opportunities: tuple[Opportunity, ...]
    parts: tuple[Part, ...]
    episodes: tuple[int, ...]
    differs: tuple[str, ...]
    names: dict[int, str]
    has_opted_out: bool = False


def trace_measure(plan: Plan, marts: Marts | Asking, measure: Measure, person: int, episode: int | None) -> list[Trace]:
    """Return the trace of a measure for a person, or for one episode of the person. Raises `WarehouseError`."""
    found = found_of(plan, marts, person, [measure.about.name], {})
    referee = Referee(plan, found.world)
    grain = measure.expression.types.grain
    key = None if episode is None else (person, episode, episode)
    names = _names(plan, measure.about.pack, found)
    trees = Trees(plan, referee, Gates(plan, found.world, names), names, key, _grain(grain, key), None)
    part = Part("measure", trees.measure(measure.about.name))
    known = _is_known(plan, measure.expression.types.population, found)
    differs = _differs(plan, referee, found)
    about = measure.about
    return [
        Trace(about, about.name, person, known, episode, key, found.world.as_of, None, None, None, None, None, (), (),
              (part,), (), differs, names, found.has_opted_out)
    ]  # fmt: skip


def trace_indicator(
    plan: Plan, marts: Marts | Asking, indicator: Indicator, person: int, episode: int | None, report: str | None
) -> list[Trace]:
    """Return a trace for each report that asks the indicator and each key of the person; one where there is none.

    `episode` and `report` choose among them. Raises `WarehouseError`.
    """
    name = indicator.about.name
    asked = {
        r.about.name: (r, i)
        for r in plan.reports.values()
        for i in r.indicators
        if i.about.name == name and report in (None, r.about.name)
    }
    needed = {m for r, i in asked.values() for m in (*i.measures(), *_cohort_measures(plan, r), *r.counted)}
    found = found_of(plan, marts, person, needed, dict.fromkeys(asked, name))
    traces = []
    for theirs, restated in asked.values():
        traces += _of_report(plan, found, theirs, restated, person, episode)
    return traces


def _of_report(
    plan: Plan, found: Found, report: Report, indicator: Indicator, person: int, episode: int | None
) -> list[Trace]:
    referee = Referee(plan, found.world)
    members = referee.report(report.about.name)
    by_episode = report.types.grain.within == "episode"
    chosen = [m for m in _sortable(members) if m[1] == episode or episode is None or not by_episode]
    alone = replace(report, listed=(indicator,))
    judged = referee.asked(alone, members)
    each = referee.asked(replace(report, listed=(replace(indicator, by_person=False),)), members)
    episodes = tuple(sorted({m.episode_id for m in members if m.episode_id is not None}))
    base = Trace(
        indicator.about, indicator.title, person, _is_known(plan, report.types.population, found), episode, None,
        found.world.as_of, report, indicator, None, None, None, (), (), (), episodes, _differs(plan, referee, found),
        _names(plan, report.about.pack, found), found.has_opted_out,
    )  # fmt: skip
    if not chosen:
        return [replace(base, parts=_parts(plan, referee, found, base, _key_of(person, episode, report)))]
    results = found.results[report.about.name]
    traces = []
    by_key = {(r.person_id, r.episode_id, r.measure_resolver): r for r in judged}
    for *key_list, date in chosen:
        key: Key = (key_list[0], key_list[1], key_list[2])
        shown: Key = (person, None, person) if indicator.by_person else key
        built = next((r for r in results if (r["person_id"], r["episode_id"], r["measure_resolver"]) == shown), None)
        trace = replace(
            base,
            key=key,
            cohort=Member(*key, date),
            built=built,
            judged=by_key.get(shown),
            others=tuple(each) if indicator.by_person else (),
            opportunities=_opportunities(found.evidence[report.about.name], key),
        )
        trace = replace(trace, parts=_parts(plan, referee, found, trace, key))
        if (built is None) != (trace.judged is None) or (
            built is not None and trace.judged is not None and not same_verdict(built, trace.judged)
        ):
            trace = replace(trace, differs=(*trace.differs, "fct_indicator_result"))
        traces.append(trace)
    return traces


def same_verdict(built: dict[str, Any], judged: Result) -> bool:
    """Say whether a row of the results is what the referee says: status, reason and dates."""
    names = (
        "status",
        "reason_code",
        "denominator_date",
        "numerator_date",
        "nearest_date",
        "days_outside",
        "nearest_value",
    )
    return all(built[name] == getattr(judged, name) for name in names)


def _sortable(members: Iterable[Member]) -> list[tuple[Any, ...]]:
    ordered = sorted(members, key=lambda m: (m.episode_id is None, m.episode_id or 0, m.measure_resolver))
    return [(*m.key, m.measure_date) for m in ordered]


def _parts(plan: Plan, referee: Referee, found: Found, trace: Trace, key: Key | None) -> tuple[Part, ...]:
    """Return the trees of all measures of an indicator, and those of the cohort."""
    report, indicator = trace.report, trace.indicator
    assert report is not None
    assert indicator is not None
    near = next((o.date for o in trace.opportunities if o.date is not None), None)
    near = near or (trace.cohort.measure_date if trace.cohort is not None else None)
    gates = Gates(plan, found.world, trace.names)
    trees = Trees(plan, referee, gates, trace.names, key, report.types.grain, near)
    roles = [] if indicator.denominator is None else [("denominator", indicator.denominator)]
    roles.append(("numerator", indicator.numerator))
    for role, measures in (
        ("exclusion", indicator.exclusions),
        ("exception", indicator.exceptions),
        ("unresolved", indicator.unresolved),
        ("cohort", _cohort_measures(plan, report)),
    ):
        roles += [(role, measure) for measure in measures]
    if trace.key is None:
        roles = [pair for pair in roles if pair[0] == "cohort"]
    return tuple(Part(role, trees.measure(measure)) for role, measure in roles)


def _key_of(person: int, episode: int | None, report: Report) -> Key | None:
    """Return the key that an episode would have in a report; None where its keys are no episodes."""
    return None if episode is None or report.types.grain.level != "episode" else (person, episode, episode)


def _cohort_measures(plan: Plan, report: Report) -> list[str]:
    return list(dict.fromkeys(m for name in report.cohorts for _, m in plan.cohorts[name].definitions))


def _opportunities(evidence: list[dict[str, Any]], key: Key) -> tuple[Opportunity, ...]:
    """Return the opportunities of a key, as they were built, each once."""
    found = {
        Opportunity(r["denominator_date"], r["is_in"], r["window_start"], r["window_end"])
        for r in evidence
        if (r["person_id"], r["episode_id"], r["measure_resolver"]) == key and r["has_denominator"]
    }
    return tuple(sorted(found, key=lambda o: (o.date is None, o.date or dt.date.min, o.first or dt.date.min)))


def _differs(plan: Plan, referee: Referee, found: Found) -> tuple[str, ...]:
    """Return the relations that do not hold what the definitions say of the rows of the targets now."""
    names = []
    for name, built in found.measures.items():
        for subquery in subqueries_of(plan.measures[name].expression):
            if set(found.matches[subquery.key]) != set(referee.subquery(subquery)):
                names.append(match_name(subquery))
        if built != referee.measure(name):
            names.append(f"measure__{name}")
    return tuple(dict.fromkeys(names))


def _is_known(plan: Plan, population: str, found: Found) -> bool:
    """Say whether the population has the person; who has opted out is in none."""
    return bool(found.world.rows(plan.populations[population].person_model))


def _names(plan: Plan, pack: str, found: Found) -> dict[int, str]:
    """Return the names of concepts: those of the vocabulary, and those that the pack's authors gave."""
    return {**plan.concept_names.get(pack, {}), **found.names}


def _grain(grain: Grain, key: Key | None) -> Grain:
    """Return the grain of the key that a measure is traced for: the episode where one is named."""
    return Grain("episode", within="episode") if key is not None else grain
