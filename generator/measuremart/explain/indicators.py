"""Indicators in words: who is due, what counts, what takes a key out, and the figure (semantics.md section 6)."""

from __future__ import annotations

from measuremart.explain.section import Section, grain_words, listed, measure_called, relations
from measuremart.plan.grain import Grain, match_of
from measuremart.plan.nodes import Around, Benchmark, Indicator, Offset, Plan
from measuremart.plan.outcomes import asking_grains
from measuremart.words import offset_words

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
        asked.append(f"- {report.about.name} asks it as it stands here{', but for:' if changed else '.'}")
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


def asked_in_short(plan: Plan, indicator: Indicator) -> list[str]:
    """Return who is due, what counts by when, and who is taken out, a sentence each."""
    lines = [f"Due: {_due(plan, indicator)}", f"Done: {_done(plan, indicator)}"]
    out = (
        ("excluded", indicator.exclusions),
        ("exception", indicator.exceptions),
        ("unresolved", indicator.unresolved),
    )
    named = [f"{word}: {listed([measure_called(plan, m) for m in names])}" for word, names in out if names]
    return lines + ([f"Taken out: {'; '.join(named)}."] if named else [])


def _aspects(plan: Plan, indicator: Indicator, grain: Grain) -> dict[str, list[str]]:
    return {
        "Who is due": _who(plan, indicator, grain),
        "What counts as done": _what(plan, indicator, grain),
        "What takes somebody out": _out(plan, indicator),
        "The figure": _figure(indicator, grain),
    }


def _due(plan: Plan, indicator: Indicator) -> str:
    if indicator.denominator is None:
        return "everybody in the report's cohort."
    day = days_around(indicator.denominator_window, "the cohort date")
    return (
        f"those in measure {measure_called(plan, indicator.denominator)}{f', {day}' if day else ', whatever the date'}."
    )


def _done(plan: Plan, indicator: Indicator) -> str:
    day = days_around(indicator.numerator_window, reference_words(indicator))
    return f"those in measure {measure_called(plan, indicator.numerator)}, {day or 'whatever the date'}."


def reference_words(indicator: Indicator) -> str:
    """Return the name of the day that the window of the numerator lies around."""
    return "the denominator's date" if indicator.around_denominator else "the cohort date"


def _who(plan: Plan, indicator: Indicator, grain: Grain) -> list[str]:
    if indicator.denominator is None:
        return ["Everybody in the report's cohort."]
    lines = [f"Of the report's cohort, {_due(plan, indicator)}", _same(plan, indicator.denominator, grain)]
    within = " within these days" if indicator.denominator_window is not None else ""
    if indicator.around_denominator:
        which = "Only the first of its dates" if indicator.first_opportunity else "Each of its dates"
        lines.append(f"{which}{within} is an opportunity.")
    if indicator.denominator_window is not None:
        lines.append("Where an unknown date decides, the key is unresolved.")
    return lines


def _what(plan: Plan, indicator: Indicator, grain: Grain) -> list[str]:
    lines = [f"Done are {_done(plan, indicator)}", _same(plan, indicator.numerator, grain)]
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


def _out(plan: Plan, indicator: Indicator) -> list[str]:
    lines = []
    for measures, said in (
        (indicator.exclusions, "is excluded: not due, done or not"),
        (indicator.exceptions, "is an exception: not due, unless it is done all the same"),
        (indicator.unresolved, "is unresolved: its answer cannot be known"),
    ):
        lines += [f"- A key in measure {measure_called(plan, name)} {said}." for name in measures]
    return lines


def _figure(indicator: Indicator, grain: Grain) -> list[str]:
    counted = "a person" if indicator.by_person else grain_words(grain)
    lines = [f"One answer is given for each {counted.removeprefix('an ').removeprefix('a ')} of the cohort."]
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
    other = plan.measures[measure].expression.types.grain
    shared = match_of(grain, other)
    if shared == "key":
        shared_words = {"person": "person", "episode": "episode", "key": grain.name, "event": "event"}[grain.level]
    else:
        shared_words = shared
    return f"It counts for the keys of the same {shared_words}."


def days_around(window: Around | None, day: str) -> str:
    """Return the days of a window around a named day, in words; nothing where there is no window."""
    if window is None:
        return ""
    none = Offset(0, 0)
    match window.before, window.after:
        case None, None:
            return f"at any known date before or after {day}"
        case None, after if after == none:
            return f"on {day} or at any time before it"
        case None, after if after is not None:
            return f"at any time before {day}, or up to {offset_words(after)} after it"
        case before, None if before == none:
            return f"on {day} or at any time after it"
        case before, None if before is not None:
            return f"from {offset_words(before)} before {day} on"
    assert window.before is not None
    assert window.after is not None
    if window.before == none and window.after == none:
        return f"on {day} itself"
    first = "that day" if window.before == none else f"{offset_words(window.before)} before {day}"
    last = f"{offset_words(window.after)} after it"
    if window.before == none:
        return f"from {day} to {last}, both days included"
    if window.after == none:
        return f"from {first} to that day, both days included"
    return f"from {first} to {last}, both days included"
