"""What a reader of publications knows of an indicator's counts, as linear equations over the finest groups.

An unknown is how many keys of a group of organisations, in a stretch of days and in a stratum, are met, or not met.
Every published number says that a sum of unknowns is a number, or lies between two. Every hidden one says that its sum
lies where hidden ones lie (a reader knows the reason). Strata add up to the whole in every group and stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.figures import WHOLE, Earlier, Figure, Place, Policy, Quantity, Reason
from measuremart.publication.groups import Group, Stretch, holds, strata_of, stretches_of
from measuremart.publication.secrets import Numbers, Relations, Secret, Word, relations_of, secrets_of, shown_before
from measuremart.publication.solver_extra import solver_module

_ENDLESS = np.inf
# A rate is published with 6 digits.
_RATE = 5e-7
MET, NOT_MET = 0, 1


@dataclass(frozen=True, slots=True)
class Said:
    """What this publication says of a count, shown or hidden: the figure's position, and which of its two counts."""

    position: int
    quantity: Quantity
    is_shown: bool


@dataclass(slots=True)
class System:
    """Rows `least <= known @ unknowns <= greatest`, unknowns whole and not negative; and the secrets as rows.

    `group` orders unknowns: those of groups that share wide entities are near each other. `truth` is the number that an
    unknown is, nan where no place of the figures counts just it.
    """

    known: Any
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    source: list[Said | None]
    secret: Any
    secrets: list[Secret]
    group: NDArray[np.int64]
    truth: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """What a publication is checked with: the groups that could have anybody, and what was published before.

    `by_cohort_date`: whether periods go by the day on which the organisation is looked up.
    """

    policy: Policy
    groups: tuple[Group, ...]
    by_cohort_date: bool = True
    earlier: tuple[Earlier, ...] = ()
    # A weakened policy that tests attack: rates are published of exact counts.
    shows_exact_rates: bool = False


