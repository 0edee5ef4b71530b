"""Checks of the names that relations get."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
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
