"""Phenotypes, cohorts and reports."""

from __future__ import annotations

from measuremart.importers.naming import Wanted, free_name, names_of
from measuremart.importers.oa_cohorts import differences
from measuremart.importers.oa_cohorts.configuration import FULL_COHORT
from measuremart.importers.oa_cohorts.indicators import benchmark_fault
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.timing import benchmark_unit
from measuremart.importers.oa_cohorts.translation import Entry, Translation, text_of


def concept_sets(work: Translation) -> dict[str, Entry]:
    """Return every phenotype that has concepts."""
    found = {}
    for row in work.source.sorted("phenotype"):
        number = row.number("id")
        concepts = sorted(set(work.source.concepts.get(number, [])) - {0})
        if not concepts:
            work.say("phenotype", number, "left out", "it has no concepts")
            continue
        found[work.names[("phenotype", number)]] = {
            "id": number,
            "description": text_of([row.text("description") or row.text("name")]),
            "concepts": concepts,
        }
    return found


def cohorts(work: Translation) -> dict[str, Entry]:
    """Return every cohort that has definitions."""
    found = {}
    given: dict[str, int] = {}
    for row in work.source.sorted("dash_cohort"):
        number = row.number("id")
        refusal = work.refused.get(("cohorts", work.names[("dash_cohort", number)]))
        if refusal:
            work.say("dash_cohort", number, "left out", refusal)
            continue
        definitions = [work.source.by_id["dash_cohort_def"][n] for n in sorted(work.source.definitions.get(number, []))]
        for definition in definitions:
            if definition.number("measure") == FULL_COHORT:
                text = "its measure is the full cohort, which a cohort cannot be made of"
                work.say("dash_cohort_def", definition.number("id"), "left out", text)
        definitions = [d for d in definitions if d.number("measure") != FULL_COHORT]
        if not definitions:
            work.say("dash_cohort", number, "left out", "it has no definitions")
            continue
        names = names_of([Wanted("cohort", d.number("id"), d.text("name")) for d in definitions], ())
        names = {key: _apart(work, name, number, given) for key, name in names.items()}
        said = [f"Sub-cohort {d.number('id')}: {d.text('name')}" for d in definitions]
        found[work.names[("dash_cohort", number)]] = {
            "id": number,
            "title": row.text("name"),
            "description": text_of([row.text("name")]),
            "notes": text_of(said),
            "definitions": {
                names[("cohort", d.number("id"))]: work.names[("measure", d.number("measure"))] for d in definitions
            },
        }
    return found


def _apart(work: Translation, name: str, cohort: int, given: dict[str, int]) -> str:
    """Return the name of a sub-cohort, with the cohort's id where an earlier cohort of one of its reports has the name.

    `given` has the cohort of every name. Two cohorts of a report have no sub-cohort name in common, since each is a
    column of the report's dataset.
    """
    reports_of = {
        c: {r.number("report") for r in work.source.rows("report_cohort_map") if r.number("cohort") == c}
        for c in {cohort, given.get(name, cohort)}
    }
    first = given.setdefault(name, cohort)
    if first == cohort or not reports_of[first] & reports_of[cohort]:
        return name
    apart = free_name(name, str(cohort), given)
    given[apart] = cohort
    return apart


