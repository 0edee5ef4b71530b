"""Indicators in words: who is due, what counts, what takes a key out, and the figure (semantics.md section 6)."""

from __future__ import annotations

from measuremart.explain.section import Section, relations
from measuremart.plan.grain import Grain, match_of
from measuremart.plan.nodes import Benchmark, Indicator, Plan
from measuremart.plan.outcomes import asking_grains
from measuremart.short_text import done_words, due_words, measure_called

_UNITS = {"percent": "%", "days": " days"}


def indicator_sections(plan: Plan, indicator: Indicator) -> list[Section]:
    """Return what an indicator asks, as it is defined, and how each report asks it otherwise."""
    name = indicator.about.name
    grains = asking_grains(plan.reports, name) or [indicator.types.grain]
    own = _aspects(plan, indicator, grains[0])
    reports = [r for r in plan.reports.values() if any(i.about.name == name for i in r.indicators)]
    asked = []
    for report in reports:
        restated = next(i for i in report.indicators if i.about.name == name)
        theirs = _aspects(plan, restated, report.types.grain)
        changed = [(aspect, lines) for aspect, lines in theirs.items() if lines != own[aspect]]
        asked.append(f"- {report.about.name} asks it as it is defined here{', but for:' if changed else '.'}")
        if restated.title != indicator.title:
            asked.append(f"    Its title there is '{restated.title}'.")
        for aspect, lines in changed:
            asked += [f"    {aspect}:", *(f"      {line}" for line in lines)]
        if restated.asked_in is not None:
            periods = ", ".join(f"{p.name} ({p.start} to {p.end})" for p in restated.asked_in)
            asked.append(f"    It is asked only of keys whose cohort date lies in {periods}.")
    evidence = [f"evidence__{r.about.name}__{name}" for r in reports]
    return [
        *(Section(aspect, tuple(lines)) for aspect, lines in own.items()),
        Section("In reports", tuple(asked)),
        relations(indicator.about, [f"indicator__{name}", *evidence]),
    ]


def _aspects(plan: Plan, indicator: Indicator, grain: Grain) -> dict[str, list[str]]:
    return {
        "Who is due": _who(plan, indicator, grain),
        "What counts as done": _what(plan, indicator, grain),
        "What takes somebody out": _out(plan, indicator, grain),
        "The figure": _figure(indicator, grain),
    }


def _who(plan: Plan, indicator: Indicator, grain: Grain) -> list[str]:
    if indicator.denominator is None:
        return ["Everybody in the report's cohort."]
    lines = [f"Of the report's cohort, {due_words(plan, indicator)}", _same(plan, indicator.denominator, grain)]
    within = " within these days" if indicator.denominator_window is not None else ""
    if indicator.around_denominator:
        which = "Only the first of its dates" if indicator.first_opportunity else "Each of its dates"
        lines.append(f"{which}{within} is an opportunity.")
    if indicator.denominator_window is not None:
        lines.append("Where an unknown date decides, the key is unresolved.")
    return lines


def _what(plan: Plan, indicator: Indicator, grain: Grain) -> list[str]:
    lines = [f"Done are {done_words(plan, indicator)}", _same(plan, indicator.numerator, grain)]
    window = indicator.numerator_window
    if plan.measures[indicator.numerator].expression.types.timeless:
        return lines
    if window is None:
        undated = "does not count" if indicator.ignore_undated else "counts as done, too"
        lines.append(f"What is recorded without a date {undated}.")
    else:
        lines.append("What is recorded without a date leaves it unresolved, unless another date decides.")
    if indicator.waits:
        lines.append("Until the last of these days is over, a key that is not done yet is unresolved (window_open).")
    elif window is not None and window.after is not None:
        lines.append("A key that is not done yet counts as not met, even before the last of these days is over.")
    return lines


def _out(plan: Plan, indicator: Indicator, grain: Grain) -> list[str]:
    lines = []
    for measures, said in (
        (indicator.exclusions, "is excluded: not due, done or not"),
        (indicator.exceptions, "is an exception: not due, unless it is done all the same"),
        (indicator.unresolved, "is unresolved, due or not: its answer cannot be known"),
    ):
        for name in measures:
            lines.append(f"- {_whose(plan, name, grain)} is in measure {measure_called(plan, name)} {said}.")
    if lines:
        lines.append("No date decides here: a record counts whenever it was made.")
    return lines


def _whose(plan: Plan, measure: str, grain: Grain) -> str:
    """Return which keys a member of a measure takes out: those that share what the measure is about."""
    shared = _shared(plan, measure, grain)
    return f"A key {'that' if shared == _own(grain) else f'whose {shared}'}"


def _figure(indicator: Indicator, grain: Grain) -> list[str]:
    lines = [f"One answer is given for each {'person' if indicator.by_person else _own(grain)} of the cohort."]
    if indicator.by_person and grain.level != "person":
        lines.append("A person with several keys has the best of their answers: met, then not met, then the rest.")
    if indicator.duration:
        lines.append(
            "The figure is the median number of days from the denominator's date to the numerator's, of those met."
        )
    else:
        lines.append("The rate is met / (met + not met), in percent.")
    if indicator.benchmark is not None:
        lines.append(_benchmark(indicator.benchmark))
    return lines


def _benchmark(benchmark: Benchmark) -> str:
    side, better = ("at most", "lower") if benchmark.lower_is_better else ("at least", "higher")
    return f"The benchmark is {side} {benchmark.value.normalize():f}{_UNITS[benchmark.unit]}: {better} is better."


def _same(plan: Plan, measure: str, grain: Grain) -> str:
    """Return what a member shares with the cohort's key (semantics.md 2.4)."""
    return f"A member of {measure} counts for the cohort's keys of the same {_shared(plan, measure, grain)}."


def _shared(plan: Plan, measure: str, grain: Grain) -> str:
    if measure not in plan.measures:
        return _own(grain)
    shared = match_of(grain, plan.measures[measure].expression.types.grain)
    return _own(grain) if shared == "key" else shared


def _own(grain: Grain) -> str:
    return {"person": "person", "episode": "episode", "key": grain.name, "event": "event"}[grain.level]
