"""A configuration folder to the text of a pack, with all that has to be said about it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.catalogue import Catalogue
from measuremart.importers.emit import sealed, section_text
from measuremart.importers.finding import Finding, Unavailable
from measuremart.importers.naming import Wanted, names_of
from measuremart.importers.oa_cohorts.by_person import name_repeated
from measuremart.importers.oa_cohorts.concept_names import concept_names
from measuremart.importers.oa_cohorts.configuration import FULL_COHORT, Configuration, read_configuration
from measuremart.importers.oa_cohorts.indicators import indicators
from measuremart.importers.oa_cohorts.meaning import EPISODES
from measuremart.importers.oa_cohorts.measures import Measures
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.reports import cohorts, concept_sets, reports
from measuremart.importers.oa_cohorts.subqueries import Leaf, leaves, wants_no_row
from measuremart.importers.oa_cohorts.translation import Entry, Translation, text_of
from measuremart.importers.oa_cohorts.unavailable import unavailable
from measuremart.problems import Problem

_HEADING = "Imported by `measuremart import oa-cohorts`. Yours to edit; a file that was edited is not imported over."
Groups = list[tuple[str, dict[str, Entry]]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gives: files by name in the pack's folder, and what to say; no files where there are problems."""

    files: dict[str, str]
    counts: dict[str, int]
    findings: list[Finding]
    unavailable: list[Unavailable]
    problems: list[Problem]


def translate(folder: Path, catalogue: Catalogue, refused: Mapping[tuple[str, str], str] | None = None) -> Imported:
    """Translate a folder into a pack of a project.

    `catalogue` has the project's other definitions: targets are looked up there, and names that it has are not given
    again. `refused` has what the language found wrong with an earlier translation, by (section, name): those are
    written as incomplete, or left out where nothing incomplete can be written.
    """
    source = read_configuration(folder)
    if source.problems:
        return Imported({}, {}, [], [], sorted(source.problems, key=lambda p: (p.position, p.message)))
    try:
        concepts = concept_names(source, folder)
    except (OSError, ValueError, csv.Error) as error:
        concepts = {}
        source.findings.append(
            Finding("CONCEPT.csv", 0, "names", "left out", f"the vocabulary cannot be read: {error}")
        )
    work = _named(source, catalogue, dict(refused or {}))
    found = leaves(work)
    if work.problems:
        return Imported({}, {}, [], [], work.problems)
    asked = {key: set(names) for key, names in work.reserved.items()}
    measures = Measures(work, found)
    bodies = measures.entries()
    sole = measures.sole_variants()
    if sole:
        work.reserved = asked
        measures = Measures(work, found, sole)
        bodies = measures.entries()
    by_person = name_repeated(bodies, work.reserved["measures"])
    made = indicators(work, measures)
    sections: dict[str, Groups] = {
        "concept_sets": [("", concept_sets(work))],
        "subqueries": _subqueries(work, found, measures),
        "measures": _measures(work, bodies, measures.notes, by_person, made.measures),
        "cohorts": [("", cohorts(work))],
    }
    names = {number: work.names[("indicator", number)] for number in made.entries}
    sections["indicators"] = [("", {names[number]: entry for number, entry in made.entries.items()})]
    sections["reports"] = [("", reports(work, set(sections["cohorts"][0][1]), made.entries))]
    entries = {section: {n: e for _, group in groups for n, e in group.items()} for section, groups in sections.items()}
    return Imported(
        files={f"{s}.yml": sealed(_HEADING, section_text(s, g, concepts)) for s, g in sections.items() if entries[s]},
        counts={section: len(found_entries) for section, found_entries in entries.items() if found_entries},
        findings=sorted({*source.findings, *work.findings}),
        unavailable=unavailable(entries, made.replaced),
        problems=[],
    )


