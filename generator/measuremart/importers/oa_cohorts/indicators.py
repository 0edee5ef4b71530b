"""Indicators: measure against measure, with the windows, policies and benchmark of the source."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from measuremart.importers.finding import Finding
from measuremart.importers.naming import free_name
from measuremart.importers.oa_cohorts import differences
from measuremart.importers.oa_cohorts.configuration import FULL_COHORT
from measuremart.importers.oa_cohorts.measures import Measures
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.timing import benchmark_unit, timing
from measuremart.importers.oa_cohorts.translation import Entry, Translation, UnmappableError, ids_said, text_of

_DIRECTION = (
    "the source does not say which way is better: here more is for percent and less is for days; add "
    "`better: lower` or `better: higher` to the benchmark where that is wrong"
)


_WHOLE = "full_cohort"


@dataclass
class Indicators:
    """The indicators by id, and measures that only they need by name."""

    entries: dict[int, Entry] = field(default_factory=dict)
    measures: dict[str, Entry] = field(default_factory=dict)
    # incomplete numerators, with the measure that each stands for
    replaced: dict[str, str] = field(default_factory=dict)


def indicators(work: Translation, measures: Measures) -> Indicators:
    """Return every indicator. One that cannot be mapped has an incomplete numerator, so that it is unavailable."""
    made = Indicators()
    for row in work.source.sorted("indicator"):
        made.entries[row.number("id")] = _indicator(work, measures, row, made)
    open_ones = [number for number, entry in made.entries.items() if "denominator_window" not in entry]
    if open_ones:
        text = (
            f"{differences.UNDATED_DENOMINATORS} (indicator{'' if len(open_ones) == 1 else 's'} {ids_said(open_ones)})"
        )
        work.findings.append(Finding(work.source.files["indicator"], 0, "denominators", "changed", text))
    if any("benchmark" in entry for entry in made.entries.values()):
        work.findings.append(Finding(work.source.files["indicator"], 0, "benchmarks", "changed", _DIRECTION))
    return made


def _indicator(work: Translation, measures: Measures, row: Row, made: Indicators) -> Entry:
    number = row.number("id")
    name = work.names[("indicator", number)]
    numerator, denominator = row.number("numerator"), row.number("denominator")
    entry: Entry = {
        "id": number,
        "title": row.text("title"),
        "description": _description(work, row),
        **({"reference": row.text("reference")} if row.text("reference") else {}),
    }
    sides = {"denominator": _WHOLE if denominator == FULL_COHORT else measures.name(denominator), "numerator": ""}
    keys: Entry = {}
    try:
        refusal = work.refused.get(("indicators", name))
        if refusal:
            raise UnmappableError(refusal)
        if numerator == FULL_COHORT:
            raise UnmappableError("its numerator is the full cohort, which only a denominator can be")
        found = timing(row)
        keys = found.keys
        for text in [*found.remarks, *_differences(work, measures, row, keys)]:
            work.say("indicator", number, "changed", text)
        sides["numerator"] = measures.name(numerator)
        if found.from_start:
            sides["denominator"] = _from_start(work, measures, row, made)
    except UnmappableError as fault:
        work.say("indicator", number, "unavailable", str(fault))
        sides["numerator"] = _new_name(work, name, f"{number}_numerator")
        meant = "full_cohort" if numerator == FULL_COHORT else measures.name(numerator)
        made.replaced[sides["numerator"]] = meant
        made.measures[sides["numerator"]] = {
            "description": text_of([f"Numerator of: {row.text('title')}"]),
            "notes": text_of([f"Stands for {meant} until the indicator can say what it means"]),
            "incomplete": f"indicator {number}: {fault}",
        }
    kind = {"type": "duration"} if benchmark_unit(row.text("benchmark_unit")) == "days" else {}
    for field_, key, theirs, ours in _POLICIES:
        word = row.text(field_) or theirs
        if word != ours:
            keys[key] = word
    return {**entry, **kind, **sides, **keys, **_benchmark(work, row)}


# field, key, what oa-cohorts takes where nothing is said, what the language takes
_POLICIES = (
    ("opportunity", "opportunity", "any", "any"),
    ("undated", "undated_numerator", "ignore", "met"),
    ("grain", "grain", "cohort", "cohort"),
)


def _differences(work: Translation, measures: Measures, row: Row, keys: Entry) -> list[str]:
    """Return what to say of an indicator whose results may differ from those of oa-cohorts."""
    found = []
    if "numerator_window" in keys or "denominator_window" in keys:
        found.append(differences.UNKNOWN_DATES)
    sides = (row.number("numerator"), row.number("denominator"))
    if keys.get("reference_date") == "denominator" and any(map(measures.reads_intents, sides)):
        found.append(differences.OPPORTUNITIES)
    return found


def _benchmark(work: Translation, row: Row) -> Entry:
    value, unit = row.decimal("benchmark"), benchmark_unit(row.text("benchmark_unit"))
    if value is not None and row.text("benchmark_unit") and not unit:
        text = f"its benchmark of {value} is in '{row.text('benchmark_unit')}': here it is in percent or days"
        work.say("indicator", row.number("id"), "left out", text)
        return {}
    if value is None:
        return {}
    fault = benchmark_fault(value)
    if fault:
        work.say("indicator", row.number("id"), "left out", fault)
        return {}
    return {"benchmark": {"value": value, **({"unit": unit} if unit else {})}}


def benchmark_fault(value: Decimal) -> str:
    """Return why a value cannot be a benchmark here, empty if it can."""
    if value < 0:
        return f"a benchmark of {value} is below 0"
    if -int(value.normalize().as_tuple().exponent) > 6 or value >= 10**12:
        return f"a benchmark of {value} has more than 6 digits after the point or 12 before it"
    return ""


def _description(work: Translation, row: Row) -> str:
    """Return who was due the care and who got it, in the source's words."""
    said = {side: row.text(f"{side}_label") or _measure_text(work, row.number(side)) for side in _SIDES}
    return text_of([f"Denominator: {said['denominator']}", f"Numerator: {said['numerator']}"])


_SIDES = ("denominator", "numerator")


def _measure_text(work: Translation, number: int) -> str:
    row = work.source.by_id["measure"].get(number)
    return "the full cohort" if number == FULL_COHORT or row is None else row.text("name")


def _from_start(work: Translation, measures: Measures, row: Row, made: Indicators) -> str:
    """Return a measure with the keys of the denominator, dated by the start of their episode."""
    denominator = measures.name(row.number("denominator"))
    entry = {
        "description": text_of(
            [f"{_measure_text(work, row.number('denominator'))}, dated by the start of the episode"]
        ),
        "window": {"anchor": measures.episodes(), "candidate": denominator, "date": "anchor"},
    }
    known = next((name for name, body in made.measures.items() if body == entry), None)
    name = known or _new_name(work, denominator, "from_start")
    made.measures[name] = entry
    return name


def _new_name(work: Translation, name: str, suffix: str) -> str:
    found = free_name(name, suffix, work.reserved["measures"])
    work.reserved["measures"].add(found)
    return found
