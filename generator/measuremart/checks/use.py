"""Checks of how definitions are used: what nothing uses, what is written again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from measuremart.catalogue import noun
from measuremart.checks.finding import Finding, Material
from measuremart.definitions.file import Defined
from measuremart.definitions.measure import Expression
from measuremart.uses import inline_parts, named_by, read_by_packs

REPEATS = 3


def unused_definition(material: Material) -> Iterator[Finding]:
    """A definition that nothing uses.

    What: a concept set, subquery, measure, cohort or indicator that no other definition names; a concept set that a
    pack.yml names in `reads` is used. A warning.

    Why: it costs a table in every build, and a reader who looks for its use finds none; often a name was changed in
    one place only. Where there are several, `generate` and `validate` say how many, and `validate --unused` names them.
    Beside errors this is not said: what has an error may use it.

    Example: a measure `stage_ii` that no measure, cohort, indicator or report names.

    Fix: remove it, use it (a report's `dataset:` is a use), or waive it with the reason.
    """
    catalogue = material.catalogue
    used = read_by_packs(catalogue).union(*(named_by(defined, catalogue) for defined in catalogue.everything()))
    for section in ("concept_sets", "subqueries", "measures", "cohorts", "indicators"):
        for defined in catalogue.of(section).values():
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