def _named(source: Configuration, catalogue: Catalogue, refused: dict[tuple[str, str], str]) -> Translation:
    """Return a translation in which everything that has an id has its name."""
    taken = {
        section: set(catalogue.of(section))
        for section in ("concept_sets", "subqueries", "measures", "cohorts", "indicators", "reports")
    }
    taken["measures"] |= taken["subqueries"] | {"full_cohort"}
    work = Translation(source, catalogue.of("targets"), taken, refused)

    def wanted(kind: str, table: str, column: str = "name") -> list[Wanted]:
        rows = [row for row in source.sorted(table) if kind != "measure" or row.number("id") != FULL_COHORT]
        return [Wanted(kind, row.number("id"), text(kind, row, column)) for row in rows]

    def text(kind: str, row: Row, column: str) -> str:
        # "No surgery" would name the surgeries that an `except` takes out.
        opposite = kind == "subquery" and wants_no_row(source, row)
        return f"any {row.text('target')}" if opposite else row.text(column)

    shared = [Wanted("care", 0, "Care episodes"), *wanted("measure", "measure"), *wanted("subquery", "subquery")]
    for section, things in (
        ("measures", shared),
        ("concept_sets", wanted("phenotype", "phenotype")),
        ("cohorts", wanted("dash_cohort", "dash_cohort")),
        ("indicators", wanted("indicator", "indicator", "title")),
        ("reports", wanted("report", "report")),
    ):
        named = names_of(things, taken[section])
        work.names |= named
        taken[section] |= set(named.values())
    return work


_SUBQUERY_GROUPS = {
    "dx": "Diagnosis",
    "tx": "Treatment",
    "intent": "Treatment",
    "referral": "Treatment",
    "meas": "Measurements",
    "obs": "Observations",
    "proc": "Procedures",
    "ev": "Visits",
    "demog": "The person",
}


def _subqueries(work: Translation, found: dict[int, Leaf], measures: Measures) -> Groups:
    groups: dict[str, dict[str, Entry]] = {heading: {} for heading in _SUBQUERY_GROUPS.values()}
    for number, leaf in found.items():
        target = work.source.by_id["subquery"][number].text("target")
        group = groups[_SUBQUERY_GROUPS[target.split("_")[0]]]
        for name, entry in _forms(leaf, measures):
            group[name] = entry
    if measures.needs_episodes:
        care: Entry = {
            "description": "All episodes of care, dated by their start.",
            "target": EPISODES,
            "rules": [{"presence": next(iter(work.roles(EPISODES).dates))}],
        }
        groups["The person"] = {work.names[("care", 0)]: care} | groups["The person"]
    return [("Care and the person" if h == "The person" else h, entries) for h, entries in groups.items()]


def _forms(leaf: Leaf, measures: Measures) -> Iterator[tuple[str, Entry]]:
    """Yield a subquery in every form that measures want; the id is of the one that has its name."""
    forms: dict[str, dict[str, Any]] = {leaf.name: {}}
    for (number, key, role), name in measures.variants.items():
        if number == leaf.id:
            forms[name] = {**({"resolve_by": key} if key else {}), **({"date": role} if role else {})}
    for name in sorted(forms, key=lambda n: (n != leaf.name, n)):
        yield name, {**({"id": leaf.id} if name == leaf.name else {}), **leaf.entry(**forms[name])}


def _measures(
    work: Translation,
    bodies: dict[int, Entry],
    remarks: dict[int, str],
    by_person: dict[str, Entry],
    extra: dict[str, Entry],
) -> Groups:
    groups: dict[str, dict[str, Entry]] = {"One subquery each": {}, "Combinations": {}, "Windows": {}}
    for number, body in bodies.items():
        row = work.source.by_id["measure"][number]
        heading = "One subquery each" if row.maybe("subquery") is not None else "Combinations"
        heading = "Windows" if number in work.source.windows else heading
        notes = {"notes": text_of([remarks[number]])} if number in remarks else {}
        entry = {"id": number, "description": text_of([row.text("name")]), **notes, **body}
        groups[heading][work.names[("measure", number)]] = entry
    return [*groups.items(), ("By person", by_person), ("For indicators", dict(sorted(extra.items())))]
