"""Checks of how definitions are used: what nothing uses, what is written again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from measuremart.catalogue import noun
from measuremart.checks.finding import Finding, Material
from measuremart.definitions.file import Defined
from measuremart.definitions.measure import Expression
from measuremart.definitions.rule import Matchers
from measuremart.definitions.subquery import InlineSubquery

REPEATS = 3


def unused_definition(material: Material) -> Iterator[Finding]:
    """A definition that nothing uses.

    What: a concept set, subquery, measure, cohort or indicator that no other definition names; a concept set that a
    pack.yml names in `reads` is used. A warning.

    Why: it costs a table in every build, and a reader who looks for its use finds none; often a name was changed in
    one place only. Where there are several, `generate` and `validate` say how many, and `validate --unused` names them.

    Example: a measure `stage_ii` that no measure, cohort, indicator or report names.

    Fix: remove it, use it (a report's `dataset:` is a use), or waive it with the reason.
    """
    used = _used_names(material)
    for section in ("concept_sets", "subqueries", "measures", "cohorts", "indicators"):
        for defined in material.catalogue.of(section).values():
            if defined.entry is not None and (section, defined.name) not in used:
                text = f"nothing uses {noun(section)} '{defined.name}'"
                yield Finding(defined, defined.position, text)


def repeated_inline_part(material: Material) -> Iterator[Finding]:
    """The same inline part written three times or more.

    What: an inline operator or subquery that stands word for word in several places. A warning at each place but
    the first.

    Why: a part that deserves reuse deserves a name; a correction to one copy would leave the others wrong.

    Example: `{target: drug, rules: [{exact: 1378382}]}` in three measures.

    Fix: give the part a name and use the name.
    """
    places: dict[str, list[tuple[Defined, Any]]] = {}
    for defined in material.catalogue.of("measures").values():
        if defined.entry is not None:
            for part in inline_parts(defined.entry):
                places.setdefault(part.model_dump_json(exclude_defaults=True), []).append((defined, part))
    for found in places.values():
        if len(found) < REPEATS:
            continue
        first = min((part.place() for _, part in found), key=lambda p: p)
        for defined, part in found:
            if part.place() != first:
                text = f"this inline part is written {len(found)} times, first at {first}: give it a name"
                yield Finding(defined, part.place(), text)


def single_child(material: Material) -> Iterator[Finding]:
    """An `or` or `and` with one child.

    What: a union or intersection of one measure. A warning.

    Why: it says the same as the child alone; often the other child was forgotten.

    Example: `any_treatment: {or: [chemotherapy]}`.

    Fix: name the child itself, or add what is missing.
    """
    for defined in material.catalogue.of("measures").values():
        if defined.entry is None:
            continue
        for part in (defined.entry, *inline_parts(defined.entry)):
            if not isinstance(part, Expression):
                continue
            for word, children in (("or", part.or_), ("and", part.and_)):
                if children is not None and len(children) == 1:
                    yield Finding(defined, part.place(word), f"'{word}' has one child: it says the same as the child")


def inline_parts(part: Expression) -> Iterator[Expression | InlineSubquery]:
    """Yield the operators and subqueries that are written inside an expression."""
    for _, child in part.children():
        if isinstance(child, str):
            continue
        yield child
        if isinstance(child, Expression):
            yield from inline_parts(child)


def _used_names(material: Material) -> set[tuple[str, str]]:
    """Return (section, name) of everything that some definition names."""
    catalogue = material.catalogue
    packs = [about for about in catalogue.about.values() if about is not None]
    read = [sets for about in packs for sets in about.reads.values() if sets != "everything"]
    used: set[tuple[str, str]] = {("concept_sets", name) for sets in read for name in sets}
    for defined in catalogue.of("subqueries").values():
        if defined.entry is not None:
            used |= _of_subquery(defined.entry)
    for defined in catalogue.of("measures").values():
        if defined.entry is not None:
            for part in (defined.entry, *inline_parts(defined.entry)):
                used |= _of_part(part, catalogue.of("measures"))
    for defined in catalogue.of("cohorts").values():
        if defined.entry is not None:
            used |= {("measures", m) for m in defined.entry.definitions.values()}
    for defined in catalogue.of("indicators").values():
        if defined.entry is not None:
            entry = defined.entry
            names = (entry.denominator, entry.numerator, *entry.exclusions, *entry.exceptions, *entry.unresolved)
            used |= {("measures", m) for m in names}
    for defined in catalogue.of("reports").values():
        if defined.entry is not None:
            entry = defined.entry
            used |= {("cohorts", c) for c in entry.cohorts}
            used |= {("indicators", name) for item in entry.indicators for name in item}
            used |= {("measures", m) for m in (*entry.counted, *entry.dataset)}
    return used


def _of_part(part: Expression | InlineSubquery, measures: dict[str, Defined]) -> set[tuple[str, str]]:
    if isinstance(part, InlineSubquery):
        return _of_subquery(part)
    names = [child for _, child in part.children() if isinstance(child, str)]
    found = {("measures" if name in measures else "subqueries", name) for name in names}
    return found | ({("subqueries", part.subquery)} if isinstance(part.subquery, str) else set())


def _of_subquery(entry: InlineSubquery) -> set[tuple[str, str]]:
    where = [entry.where] if entry.where is not None else []
    return {("concept_sets", name) for rule in (*entry.rules, *entry.exclude, *where) for name in _concept_sets(rule)}


def _concept_sets(rule: Matchers) -> Iterator[str]:
    if rule.phenotype is not None:
        yield rule.phenotype
    for inner in (*(rule.all or ()), *(rule.any or ())):
        yield from _concept_sets(inner)
