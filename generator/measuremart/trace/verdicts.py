"""The verdict in words: what decided, with each date, and the day that would have been enough (semantics.md 6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from measuremart.plan.nodes import Indicator, Plan, Report
from measuremart.referee.days import shifted
from measuremart.short_text import days_around, measure_called, reference_words
from measuremart.trace.tracing import Opportunity, Trace

_STATUS = {
    "met": "MET",
    "not_met": "NOT MET",
    "excluded": "EXCLUDED",
    "exception": "EXCEPTION",
    "unresolved": "UNRESOLVED",
    "ineligible": "NOT DUE",
}


def verdict_lines(plan: Plan, trace: Trace) -> list[str]:
    """Return the status and why, in sentences; why there is none, where there is none."""
    report, indicator = trace.report, trace.indicator
    if not trace.is_known and trace.has_opted_out:
        return [
            f"OPTED OUT. Person {trace.person} has opted out of what this was built for, so no table has the person."
        ]
    if not trace.is_known:
        return [f"The population has no person {trace.person}, and the list of opt-outs does not name the id."]
    if report is None or indicator is None:
        return _of_measure(trace)
    if trace.cohort is None:
        who = f"Person {trace.person}"
        if trace.episode is not None:
            who = f"Episode {trace.episode} of person {trace.person}"
        said = f"NOT IN THE REPORT. {who} is in no cohort of report {report.about.name}, so nothing is asked of it."
        others = ", ".join(str(e) for e in trace.episodes)
        return [said, f"In it are the person's episodes {others}."] if others else [said]
    if trace.built is None:
        return [_not_asked(report, indicator, trace)]
    row = trace.built
    lines = [f"{_status(row['status'], row['reason_code'])}. {_why(plan, indicator, trace, row)}"]
    if row["status"] in ("not_met", "unresolved"):
        lines += _enough(indicator, trace, row)
    if row["status"] == "ineligible" and row["reason_code"] == "denominator_outside_window":
        lines += _enough_to_be_due(indicator, trace)
    return lines


def date_lines(plan: Plan, trace: Trace) -> list[str]:
    """Return every date that decided."""
    indicator, report = trace.indicator, trace.report
    lines = []
    if trace.cohort is not None and report is not None and indicator is not None:
        lines.append(f"- Cohort date: {said_day(trace.cohort.measure_date)}.")
        due = days_around(indicator.denominator_window, "the cohort date")
        if indicator.denominator is not None and due:
            first, last = _around(trace.cohort.measure_date, indicator.denominator_window)
            lines.append(f"- It is due on a day {_days(first, last)}: {due}.")
        lines += [_opportunity(indicator, o) for o in trace.opportunities]
        row = trace.built
        if row is not None and row["numerator_date"] is not None:
            lines.append(f"- Done on {row['numerator_date']}.")
    return [*lines, f"- Everything is seen from {trace.as_of}: what begins later has not happened."]


def other_key_lines(trace: Trace) -> list[str]:
    """Return the answer of each key of a person, where the person has the best of them."""
    return [
        f"- {_key_said(r.episode_id, r.measure_resolver, r.person_id)}: {_status(r.status, r.reason_code)}"
        f"{'' if r.is_counted else ', not counted'}."
        for r in trace.others
    ]


def _status(status: str, reason: str) -> str:
    return _STATUS[status] if status == reason else f"{_STATUS[status]} ({reason})"


def said_day(day: dt.date | None) -> str:
    """Return a day, or that it is not known."""
    return "not known" if day is None else str(day)


def _why(plan: Plan, indicator: Indicator, trace: Trace, row: dict[str, Any]) -> str:
    measure = row["reason_measure"]
    named = f"measure {measure_called(plan, measure)}"
    nearest, outside = row["nearest_date"], row["days_outside"]
    match row["reason_code"]:
        case "met":
            due = "" if row["denominator_date"] is None else f" Due on {row['denominator_date']}."
            return f"It is done on {_on(row['numerator_date'])}: {named}.{due}"
        case "excluded":
            return f"It is due, and taken out by {named}."
        case "exception":
            return f"It is due and not done, and excused by {named}."
        case "unresolved":
            return f"Its answer cannot be known: {named}."
        case "denominator_date_unknown":
            return f"It is in {named}, but a date that decides whether it is due is not known."
        case "date_unknown":
            return f"It is due; it is in {named}, but a date that decides whether it is in time is not known."
        case "window_open":
            return f"It is due and not done yet: {named}. The days that count are not over on {trace.as_of}."
        case "too_early" | "too_late":
            side = "before the first" if outside < 0 else "after the last"
            return f"It is in {named}, but on {nearest}: {_counted(abs(outside))} {side} day that counts."
        case "undated_ignored":
            return f"It is in {named}, but only without a date, and what has no date does not count here."
        case "in_another_episode":
            return f"It is due and not in {named}. The person is, on {_on(nearest)}, but in another episode or in none."
        case "recorded_not_met":
            value = "" if row["nearest_value"] is None else f", with the number {_number(row['nearest_value'])}"
            return f"It is due. Something is recorded on {_on(nearest)}{value}, but not as {named} asks."
        case "no_candidate":
            return f"It is due, and nothing is there for {named}."
        case "denominator_outside_window":
            return f"It is in {named}, but on no day on which it would be due."
    if row["reason_measure"] == "full_cohort":
        return "It is not due."
    return f"It is not in {named}, so it is not due."


def _enough(indicator: Indicator, trace: Trace, row: dict[str, Any]) -> list[str]:
    """Return the days that would have been enough, for each opportunity that counts."""
    if row["reason_code"] in ("unresolved", "denominator_date_unknown"):
        return []
    window = indicator.numerator_window
    if window is None:
        dated = " with a known date" if row["reason_code"] == "undated_ignored" else ""
        return [f"Any day{dated} up to {trace.as_of} would have been enough."]
    lines = []
    for opportunity in trace.opportunities:
        if opportunity.is_in and (opportunity.first is not None or opportunity.last is not None):
            would = "is" if row["reason_code"] == "window_open" else "would have been"
            lines.append(f"A day {_days(opportunity.first, opportunity.last)} {would} enough.")
    return list(dict.fromkeys(lines))


def _enough_to_be_due(indicator: Indicator, trace: Trace) -> list[str]:
    if trace.cohort is None or trace.cohort.measure_date is None:
        return []
    first, last = _around(trace.cohort.measure_date, indicator.denominator_window)
    return [f"A day {_days(first, last)} would have made it due."]


def _opportunity(indicator: Indicator, opportunity: Opportunity) -> str:
    due = "Due on a day that is not known" if opportunity.date is None else f"Due on {opportunity.date}"
    if opportunity.is_in is False:
        return f"- {due.replace('Due', 'In the denominator')}, which is no day on which it would be due."
    if opportunity.is_in is None:
        due += ", perhaps: a date that decides is not known"
    window = indicator.numerator_window
    if window is None or (opportunity.first is None and opportunity.last is None):
        return f"- {due}."
    words = days_around(window, reference_words(indicator))
    return f"- {due}. The days that count are those {_days(opportunity.first, opportunity.last)}: {words}."


def _around(reference: dt.date | None, window: Any) -> tuple[dt.date | None, dt.date | None]:
    if reference is None or window is None:
        return None, None
    before = None if window.before is None else type(window.before)(-window.before.months, -window.before.days)
    return _shifted(reference, before), _shifted(reference, window.after)


def _shifted(day: dt.date, offset: Any) -> dt.date | None:
    number = 0 if offset is None else shifted(day, offset)
    return dt.date.fromordinal(number) if 1 <= number <= dt.date.max.toordinal() else None


def _days(first: dt.date | None, last: dt.date | None) -> str:
    """Return days as `from 2024-01-31 to 2024-03-01`; None is an open side."""
    if first is not None and last is not None:
        return f"from {first} to {last}"
    if first is not None:
        return f"from {first} on"
    return f"up to {last}" if last is not None else "that is known"


def _on(day: dt.date | None) -> str:
    return "a day that is not known" if day is None else str(day)


def _counted(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


def _number(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def _key_said(episode: int | None, resolver: int, person: int) -> str:
    if episode is None:
        return f"Key {resolver}" if resolver != person else "The person"
    return f"Episode {episode}" if episode == resolver else f"Key {resolver} of episode {episode}"


def _not_asked(report: Report, indicator: Indicator, trace: Trace) -> str:
    if indicator.asked_in is None:
        return f"NOT BUILT. The results of report {report.about.name} have no row of it: build the project again."
    assert trace.cohort is not None
    periods = ", ".join(f"{p.name} ({p.start} to {p.end})" for p in indicator.asked_in)
    day = said_day(trace.cohort.measure_date)
    return f"NOT ASKED. The indicator is asked of keys whose cohort date lies in {periods}; this one's is {day}."


def _of_measure(trace: Trace) -> list[str]:
    (part,) = trace.parts
    of = f"Person {trace.person}" if trace.episode is None else f"Episode {trace.episode} of person {trace.person}"
    if part.tree.rows:
        return [f"IN. {of} is in measure {trace.about.name}."]
    other = "; other episodes of the person are" if part.tree.elsewhere else ""
    return [f"NOT IN. {of} is not in measure {trace.about.name}{other}."]
