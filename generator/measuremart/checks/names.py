"""Checks of the names that relations get."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.base import shown
from measuremart.plan.concept_names import named_concepts
from measuremart.problems import Kind

# dbt-postgres cuts the names of its backup tables here, and PostgreSQL refuses longer names (architecture.md, Names).
DISTINCT_LENGTH, LONGEST = 51, 63

_RELATIONS = {
    "concept_sets": ("concept_set__{}",),
    "subqueries": ("subquery__{}",),
    "measures": ("measure__{}",),
    "cohorts": ("cohort__{}",),
    "indicators": ("indicator__{}",),
    "reports": ("report__{}", "report__{}__counted", "report__{}__dataset", "report__{}__strata"),
}


# Lists of names, by section; other lists are asked where they are resolved.
_LISTS = {
    "indicators": ("exclusions", "exceptions", "unresolved", "valid_for"),
    "reports": ("cohorts", "counted", "dataset"),
}


def repeated_name(material: Material) -> Iterator[Finding]:
    """A name that appears twice in one list.

    What: the same name again under `cohorts`, `counted` or `dataset` of a report, or under `exclusions`, `exceptions`,
    `unresolved` or `valid_for` of an indicator. An error.

    Why: the second one changes nothing; often another name was meant, which is now missing.

    Example: `exclusions: [declined, declined]`.

    Fix: remove one of the two, or write the name that was meant.
    """
    for section, words in _LISTS.items():
        for defined in material.catalogue.of(section).values():
            for word in words if defined.entry is not None else ():
                names = getattr(defined.entry, word) or ()
                for number, name in enumerate(names):
                    if name in names[:number]:
                        text = f"'{name}' appears twice under {word}: remove one, or write the name that was meant"
                        yield Finding(defined, defined.entry.place(word, number), text, Kind.MEANING)


def concept_of_two_names(material: Material) -> Iterator[Finding]:
    """A concept that has two names in one pack.

    What: the same concept id beside `name:` with other words in another place of the pack. An error.

    Why: one of the two ids is often a slip, and readers would take one concept for two.

    Example: `exact: {id: 443388, name: Lung tumour}` here, `{id: 443388, name: Liver tumour}` there.

    Fix: write the same name in both places, or correct the id that is wrong.
    """
    names: dict[tuple[str, int], str] = {}
    for defined, concept in named_concepts(material.catalogue):
        name = " ".join((concept.name or "").split())
        first = names.setdefault((defined.pack, concept.id), name)
        if first != name:
            text = f"concept {concept.id} is '{shown(first)}' elsewhere in pack '{defined.pack}': write one name"
            yield Finding(defined, concept.place("name"), text, Kind.MEANING)


def clashing_relation(material: Material) -> Iterator[Finding]:
    """Two relations whose names PostgreSQL could not tell apart, or one that is too long for it.

    What: generated names that agree in their first 51 characters, or are longer than 63. An error.

    Why: dbt swaps tables through backup names cut at 51 characters, so two such models would overwrite each other.

    Example: two reports whose 36-character names differ in nothing that survives the cut.

    Fix: shorten one of the names.
    """
    taken: dict[str, str] = {}
    for section, patterns in _RELATIONS.items():
        for defined in material.catalogue.of(section).values():
            for pattern in patterns if defined.entry is not None else ():
                relation = pattern.format(defined.name)
                if len(relation) > LONGEST:
                    text = f"relation {relation} is {len(relation)} characters long, {LONGEST} are allowed"
                    yield Finding(defined, defined.position, text, Kind.MEANING)
                rival = taken.setdefault(relation[:DISTINCT_LENGTH], relation)
                if rival != relation:
                    text = f"relations {rival} and {relation} agree in their first {DISTINCT_LENGTH} characters"
                    yield Finding(defined, defined.position, text, Kind.MEANING)