class Space:
    """The unknowns of an indicator, by group, stretch, stratum and status."""

    def __init__(self, places: Sequence[Place], material: Material) -> None:
        self.groups = material.groups
        self.stretches: tuple[Stretch, ...] = stretches_of(places)
        self.strata = strata_of(places)
        self._slot = {(WHOLE, WHOLE): 0}
        for stratifier, strata in self.strata.items():
            for stratum in strata:
                self._slot[stratifier, stratum] = len(self._slot)
        alive = [[holds(g, s, by_cohort_date=material.by_cohort_date) for s in self.stretches] for g in self.groups]
        self._alive = np.array(alive, dtype=bool).reshape(len(self.groups), len(self.stretches))
        self._in_entity: dict[tuple[str, str], Numbers] = {}
        self._in_period: dict[tuple[str, str], Numbers] = {}
        self._cells: dict[tuple[tuple[str, str], tuple[str, str]], Numbers] = {}

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return 2 * len(self._slot) * self._alive.size

    def cells(self, place: Place) -> Numbers:
        """Return the pairs of group and stretch that a place sums, each as one number, sorted."""
        key = ((place.level, place.entity), (place.period_kind, place.period))
        if key not in self._cells:
            groups, stretches = self._groups(key[0]), self._stretches(key[1])
            pairs = np.array([(g, s) for g in groups for s in stretches if self._alive[g, s]], dtype=np.int64)
            self._cells[key] = np.sort(pairs[:, 0] * len(self.stretches) + pairs[:, 1]) if pairs.size else pairs.ravel()
        return self._cells[key]

    def _groups(self, entity: tuple[str, str]) -> Numbers:
        if entity not in self._in_entity:
            inside = [n for n, g in enumerate(self.groups) if entity[0] == WHOLE or entity in g.entities]
            self._in_entity[entity] = np.array(inside, dtype=np.int64)
        return self._in_entity[entity]

    def _stretches(self, period: tuple[str, str]) -> Numbers:
        if period not in self._in_period:
            inside = [n for n, s in enumerate(self.stretches) if period in s.periods]
            self._in_period[period] = np.array(inside, dtype=np.int64)
        return self._in_period[period]

    def group_order(self) -> Numbers:
        """Return, for each unknown, the place of its group: groups that share entities follow each other.

        Levels of few entities come first.
        """
        entities: dict[str, set[str]] = {}
        for group in self.groups:
            for level, entity in group.entities:
                entities.setdefault(level, set()).add(entity)
        levels = sorted(entities, key=lambda level: (len(entities[level]), level))

        def path(number: int) -> list[list[str]]:
            return [sorted(e for name, e in self.groups[number].entities if name == level) for level in levels]

        order = np.empty(len(self.groups), dtype=np.int64)
        order[sorted(range(len(self.groups)), key=path)] = np.arange(len(self.groups))
        return np.repeat(order, 2 * len(self._slot) * len(self.stretches))

    def slot(self, place: Place) -> int:
        """Return the number of a place's stratum, 0 for the whole."""
        return self._slot[place.stratifier, place.stratum]

    def unknowns(self, cells: Numbers, slot: int, status: int) -> Numbers:
        """Return the unknowns of some cells, a stratum and a status."""
        return (cells * len(self._slot) + slot) * 2 + status

    def strata_rows(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield the whole and the strata that add up to it, for each group, stretch, status and stratifier."""
        cells = np.flatnonzero(self._alive.ravel())
        for stratifier, strata in self.strata.items():
            slots = np.array([self._slot[stratifier, stratum] for stratum in strata], dtype=np.int64)
            for status in (MET, NOT_MET):
                for cell in cells:
                    one = np.array([cell], dtype=np.int64)
                    yield self.unknowns(one, 0, status), (cell * len(self._slot) + slots) * 2 + status


class _Rows:
    """Rows of a sparse matrix, collected."""

    def __init__(self) -> None:
        self.columns: list[Numbers] = []
        self.values: list[NDArray[np.float64]] = []

    def add(self, *parts: tuple[Numbers, float]) -> None:
        self.columns.append(np.concatenate([columns for columns, _ in parts]) if parts else np.empty(0, np.int64))
        self.values.append(np.concatenate([np.full(len(columns), value) for columns, value in parts]))

    def matrix(self, width: int) -> Any:
        pointer = np.concatenate([[0], np.cumsum([len(c) for c in self.columns])]) if self.columns else np.array([0])
        columns = np.concatenate(self.columns) if self.columns else np.empty(0, np.int64)
        values = np.concatenate(self.values) if self.values else np.empty(0)
        found = solver_module("scipy.sparse").csr_array((values, columns, pointer), shape=(len(self.columns), width))
        found.sum_duplicates()
        found.eliminate_zeros()
        return found


def space_of(figures: Sequence[Figure], material: Material) -> Space:
    """Return the unknowns of the figures of one indicator, and of what was published of it before."""
    return Space([f.place for f in figures] + [e.place for e in material.earlier], material)


def system_of(
    figures: Sequence[Figure], material: Material, space: Space | None = None, relations: Relations | None = None
) -> System:
    """Return what the figures of one indicator, and what was published of it before, say together.

    `space` and `relations` are the same whatever is hidden: a caller that hides more may keep them.
    """
    space = space or space_of(figures, material)
    relations = relations or relations_of(figures, space.cells)
    rows = _Rows()
    limits: list[tuple[float, float]] = []
    source: list[Said | None] = []

    def say(low: float, high: float, of: Said | None, *parts: tuple[Numbers, float]) -> None:
        rows.add(*parts)
        limits.append((low, high))
        source.append(of)

    for whole, parts in space.strata_rows():
        say(0, 0, None, (whole, 1.0), (parts, -1.0))
    for position, figure in enumerate(figures):
        met, not_met = _unknowns(space, figure.place)
        both = np.concatenate([met, not_met])
        for quantity, columns, low, high in _said(figure, material.policy, met, not_met, both):
            if low > 0 or high < _ENDLESS:
                reason = figure.eligible_reason if quantity == "eligible" else figure.met_reason
                say(low, high, Said(position, quantity, reason is None), (columns, 1.0))
        if material.shows_exact_rates and figure.eligible > 0:
            rate = figure.met / figure.eligible
            say(-_ENDLESS, 0.0, None, (met, 1.0 - rate - _RATE), (not_met, -rate - _RATE))
            say(0.0, _ENDLESS, None, (met, 1.0 - rate + _RATE), (not_met, -rate + _RATE))
    for before in material.earlier:
        met, not_met = _unknowns(space, before.place)
        both = np.concatenate([met, not_met])
        for columns, low, high, now in _said_before(before, met, not_met, both):
            if low <= now <= high:  # else the count has changed since: it says nothing of today's
                say(low, high, None, (columns, 1.0))
    secret, secrets = _Rows(), secrets_of(figures, material.policy, relations, shown_before(material.earlier))
    for one in secrets:
        secret.add(*(part for sign, figure in one.sum for part in _signed(space, figure, one.word, sign)))
    least = np.array([low for low, _ in limits], dtype=float)
    greatest = np.array([high for _, high in limits], dtype=float)
    return System(
        rows.matrix(space.size), least, greatest, source, secret.matrix(space.size), secrets,
        space.group_order(), _truth(space, figures),
    )  # fmt: skip


def _truth(space: Space, figures: Sequence[Figure]) -> NDArray[np.float64]:
    """Return the unknowns that a place counts alone."""
    found = np.full(space.size, np.nan)
    for figure in figures:
        cells, slot = space.cells(figure.place), space.slot(figure.place)
        if len(cells) == 1:
            found[space.unknowns(cells, slot, MET)] = figure.met
            found[space.unknowns(cells, slot, NOT_MET)] = figure.not_met
    return found


def _signed(space: Space, figure: Figure, word: Word, sign: float) -> Iterator[tuple[Numbers, float]]:
    met, not_met = _unknowns(space, figure.place)
    if word != "not_met":
        yield met, sign
    if word != "met":
        yield not_met, sign


def _unknowns(space: Space, place: Place) -> tuple[Numbers, Numbers]:
    cells, slot = space.cells(place), space.slot(place)
    return space.unknowns(cells, slot, MET), space.unknowns(cells, slot, NOT_MET)


def _hidden_range(count: int, reason: Reason, policy: Policy) -> tuple[float, float]:
    """Return what a reader who knows why a count is hidden knows of it."""
    if policy.is_small(count):
        return (1, policy.below - 1) if reason == "small" else (0, _ENDLESS)
    return (policy.below if count else 0), _ENDLESS


def _said(
    figure: Figure, policy: Policy, met: Numbers, not_met: Numbers, both: Numbers
) -> Iterator[tuple[Quantity, Numbers, float, float]]:
    """Yield what a figure says, each as (which count, unknowns, least, greatest)."""
    if figure.eligible_reason is None:
        yield "eligible", both, *policy.possible(policy.rounded(figure.eligible))
    else:
        yield "eligible", both, *_hidden_range(figure.eligible, figure.eligible_reason, policy)
    if figure.met_reason is None:
        yield "met", met, *policy.possible(policy.rounded(figure.met))
    elif figure.eligible_reason is None:
        # A reader may guess which of the two is small: it is taken to be known.
        yield "met", met, *_hidden_range(figure.met, figure.met_reason, policy)
        if policy.round_to is None:
            yield "met", not_met, *_hidden_range(figure.not_met, figure.met_reason, policy)


def _said_before(
    before: Earlier, met: Numbers, not_met: Numbers, both: Numbers
) -> Iterator[tuple[Numbers, float, float, int]]:
    """Yield what an earlier publication says, each as (unknowns, least, greatest, the count now)."""
    policy = before.policy
    if before.shown_eligible is not None:
        yield both, *policy.possible(before.shown_eligible), before.eligible
    elif before.eligible_reason == "small":
        yield both, 1, policy.below - 1, before.eligible
    if before.shown_met is not None:
        yield met, *policy.possible(before.shown_met), before.met


def indicators_of(figures: Iterable[Figure]) -> list[str]:
    """Return the indicators that have figures, sorted: each is a system of its own."""
    return sorted({figure.place.indicator for figure in figures})
