"""Concept sets, subqueries and measures in words (semantics.md sections 3 and 4)."""

from __future__ import annotations

from measuremart.explain.section import Section, grain_words, in_brackets, relations
from measuremart.plan import nodes
from measuremart.plan.nodes import ConceptSet, Expression, Measure, NamedSubquery, Plan, Subquery
from measuremart.plan.reach import children_of, concept_sets_of, inline_subqueries
from measuremart.words import Names, concept_set_words, expression_words, subquery_words


def concept_set_sections(plan: Plan, concept_set: ConceptSet) -> list[Section]:
    """Return which concepts are in a concept set."""
    lines = concept_set_words(concept_set, _names(plan, concept_set.pack))[1:]
    taken_out = any(line.exclude for line in concept_set.lines)
    said = [line.removeprefix("  ") for line in lines]
    if taken_out:
        said.append("A concept that is taken out stays out, whatever put it in.")
    return [Section("Concepts", tuple(said)), relations(concept_set.about, [f"concept_set__{concept_set.name}"])]


def subquery_sections(plan: Plan, named: NamedSubquery) -> list[Section]:
    """Return which rows of its target a subquery counts, for whom, and on which day."""
    subquery = named.subquery
    rows, key = _subquery_lines(subquery, _names(plan, named.about.pack))
    name = named.about.name
    return [
        Section("What counts", tuple(rows)),
        Section("Key and date", tuple(key)),
        _sets(plan, concept_sets_of(subquery)),
        relations(named.about, [f"match__{name}", f"subquery__{name}"]),
    ]


def measure_sections(plan: Plan, measure: Measure) -> list[Section]:
    """Return what makes a key a member of a measure, and with which date."""
    about, node = measure.about, measure.expression
    lines = expression_words(node, _names(plan, about.pack))
    if isinstance(node, nodes.MeasureRef) or (isinstance(node, nodes.Leaf) and node.subquery.name):
        lines = [f"The rows of {lines[0]}, equal ones once."]
    named = [f"- {line}" for line in _named_parts(plan, node)]
    inline = list(inline_subqueries(node))
    matches = [f"match__{about.name}__{number}" for number in range(1, len(inline) + 1)]
    return [
        Section("What makes a member", (f"{lines[0][0].upper()}{lines[0][1:]}", *lines[1:])),
        Section("Made of", tuple(named)),
        Section("Key and date", tuple(_measure_key(node))),
        _sets(plan, {name for subquery in inline for name in concept_sets_of(subquery)}),
        relations(about, [*matches, f"measure__{about.name}"]),
    ]


def _subquery_lines(subquery: Subquery, names: Names) -> tuple[list[str], list[str]]:
    """Return the words of a subquery, those on its rows apart from those on its key and date."""
    lines = subquery_words(subquery, names)
    at = next(number for number, line in enumerate(lines) if line.startswith("It counts for the "))
    dated = "Its date is not known to the target: it counts whatever the day."
    if subquery.gap is not None:
        dated = "A span is dated by its first day."
        if subquery.by_end:
            dated = "A span is dated by the latest end of its rows; where one of them has no end, it has no date."
    elif subquery.date is not None:
        dated = f"Its date is {subquery.date.name} of the row; a row without it counts with an unknown date."
    key = [f"One member is {grain_words(subquery.grain)}, from target {subquery.target.name}.", dated, *lines[at + 1 :]]
    if subquery.grain.level in ("episode", "key"):
        what = f"a {subquery.grain.name}" if subquery.grain.level == "key" else "an episode"
        key.append(f"A row without {what} is dropped, and counted with its reason.")
    return lines[:at], key


def _measure_key(node: Expression) -> list[str]:
    lines = [f"One member is {grain_words(node.types.grain)}."]
    if node.types.timeless:
        lines.append("It has no date: no window can be laid around it.")
    return lines


def _named_parts(plan: Plan, node: Expression) -> list[str]:
    """Return the named measures and subqueries of an expression with the beginning of their descriptions."""
    found: dict[str, None] = {}
    waiting = [node]
    while waiting:
        part = waiting.pop(0)
        match part:
            case nodes.MeasureRef(name=name):
                found[f"measure {name}{in_brackets(plan.measures[name].about.description)}"] = None
            case nodes.Leaf(subquery=subquery) if subquery.name:
                about = plan.subqueries[subquery.name].about
                found[f"subquery {subquery.name}{in_brackets(about.description)}"] = None
        waiting += children_of(part)
    return list(found)


def _sets(plan: Plan, names: set[str]) -> Section:
    lines = [f"- {name}{in_brackets(plan.concept_sets[name].about.description)}" for name in sorted(names)]
    return Section("Concept sets", tuple(lines))


def _names(plan: Plan, pack: str) -> Names:
    sexes = {code: name for population in plan.populations.values() for name, code in population.sexes}
    return sexes | plan.concept_names.get(pack, {})
