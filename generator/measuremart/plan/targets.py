"""Populations, targets and concept sets of the plan."""

from __future__ import annotations

from dataclasses import replace

from measuremart.definitions.file import Defined
from measuremart.definitions.target import Target as TargetEntry
from measuremart.plan.extensions import extension_of
from measuremart.plan.nodes import (
    Column,
    ColumnKind,
    ConceptSet,
    ConceptSetLine,
    Population,
    Target,
)
from measuremart.plan.offsets import offset
from measuremart.plan.organisations import attributions_of, organisations_of
from measuremart.plan.scope import Scope, Trail, about
from measuremart.plan.stratifiers import stratifiers_of

MAIN_ROLES: dict[str, ColumnKind] = {
    "concept": "concept",
    "number": "number",
    "unit": "unit",
    "text": "text",
    "flag": "flag",
}
_ROLE_MAPS: dict[str, ColumnKind] = {
    "dates": "date",
    "concepts": "concept",
    "numbers": "number",
    "units": "unit",
    "texts": "text",
    "flags": "flag",
}


class Roles:
    """The roles of one target by name."""

    def __init__(self, entry: TargetEntry) -> None:
        self.by_name: dict[str, Column] = {}
        self.clashes: list[tuple[str, str]] = []
        self.dates = {role: Column(column, "date") for role, column in entry.dates.items()}
        self.keys = {role: (Column(key.column, "id"), key.within) for role, key in entry.keys.items()}
        for role, kind in MAIN_ROLES.items():
            column = getattr(entry, role)
            if column is not None:
                self._add(role, Column(column, kind))
        for attribute, kind in _ROLE_MAPS.items():
            for role, column in getattr(entry, attribute).items():
                self._add(role, Column(column, kind))
        for role, (column, _) in self.keys.items():
            self._add(role, column)

    def _add(self, role: str, column: Column) -> None:
        if role in self.by_name:
            self.clashes.append((role, f"role '{role}' appears twice in this target: give one another name"))
        self.by_name[role] = column

    def record(self) -> tuple[str, ...]:
        """Return the columns that tell one record from another: a record may be attached to several episodes."""
        attached = {column for column, within in self.keys.values() if within == "episode"}
        columns = {column.name for column in (*self.dates.values(), *self.by_name.values()) if column not in attached}
        return tuple(sorted(columns))

    def of_kind(self, kind: ColumnKind) -> list[str]:
        """Return the names of the roles of a kind."""
        return [role for role, column in self.by_name.items() if column.kind == kind]


