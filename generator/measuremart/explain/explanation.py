"""What a definition means, in plain English, from the plan: sections of sentences under a title.

A line belongs to the line above it that is indented less; two spaces are one step, and `- ` begins an item of a list.
"""

from __future__ import annotations

from dataclasses import dataclass

from measuremart.catalogue import noun
from measuremart.definitions.file import Defined
from measuremart.explain.cohorts import cohort_sections, report_sections
from measuremart.explain.indicators import indicator_sections
from measuremart.explain.measures import concept_set_sections, measure_sections, subquery_sections
from measuremart.explain.section import Section, called
from measuremart.pipeline import Read
from measuremart.plan.nodes import Plan
from measuremart.plan.unavailable import Cause, said
from measuremart.uses import Node, Uses, uses_of

# What can be explained, in the order in which a name is looked for.
EXPLAINED = ("indicators", "reports", "cohorts", "measures", "subqueries", "concept_sets")
# What is said of a definition itself, and not of the parts of another one: these follow anyway.
_ONLY_ITS_OWN = ("Made of", "Concept sets", "Becomes")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One definition in words. `title` is its title, or its name where it has none; `place` is its file and line."""

    kind: str
    name: str
    pack: str
    title: str
    place: str
    sections: tuple[Section, ...]


def explain(read: Read, name: str, section: str | None = None, *, full: bool = False) -> list[Explanation]:
    """Return the explanation of each definition of that name: one a section that has it, or of `section` alone.

    With `full` each ends with the meaning of everything that it is made of, down to the concepts.
    """
    uses = uses_of(read.catalogue)
    sections = EXPLAINED if section is None else (section,)
    found = [read.catalogue.of(s)[name] for s in sections if name in read.catalogue.of(s)]
    return [_explained(read, defined, uses, full) for defined in found if defined.entry is not None]


def _explained(read: Read, defined: Defined, uses: Uses, full: bool) -> Explanation:
    node = (defined.section, defined.name)
    sections = [Section("Purpose", tuple(_purpose(defined)))]
    sections += _meaning(read.plan, node)
    sections += _used(read, node, uses)
    if full:
        sections += _parts(read, node, uses)
    return Explanation(
        noun(defined.section),
        defined.name,
        defined.pack,
        " ".join((getattr(defined.entry, "title", None) or defined.name).split()),
        f"{defined.position.file}, line {defined.position.line}",
        tuple(s for s in sections if s.lines),
    )


def _purpose(defined: Defined) -> list[str]:
    entry = defined.entry
    said = [" ".join(entry.description.split())] if entry.description else []
    for word, key in (("Reference", "reference"), ("Source", "source"), ("Notes", "notes")):
        text = getattr(entry, key, None)
        if text:
            said.append(f"{word}: {' '.join(text.split())}")
    return said


def _meaning(plan: Plan, node: Node) -> list[Section]:
    """Return the sections on what a definition means; why it is unavailable, where it is."""
    section, name = node
    gone = _causes(plan, section, name)
    if gone:
        return [Section("Not available", (f"{said(gone)}.", "No table is made of it, and nobody is counted."))]
    match section:
        case "concept_sets" if name in plan.concept_sets:
            return concept_set_sections(plan, plan.concept_sets[name])
        case "subqueries" if name in plan.subqueries:
            return subquery_sections(plan, plan.subqueries[name])
        case "measures" if name in plan.measures:
            return measure_sections(plan, plan.measures[name])
        case "cohorts" if name in plan.cohorts:
            return cohort_sections(plan, plan.cohorts[name])
        case "indicators" if name in plan.indicators:
            return indicator_sections(plan, plan.indicators[name])
        case "reports" if name in plan.reports:
            return report_sections(plan, plan.reports[name])
    return []


def _causes(plan: Plan, section: str, name: str) -> tuple[Cause, ...]:
    gone = plan.unavailable
    if section in ("subqueries", "measures"):
        return gone.parts.causes([name])
    if section == "cohorts" and name in gone.cohorts:
        return tuple(cause for part in gone.cohorts[name] for cause in part.causes)
    if section == "indicators" and name in gone.indicators:
        return gone.indicators[name].causes
    return gone.reports[name].causes if section == "reports" and name in gone.reports else ()


def _used(read: Read, node: Node, uses: Uses) -> list[Section]:
    """Return what names the definition, and the reports that it reaches through others."""
    direct = uses.above.get(node, ())
    lines = [f"- {called(read.catalogue, other)}" for other in direct]
    further = [other for other in uses.all_above(node) if other[0] == "reports" and other not in direct]
    lines += [f"- {called(read.catalogue, other)}, through these" for other in further]
    if not lines and node[0] != "reports":
        lines = ["Nothing uses it."]
    return [Section("Used by", tuple(lines))]


def _parts(read: Read, node: Node, uses: Uses) -> list[Section]:
    """Return a section for each part that the definition is made of, each once, nearest first."""
    found = []
    for section, name in uses.all_below(node):
        if section in EXPLAINED and read.catalogue.of(section)[name].entry is not None:
            defined = read.catalogue.of(section)[name]
            lines = [*_purpose(defined)[:1]]
            for part in _meaning(read.plan, (section, name)):
                if part.lines and part.heading not in _ONLY_ITS_OWN:
                    lines += [f"{part.heading}:", *(f"  {line}" for line in part.lines)]
            found.append(Section(f"The {noun(section)} {name}", tuple(lines)))
    return found
