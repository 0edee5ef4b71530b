"""Concept sets, subqueries and measures in words (semantics.md sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from measuremart.explain.section import Section, grain_words, relations
from measuremart.plan import nodes
from measuremart.plan.nodes import ConceptSet, Conditions, Expression, Measure, NamedSubquery, Plan, Subquery, Target
from measuremart.plan.reach import children_of, concept_sets_of, inline_subqueries
from measuremart.short_text import in_brackets
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
    dated = "The rows of this target have no date: they count whatever the day."
    if subquery.gap is not None:
        dated = "A span is dated by its first day."
        if subquery.by_end:
            dated = "A span is dated by the latest end of its rows; where one of them has no end, it has no date."
    elif subquery.date is not None:
        dated = f"Its date is {subquery.date.name} of the row; a row without it counts with an unknown date."
    source = "" if subquery.grain.level == "event" else f", from target {subquery.target.name}"
    key = [f"One member is {grain_words(subquery.grain)}{source}.", dated, *lines[at + 1 :]]
    if subquery.gap is not None:
        key += _missing_end_words(subquery.target)
    key += _unknown_words([subquery.where])
    if subquery.grain.level in ("episode", "key"):
        what = f"a {subquery.grain.name}" if subquery.grain.level == "key" else "an episode"
        key.append(f"A row without {what} is dropped, and counted with its reason.")
    return lines[:at], key


def _measure_key(node: Expression) -> list[str]:
    lines = [f"One member is {grain_words(node.types.grain)}."]
    if node.types.timeless:
        lines.append("It has no date: no window can be laid around it.")
    parts = list(_parts(node))
    windows = [part for part in parts if isinstance(part, nodes.Window)]
    if windows:
        lines.append("A date that is not known lies in no window.")
    if any(window.pick == "none" for window in windows):
        lines.append("So what has no known date rules nobody out, and a key whose own date is not known stays in.")
    for window in windows:
        if window.covers and isinstance(window.candidate, nodes.Leaf):
            lines += _missing_end_words(window.candidate.subquery.target)
    if any(isinstance(part, nodes.Count) for part in parts):
        lines.append("What has no known date is not counted.")
    conditions = [part.conditions for part in parts if isinstance(part, nodes.Filter)]
    return list(dict.fromkeys(lines + _unknown_words(conditions)))


def _missing_end_words(target: Target) -> list[str]:
    """Return what an interval of a target without an end is taken for (semantics.md 2.2); [] where it does not say."""
    match target.missing_end:
        case "open":
            return ["A row without an end goes on."]
        case "start" if target.supply is not None:
            return ["A row without an end lasts for its days of supply, or is its first day where these are not known."]
        case "start":
            return ["A row without an end is its first day."]
    return []


def _unknown_words(conditions: Iterable[Conditions]) -> list[str]:
    """Return what conditions make of what is not known (semantics.md 2.8, 3)."""
    found = list(conditions)
    lines = []
    if any(c.age_min is not None or c.age_max is not None for c in found):
        lines.append("Where the date or the date of birth is not known, a condition on age is not met.")
    if any(c.on_or_after is not None or c.on_or_before is not None or c.elapsed is not None for c in found):
        lines.append("Where the date is not known, a condition on it is not met.")
    return lines


def _parts(node: Expression) -> Iterator[Expression]:
    """Yield an expression and the operators that are written inside it."""
    yield node
    for child in children_of(node):
        yield from _parts(child)


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
