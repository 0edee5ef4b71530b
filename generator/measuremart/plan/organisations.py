"""The organisations of populations and of extensions, and who counts for which of them (semantics.md section 9)."""

from __future__ import annotations

from measuremart.definitions.file import Defined
from measuremart.definitions.population import Extension, OrganisationBridge, Population
from measuremart.plan.nodes import Attribution, Organisations
from measuremart.plan.scope import Scope, Trail


def organisations_of(entry: OrganisationBridge | None) -> Organisations | None:
    """Return the bridge of organisations that is declared, None without."""
    if entry is None:
        return None
    columns = (entry.organisation, entry.level, entry.entity, entry.title, entry.valid_from, entry.valid_to)
    return Organisations(entry.model, *columns)


def attributions_of(defined: Defined, population: Population, scope: Scope) -> tuple[Attribution, ...]:
    """Return the rules of attribution that a population, or an extension of it, declares; report what does not fit."""
    entry: Population | Extension = defined.entry
    trail = Trail(defined.section, defined.name)
    if entry.attributions and entry.organisations is None and population.organisations is None:
        text = "attributions lead to organisations: the population needs 'organisations', too"
        scope.report(entry.place("attributions"), text, trail)
    found = []
    for name, rule in entry.attributions.items():
        episode = rule.episode
        if population.episodes is None and "episode" not in rule.model_fields_set:
            episode = None
        if population.episodes is None and episode is not None:
            of = entry.population if isinstance(entry, Extension) else defined.name
            text = f"population '{of}' has no episodes: write episode: null"
            scope.report(rule.place("episode"), text, trail.down("attributions", name))
        if "missing_end" in rule.model_fields_set and None in (rule.valid_from, rule.valid_to):
            text = "'missing_end' is about rows without a last day: the rule needs valid_from and valid_to"
            scope.report(rule.place("missing_end"), text, trail.down("attributions", name))
        columns = (rule.person, episode, rule.organisation, rule.valid_from, rule.valid_to)
        found.append(Attribution(name, rule.model, *columns, rule.missing_end))
    return tuple(found)
