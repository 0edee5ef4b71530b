"""Which definition names which: the graph of a folder of definitions, whether they can be computed or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from measuremart.catalogue import Catalogue
from measuremart.definitions.file import SECTIONS, Defined
from measuremart.definitions.measure import Expression
from measuremart.definitions.report import Report
from measuremart.definitions.rule import Matchers
from measuremart.definitions.subquery import InlineSubquery

# A definition: its section and its name.
Node = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Uses:
    """The definitions that each definition names (`below`), and those that name it (`above`), both sorted."""

    below: dict[Node, tuple[Node, ...]]
    above: dict[Node, tuple[Node, ...]]

    def all_above(self, node: Node) -> list[Node]:
        """Return everything that names the definition, or names something that does, nearest first."""
        return _walk(self.above, node)

    def all_below(self, node: Node) -> list[Node]:
        """Return everything that the definition is made of, nearest first."""
        return _walk(self.below, node)


def uses_of(catalogue: Catalogue) -> Uses:
    """Return the graph of all definitions that could be read; names that nothing has are left out."""
    below: dict[Node, tuple[Node, ...]] = {}
    above: dict[Node, set[Node]] = {}
    for defined in catalogue.everything():
        node = (defined.section, defined.name)
        named = {n for n in named_by(defined, catalogue) if n[1] in catalogue.of(n[0])} - {node}
        below[node] = tuple(sorted(named, key=_place))
        above.setdefault(node, set())
        for other in named:
            above.setdefault(other, set()).add(node)
    return Uses(below, {node: tuple(sorted(names, key=_place)) for node, names in above.items()})


def named_by(defined: Defined, catalogue: Catalogue) -> set[Node]:
    """Return section and name of everything that a definition names; nothing where it could not be read."""
    entry = defined.entry
    if entry is None:
        return set()
    match defined.section:
        case "targets":
            return {("populations", _population(entry.population, catalogue))}
        case "extensions":
            return {("populations", entry.population)}
        case "subqueries":
            return _of_subquery(entry)
        case "measures":
            parts = (entry, *inline_parts(entry))
            return set().union(*(_of_part(part, catalogue.of("measures")) for part in parts))
        case "cohorts":
            return {("measures", m) for m in entry.definitions.values()}
        case "indicators":
            names = (entry.denominator, entry.numerator, *entry.exclusions, *entry.exceptions, *entry.unresolved)
            return {("measures", m) for m in names}
        case "reports":
            found = {("cohorts", c) for c in entry.cohorts}
            found |= {("indicators", name) for item in entry.indicators for name in item}
            found |= {("extensions", name) for name in _extensions(entry, catalogue)}
            return found | {("measures", m) for m in (*entry.counted, *entry.dataset)}
        case "audiences":
            return {("reports", name) for name in entry.reports}
    return set()


def read_by_packs(catalogue: Catalogue) -> set[Node]:
    """Return the concept sets that models by hand read, as the `reads` of a pack.yml say."""
    packs = [about for about in catalogue.about.values() if about is not None]
    read = [sets for about in packs for sets in about.reads.values() if sets != "everything"]
    return {("concept_sets", name) for sets in read for name in sets}


def inline_parts(part: Expression) -> Iterator[Expression | InlineSubquery]:
    """Yield the operators and subqueries that are written inside an expression."""
    for _, child in part.children():
        if isinstance(child, str):
            continue
        yield child
        if isinstance(child, Expression):
            yield from inline_parts(child)


def _place(node: Node) -> tuple[int, str]:
    return list(SECTIONS).index(node[0]), node[1]


def _walk(edges: dict[Node, tuple[Node, ...]], start: Node) -> list[Node]:
    found: dict[Node, None] = {}
    waiting: Iterable[Node] = edges.get(start, ())
    while waiting:
        fresh = [node for node in dict.fromkeys(waiting) if node not in found and node != start]
        found |= dict.fromkeys(fresh)
        waiting = [other for node in fresh for other in edges.get(node, ())]
    return list(found)


def _population(name: str | None, catalogue: Catalogue) -> str:
    """Return the population of a target; one that names none has the only one there is."""
    populations = list(catalogue.of("populations"))
    return name if name is not None else populations[0] if len(populations) == 1 else ""


def _extensions(report: Report, catalogue: Catalogue) -> Iterator[str]:
    """Yield the extensions that have a stratifier or the rule of attribution of a report."""
    for name, defined in catalogue.of("extensions").items():
        added = {*defined.entry.stratifiers, *defined.entry.attributions} if defined.entry else set()
        if added & {*report.stratify_by, report.attribution}:
            yield name


def _of_part(part: Expression | InlineSubquery, measures: dict[str, Defined]) -> set[Node]:
    if isinstance(part, InlineSubquery):
        return _of_subquery(part)
    names = [child for _, child in part.children() if isinstance(child, str)]
    found = {("measures" if name in measures else "subqueries", name) for name in names}
    return found | ({("subqueries", part.subquery)} if isinstance(part.subquery, str) else set())


def _of_subquery(entry: InlineSubquery) -> set[Node]:
    where = [entry.where] if entry.where is not None else []
    found = {("concept_sets", name) for rule in (*entry.rules, *entry.exclude, *where) for name in _concept_sets(rule)}
    return found | ({("targets", entry.target)} if entry.target is not None else set())


def _concept_sets(rule: Matchers) -> Iterator[str]:
    if rule.phenotype is not None:
        yield rule.phenotype
    for inner in (*(rule.all or ()), *(rule.any or ())):
        yield from _concept_sets(inner)
