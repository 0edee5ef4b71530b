"""A trace in sentences: an explanation of one person, which is shown as explanations are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from measuremart.explain.explanation import Explanation
from measuremart.explain.section import Section
from measuremart.plan.nodes import Plan
from measuremart.referee.world import Member
from measuremart.short_text import measure_called
from measuremart.trace.gates import Event
from measuremart.trace.tracing import Trace
from measuremart.trace.tree import Behind, Node
from measuremart.trace.verdicts import date_lines, other_key_lines, verdict_lines

_HEADINGS = {
    "denominator": "Who is due",
    "numerator": "What counts as done",
    "exclusion": "What excludes",
    "exception": "What excuses",
    "unresolved": "What leaves it unresolved",
    "cohort": "The cohort",
    "measure": "The measure",
}
_ROWS = 5  # rows that a node tells
_STEP = "  "


def explained(plan: Plan, trace: Trace, *, full: bool = False) -> Explanation:
    """Return a trace as sections of sentences; what did not decide is told in a line each, unless `full`."""
    sections = [
        Section("Verdict", tuple(verdict_lines(plan, trace))),
        Section("The dates", tuple(date_lines(plan, trace))),
        Section("The answers of the person's keys", tuple(other_key_lines(trace))),
        *_trees(plan, trace, full),
        Section("Not as built", tuple(_differs(trace))),
    ]
    return Explanation(
        "measure" if trace.indicator is None else "indicator",
        trace.about.name,
        trace.about.pack,
        _title(trace),
        f"{trace.about.file}, line {trace.about.line}",
        tuple(s for s in sections if s.lines),
    )


def _title(trace: Trace) -> str:
    who = f"person {trace.person}"
    if trace.key is not None and trace.key[1] is not None:
        who += f", episode {trace.key[1]}"
    if trace.key is not None and trace.key[2] not in (trace.key[0], trace.key[1]):
        who += f", key {trace.key[2]}"
    where = f" in report {trace.report.about.name}" if trace.report is not None else ""
    return f"{trace.title}: {who}{where}"


def _trees(plan: Plan, trace: Trace, full: bool) -> Iterator[Section]:
    """Yield a section for each role that measures have."""
    if not trace.is_known:
        return
    told: set[tuple[str, str]] = set()
    decisive = {"denominator", "numerator", "measure"}
    if trace.key is None:
        decisive.add("cohort")
    for role, heading in _HEADINGS.items():
        lines: list[str] = []
        for part in (p for p in trace.parts if p.role == role):
            if full or role in decisive or (part.tree.rows and role != "cohort"):
                lines += _tree(part.tree, "", told)
            else:
                lines.append(f"- Measure {measure_called(plan, part.tree.name)}: {_has(part.tree)}.")
        if not lines and role == "denominator" and trace.cohort is not None:
            lines = ["Everybody in the report's cohort, at the cohort date."]
        yield Section(heading, tuple(lines))


def _tree(node: Node, margin: str, told: set[tuple[str, str]]) -> Iterator[str]:
    """Yield a node and all below it, each step indented by two spaces; what was `told` before is only named."""
    said = f"{node.said[0].upper()}{node.said[1:]}"
    is_told = bool(node.name) and (node.said, node.name) in told
    yield f"{margin}- {said}: {_has(node)}.{' It is told above.' if is_told else ''}"
    if is_told:
        return
    told.add((node.said, node.name))
    for anchor, first, last in node.days:
        yield f"{margin}{_STEP}Around {anchor} the days looked at are {_window(first, last)}."
    for words, children in node.parts:
        inner = margin + _STEP
        if words:
            yield f"{inner}- {words[0].upper()}{words[1:]}:"
            inner += _STEP
        for child in children:
            yield from _tree(child, inner, told)
    if node.behind is not None:
        yield from _behind(node.behind, margin + _STEP)


def _window(first: object, last: object) -> str:
    if first is None and last is None:
        return "all that are known"
    if first is None:
        return f"those up to {last}"
    return f"those from {first} on" if last is None else f"those from {first} to {last}"


def _has(node: Node) -> str:
    """Return whether the key is in, with its dates; where it is not, the person's other rows."""
    if node.rows:
        return "yes" if node.is_timeless else f"yes, {_dates(node.rows)}"
    if node.elsewhere:
        places = {"no episode" if m.episode_id is None else f"episode {m.episode_id}" for m in node.elsewhere}
        dates = "" if node.is_timeless else f", {_dates(node.elsewhere)},"
        return f"no; the person is{dates} in {', '.join(sorted(places))}"
    return "no"


def _dates(rows: Sequence[Member]) -> str:
    days = list(dict.fromkeys("on an unknown date" if m.measure_date is None else f"{m.measure_date}" for m in rows))
    more = f" and {len(days) - _ROWS} more dates" if len(days) > _ROWS else ""
    return f"{', '.join(days[:_ROWS])}{more}"


def _behind(behind: Behind, margin: str) -> Iterator[str]:
    asked, *rest = behind.asked
    yield f"{margin}- {asked}"
    yield from (f"{margin}{_STEP}{line}" for line in rest)
    for event in behind.counted:
        yield f"{margin}- Counts: {_event(event)}."
    for event in behind.nearest:
        yield f"{margin}- Does not count: {_event(event)}: {event.why}."
    if behind.not_counted > len(behind.nearest):
        more = behind.not_counted - len(behind.nearest)
        rows = "1 further row" if more == 1 else f"{more:,} further rows"
        yield f"{margin}- {rows} of the target {'does' if more == 1 else 'do'} not count either."
    if not behind.counted and not behind.not_counted:
        yield f"{margin}- Target {behind.target} holds nothing of this person."
    if not behind.counted and behind.is_reduced:
        yield (
            f"{margin}- The target holds only events whose concepts some definition asks about. "
            "The source may have others."
        )


def _event(event: Event) -> str:
    """Return a source event: its id, day, concept, number and unit, and its episode."""
    words = [f"{event.target} {event.event_id}"]
    if event.is_dated:
        words.append("date not known" if event.date is None else f"{event.date}")
    if event.concept:
        words.append(f"concept {event.concept}")
    if event.number is not None:
        words.append(f"number {_plain(event.number)}{f' {event.unit}' if event.unit else ''}")
    words += event.further
    if event.episode_id is not None:
        words.append(f"episode {event.episode_id}")
    return ", ".join(words)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _differs(trace: Trace) -> list[str]:
    if not trace.differs:
        return []
    return [
        f"The definitions say something else of the targets than stands in {', '.join(trace.differs)}. "
        "The definitions have changed since, or only a part was built: build the project again."
    ]