class TargetPlanner:
    """Builds populations, targets and concept sets; what has problems is left out and reported."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.populations: dict[str, Population] = {}
        self.sexes: dict[str, dict[str, int]] = {}
        self.targets: dict[str, Target] = {}
        self.roles: dict[str, Roles] = {}
        self.concept_sets: dict[str, ConceptSet] = {}

    def build(self) -> None:
        """Build everything."""
        for defined in self._scope.catalogue.of("populations").values():
            if defined.entry is not None:
                self._population(defined)
        for _, defined in sorted(self._scope.catalogue.of("extensions").items()):
            if defined.entry is not None:
                self._extension(defined)
        for defined in self._scope.catalogue.of("targets").values():
            if defined.entry is not None:
                self._target(defined)
        self._share_reductions()
        for defined in self._scope.catalogue.of("concept_sets").values():
            if defined.entry is not None:
                lines = tuple(ConceptSetLine(c.id, c.descendants, c.exclude) for c in defined.entry.concepts)
                self.concept_sets[defined.name] = ConceptSet(about(defined), lines)

    def _population(self, defined: Defined) -> None:
        person, spine = defined.entry.person, defined.entry.episodes
        self.populations[defined.name] = Population(
            name=defined.name,
            pack=defined.pack,
            person_model=person.model,
            person_id=person.id,
            birth_date=person.birth_date,
            sex=person.sex,
            sexes=tuple(person.sexes.items()),
            spine_model=spine.model if spine else None,
            spine_person=spine.person if spine else "person_id",
            spine_id=spine.id if spine else "episode_id",
            spine_start=spine.start if spine else "start_date",
            spine_end=spine.end if spine else None,
            stratifiers=stratifiers_of(defined.entry),
            organisations=organisations_of(defined.entry.organisations),
            attributions=attributions_of(defined, defined.entry, self._scope),
        )
        self.sexes[defined.name] = dict(person.sexes)

    def _extension(self, defined: Defined) -> None:
        name = defined.entry.population
        trail = Trail("extensions", defined.name)
        extended = self._scope.find(name, "populations", defined.entry.place("population"), trail)
        if extended is not None:
            added = extension_of(defined, self.populations[name], extended.entry, self._scope)
            extensions = (*self.populations[name].extensions, added)
            self.populations[name] = replace(self.populations[name], extensions=extensions)

    def _target(self, defined: Defined) -> None:
        entry: TargetEntry = defined.entry
        trail = Trail("targets", defined.name)
        population = self._population_of(entry, defined, trail)
        roles = Roles(entry)
        for _, fault in roles.clashes:
            self._scope.report(defined.position, fault, check="clashing_roles")
        for key in entry.keys:
            if key in ("person", "episode", "event"):
                self._scope.report(
                    entry.place("keys", key), f"'{key}' is a grain of its own: give the key another name"
                )
        if population is None or roles.clashes:
            return
        has_spine = self.populations[population].spine_model is not None
        episode = entry.episode
        if not has_spine and "episode" not in entry.model_fields_set:
            episode = None
        if episode is not None and not has_spine:
            self._scope.report(
                entry.place("episode"), f"population '{population}' has no episodes: write episode: null", trail
            )
            return
        if entry.unattached is not None and episode is None:
            self._scope.report(
                entry.place("unattached"), "a target without episodes attaches nothing: leave 'unattached' out", trail
            )
            return
        joins = entry.spans is not None and {"start", "end"} <= set(roles.dates)
        if entry.spans is not None and not joins:
            text = "'spans' joins intervals: it needs date roles start and end"
            self._scope.report(entry.place("spans"), text, trail, check="spans")
        self._keys_agree(defined, roles)
        self._reductions_agree(defined)
        if entry.missing_end is not None and not {"start", "end"} <= set(roles.dates):
            text = "'missing_end' is about rows without an end: the target needs date roles start and end"
            self._scope.report(entry.place("missing_end"), text, trail, check="missing_end")
        supply = roles.by_name.get("days_supply")
        self.roles[defined.name] = roles
        self.targets[defined.name] = Target(
            name=defined.name,
            pack=defined.pack,
            population=population,
            model=entry.model,
            person=entry.person,
            episode=episode,
            event=entry.event,
            unattached=Column(entry.unattached, "text") if entry.unattached else None,
            start=roles.dates.get("start"),
            end=roles.dates.get("end"),
            missing_end=entry.missing_end,
            supply=supply if supply is not None and supply.kind == "number" else None,
            number=roles.by_name.get("number"),
            unit=roles.by_name.get("unit"),
            concept=roles.by_name.get("concept"),
            timeless=not roles.dates,
            record=roles.record(),
            gap=offset(entry.spans.gap) if entry.spans is not None and joins else None,
            reduced_by=entry.reduced_by,
        )

    def _keys_agree(self, defined: Defined, roles: Roles) -> None:
        for other in self.roles:
            for key, (_, within) in roles.keys.items():
                theirs = self.roles[other].keys.get(key)
                if theirs is not None and theirs[1] != within:
                    self._scope.report(
                        defined.entry.place("keys", key),
                        f"key '{key}' is within {within} here and within {theirs[1]} in target '{other}'",
                    )

    def _reductions_agree(self, defined: Defined) -> None:
        """Report a target that reads the model of another one, and takes it for reduced by another column."""
        entry: TargetEntry = defined.entry
        for other in self.targets.values():
            columns = {other.reduced_by, entry.reduced_by} - {None}
            if other.model == entry.model and len(columns) == 2:
                said = f"reduced_by: {other.reduced_by}"
                text = f"target '{other.name}' reads the model {entry.model}, too, with {said}: write the same in both"
                self._scope.report(entry.place("reduced_by"), text)

    def _share_reductions(self) -> None:
        """Let every target over a reduced model know that it is: a further one need not say so again."""
        columns = {target.model: target.reduced_by for target in self.targets.values() if target.reduced_by}
        for name, target in self.targets.items():
            self.targets[name] = replace(target, reduced_by=columns.get(target.model))

    def _population_of(self, entry: TargetEntry, defined: Defined, trail: Trail) -> str | None:
        known = self._scope.catalogue.of("populations")
        if entry.population is None:
            if len(known) == 1:
                only = next(iter(known))
                return only if only in self.populations else None
            if self._scope.catalogue.unread:  # there may be just one in what could not be read
                return None
            listed = ", ".join(sorted(known)) or "none"
            text = f"'population' is required where there is not just one: {listed}"
            self._scope.report(defined.position, text, check="population")
            return None
        found = self._scope.find(entry.population, "populations", entry.place("population"), trail)
        return found.name if found else None