def reports(work: Translation, cohort_names: set[str], entries: dict[int, Entry]) -> dict[str, Entry]:
    """Return every report that has cohorts and indicators; `entries` are the indicators by id."""
    found = {}
    for row in work.source.sorted("report"):
        number = row.number("id")
        refusal = work.refused.get(("reports", work.names[("report", number)]))
        if refusal:
            work.say("report", number, "left out", refusal)
            continue
        mapped = [r for r in work.source.rows("report_cohort_map") if r.number("report") == number]
        mapped = [r for r in mapped if work.names[("dash_cohort", r.number("cohort"))] in cohort_names]
        mapped.sort(key=lambda r: (r.maybe("id") or 0, r.number("cohort")))
        lines = [r for r in work.source.rows("report_indicator_map") if r.number("report") == number]
        lines.sort(key=lambda r: r.number("indicator"))
        if not mapped or not lines:
            what = "cohorts that were imported" if not mapped else "indicators"
            work.say("report", number, "left out", f"it has no {what}")
            continue
        primary = [r for r in mapped if r.flag("primary", False)]
        if len(mapped) > 1 and len(primary) != 1:
            chosen = (primary or mapped)[0].number("cohort")
            said = "no cohort is" if not primary else "several cohorts are"
            work.say("report", number, "changed", f"{said} primary: cohort {chosen} is taken")
        if len(mapped) > 1:
            work.say("report", number, "changed", differences.COHORT_DATE)
        entry: Entry = {
            "id": number,
            "title": row.text("name"),
            "description": text_of([row.text("description") or row.text("name")]),
            "notes": text_of(_notes(work, row)),
            # A cohort that is mapped twice is the same cohort: the language refuses its name a second time.
            "cohorts": list(dict.fromkeys(work.names[("dash_cohort", r.number("cohort"))] for r in mapped)),
            "primary_cohort": work.names[("dash_cohort", (primary or mapped)[0].number("cohort"))],
            "indicators": [_line(work, line, entries) for line in lines],
            "period_date": _period_date(work, number, lines),
        }
        found[work.names[("report", number)]] = {key: value for key, value in entry.items() if value}
    return found


def _notes(work: Translation, row: Row) -> list[str]:
    words = (("short_name", "Short name"), ("author", "Author"), ("owner", "Owner"))
    said = [f"{word}: {row.text(field)}" for field, word in words if row.text(field)]
    said += [f"{w}: {row.text(f)[:10]}" for f, w in (("created", "Created"), ("edited", "Edited")) if row.text(f)]
    for version in work.source.sorted("report_version"):
        if version.number("report") == row.number("id"):
            number = ".".join(version.text(f) for f in ("major", "minor") if version.text(f))
            rest = [version.text("label"), version.text("date")[:10], version.text("status").removeprefix("st_")]
            said.append(f"Version {', '.join(word for word in (number, *rest) if word)}")
    return said


def _line(work: Translation, line: Row, entries: dict[int, Entry]) -> str | Entry:
    number = line.number("indicator")
    restated: Entry = {key: line.text(key) for key in ("title", "reference") if line.text(key)}
    value, said_unit = line.decimal("benchmark"), line.text("benchmark_unit")
    unit = benchmark_unit(said_unit)
    fits = "days" if entries[number].get("type") == "duration" else "percent"
    said = work.source.files["report_indicator_map"]
    fault = benchmark_fault(value) if value is not None else ""
    if fault or (said_unit and unit != fits):
        text = f"{said} line {line.position.line}: {fault or f'a benchmark of this indicator is in {fits}'}"
        work.say("indicator", number, "left out", text)
    elif value is not None or unit:
        benchmark = {"value": value, "unit": unit or None}
        restated["benchmark"] = {key: word for key, word in benchmark.items() if word is not None}
    name = work.names[("indicator", number)]
    return {name: restated} if restated else name


# What oa-cohorts takes where an indicator does not say from which date its period is.
_PERIOD_DATE = "denominator"


def _period_date(work: Translation, report: int, lines: list[Row]) -> str:
    """Return the date that gives results their period, empty for the cohort's; where they differ, the default."""
    rows = [work.source.by_id["indicator"][line.number("indicator")] for line in lines]
    found = sorted({row.text("period_date") or _PERIOD_DATE for row in rows})
    if "numerator" in found:
        work.say("report", report, "changed", differences.NUMERATOR_PERIOD)
    if len(found) == 1:
        return found[0] if found[0] != "cohort" else ""
    said = ", ".join(found)
    text = (
        f"its indicators take their period from different dates ({said}); a report here has one: the {_PERIOD_DATE}'s"
    )
    work.say("report", report, "changed", text)
    return _PERIOD_DATE
