"""The short text of a definition: its author's description, and in a sentence or a list what it asks for.

It is the description of the definition's model in dbt docs, and what explanations are made with.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from measuremart.plan import nodes
from measuremart.plan.nodes import Around, Cohort, ConceptSet, Indicator, Measure, NamedSubquery, Offset, Plan, Report
from measuremart.words import Names, concept_words, expression_words, offset_words, subquery_words

_SHORT = 200
_WIDTH = 108  # of a line in a file of properties, its indentation apart
_CONCEPTS = 12  # concepts that are named; of more, the number is said


def concept_set_text(concept_set: ConceptSet, description: str, names: Names) -> str:
    """Return the description of a concept set and its first concepts."""
    lines = [
        f"- {'not ' if c.exclude else ''}{concept_words(c.id, names)}{' and all below it' if c.descendants else ''}"
        for c in concept_set.lines
    ]
    more = len(lines) - _CONCEPTS
    return _text(description, [*lines[:_CONCEPTS], *([f"- and {more} more"] if more > 0 else [])])


def subquery_text(named: NamedSubquery, names: Names) -> str:
    """Return the description of a subquery and the rules that a row must meet."""
    return _text(named.about.description, subquery_words(named.subquery, names))


def measure_text(measure: Measure, names: Names) -> str:
    """Return the description of a measure and what makes a member."""
    node = measure.expression
    lines = expression_words(node, names)
    if isinstance(node, nodes.MeasureRef) or (isinstance(node, nodes.Leaf) and node.subquery.name):
        lines = [f"the rows of {lines[0]}, equal ones once."]
    return _text(measure.about.description, [f"{lines[0][0].upper()}{lines[0][1:]}", *lines[1:]])


def cohort_text(cohort: Cohort, description: str) -> str:
    """Return the description of a cohort and its sub-cohorts."""
    parts = [f"- {part}: measure {measure}" for part, measure in cohort.definitions]
    return _text(description, ["Everybody in at least one of:", *(f"  {part}" for part in parts)])


def indicator_text(plan: Plan, indicator: Indicator) -> str:
    """Return the description of an indicator, who is due, what counts by when, and who is taken out."""
    return _text(indicator.about.description, [f"- {line}" for line in asked_in_short(plan, indicator)])


def report_text(report: Report, description: str) -> str:
    """Return the description of a report, its cohorts and its indicators."""
    asked = ", ".join(i.about.name for i in report.listed)
    return _text(description, [f"- Cohorts: {', '.join(report.cohorts)}.", f"- Indicators: {asked}."])


def _text(description: str, lines: Sequence[str]) -> str:
    """Return a description and a list of markdown below it, wrapped."""
    found = textwrap.wrap(description, _WIDTH, break_long_words=False, break_on_hyphens=False)
    found += [""] if found else []
    for depth, line in steps([" ".join(line.splitlines()) for line in lines]):  # a text that is sought may have several
        margin = "  " * depth
        found += textwrap.wrap(
            f"{margin}- {line}", _WIDTH, subsequent_indent=f"{margin}  ", break_long_words=False, break_on_hyphens=False
        )
    return "\n".join(found)


def asked_in_short(plan: Plan, indicator: Indicator) -> list[str]:
    """Return who is due, what counts by when, and who is taken out, a sentence each."""
    lines = [f"Due: {due_words(plan, indicator)}", f"Done: {done_words(plan, indicator)}"]
    out = (
        ("excluded", indicator.exclusions),
        ("exception", indicator.exceptions),
        ("unresolved", indicator.unresolved),
    )
    named = [f"{word}: {listed([measure_called(plan, m) for m in names])}" for word, names in out if names]
    return lines + ([f"Taken out: {'; '.join(named)}."] if named else [])


def due_words(plan: Plan, indicator: Indicator) -> str:
    """Return who is due, and by their date, as the end of a sentence."""
    if indicator.denominator is None:
        return "everybody in the report's cohort."
    day = days_around(indicator.denominator_window, "the cohort date")
    return (
        f"those in measure {measure_called(plan, indicator.denominator)}{f', {day}' if day else ', whatever the date'}."
    )


def done_words(plan: Plan, indicator: Indicator) -> str:
    """Return what counts as done, and by when, as the end of a sentence."""
    day = days_around(indicator.numerator_window, reference_words(indicator))
    without = "at any known date" if indicator.ignore_undated else "whatever the date"
    return f"those in measure {measure_called(plan, indicator.numerator)}, {day or without}."


def reference_words(indicator: Indicator) -> str:
    """Return the name of the day that the window of the numerator lies around."""
    return "the denominator's date" if indicator.around_denominator else "the cohort date"


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


def measure_called(plan: Plan, name: str) -> str:
    """Return a measure's name with the beginning of its description."""
    return f"{name}{in_brackets(plan.measures[name].about.description)}" if name in plan.measures else name


def in_brackets(text: str) -> str:
    """Return the first sentence of a text in brackets, with a space before; nothing where there is no text."""
    sentence = first_sentence(text)
    return f" ({sentence})" if sentence else ""


def first_sentence(text: str) -> str:
    """Return the first sentence of a text without its point, cut at a word where it is long."""
    sentence = " ".join(text.split()).split(". ")[0].removesuffix(".")
    if len(sentence) <= _SHORT:
        return sentence
    return f"{sentence[:_SHORT].rsplit(' ', 1)[0]} ..."


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def steps(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield each line with its depth, at most one below the line before, its mark of a list taken off."""
    margins: list[int] = []
    for line in lines:
        said = line.lstrip()
        margin = len(line) - len(said)
        while margins and margins[-1] >= margin:
            margins.pop()
        yield len(margins), said.removeprefix("- ")
        margins.append(margin)
