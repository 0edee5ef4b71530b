"""Extensions of populations: what packs add to a population of another pack (semantics.md 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from measuremart.definitions.file import Defined
from measuremart.definitions.population import Extension as Entry
from measuremart.definitions.population import Population as Extended
from measuremart.plan.nodes import Attribution, Extension, Plan, Population, Report, Stratifier
from measuremart.plan.organisations import attributions_of, organisations_of
from measuremart.plan.scope import Scope


def extension_of(defined: Defined, population: Population, extended: Extended, scope: Scope) -> Extension:
    """Return what an extension adds; a name that the population or another extension has is reported, and left out."""
    entry: Entry = defined.entry
    stratifiers = []
    for name, s in entry.stratifiers.items():
        owner = _owner(name, population, "stratifiers")
        if owner is not None:
            text = f"{owner} has a stratifier '{name}', too: give this one another name"
            scope.report(entry.key_place("stratifiers", name), text, check="clashing_extension")
        elif s.ages is not None and population.birth_date is None:
            text = f"bands of age need the 'birth_date' of the persons of population '{population.name}'"
            scope.report(entry.key_place("stratifiers", name), text)
        else:
            stratifiers.append(Stratifier(name, s.column, (), s.ages or (), s.model, s.person))
    attributions = []
    for rule in attributions_of(defined, extended, scope):
        owner = _owner(rule.name, population, "attributions")
        if owner is not None:
            text = f"{owner} has a rule of attribution '{rule.name}', too: give this one another name"
            scope.report(entry.key_place("attributions", rule.name), text, check="clashing_extension")
        else:
            attributions.append(rule)
    organisations = organisations_of(entry.organisations)
    return Extension(defined.name, defined.pack, tuple(stratifiers), organisations, tuple(attributions))


def _owner(name: str, population: Population, word: str) -> str | None:
    """Return what has a stratifier or rule of attribution of a name already, None where nothing has."""
    for owner in population.parts():
        named: Iterable[Stratifier | Attribution] = getattr(owner, word)
        if name in {part.name for part in named}:
            return f"{'population' if owner is population else 'extension'} '{owner.name}'"
    return None


def seen_by(plan: Plan, report: Report) -> Iterator[Extension]:
    """Yield the extensions of a report's population that its pack, or a pack that it needs, declares.

    An extension of a pack that is always built is seen by every report. So a pack changes no report of a pack that
    does not need it.
    """
    packs = {report.about.pack, *plan.packs[report.about.pack].needs}
    for extension in plan.populations[report.types.population].extensions:
        if extension.pack in packs or plan.packs[extension.pack].built == "always":
            yield extension


def asked_of(plan: Plan, report: Report) -> Iterator[Extension]:
    """Yield the extensions that have a stratifier or the rule of attribution of a report."""
    asked = {s.name for s in report.stratifiers} | {report.attribution}
    for extension in plan.populations[report.types.population].extensions:
        named = {s.name for s in extension.stratifiers} | {rule.name for rule in extension.attributions}
        if asked & named:
            yield extension
