"""The numbers that nobody may be able to calculate from what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.figures import WHOLE, Figure, Place, Policy

Word = Literal["eligible", "met", "not_met"]
Numbers = NDArray[np.int64]
# Where figures stand, but for the stratum: level, entity, kind of period, period.
_Key = tuple[str, str, str, str]
_WORDS: tuple[Word, ...] = ("eligible", "met", "not_met")


@dataclass(frozen=True, slots=True)
class Secret:
    """A number that must stay open: a sum of signed counts (`sum`), and what it is."""

    place: Place
    word: Word
    truth: int
    sum: tuple[tuple[float, Figure], ...]

    @property
    def is_difference(self) -> bool:
        """Say whether it is no count of the table, but the difference of some."""
        return len(self.sum) > 1


def secrets_of(figures: Sequence[Figure], policy: Policy, cells: Callable[[Place], Numbers]) -> list[Secret]:
    """Return what must stay open of the figures of an indicator, in a stable order.

    That is each small count of each place, and each that is hidden since an earlier publication; and each small
    difference of a figure and others that count a part of its people: of one, of all of a level, of a kind of period or
    of a stratifier, and of those among them that are shown. `cells` gives the groups and stretches that a place sums.
    """
    found = [s for figure in figures for s in _own(figure, policy)]
    seen = {(s.word, frozenset((sign, f.number) for sign, f in s.sum)) for s in found}
    for whole, parts in _relations(figures, cells):
        for word in _WORDS:
            shown = tuple(part for part in parts if _is_shown(part, word))
            for taken in {parts, shown} - {()}:
                rest = getattr(whole, word) - sum(getattr(part, word) for part in taken)
                key = (word, frozenset([(1.0, whole.number), *((-1.0, part.number) for part in taken)]))
                if policy.is_small(rest) and key not in seen:
                    seen.add(key)
                    found.append(Secret(whole.place, word, rest, ((1.0, whole), *((-1.0, p) for p in taken))))
    # Counts of places come first: a difference that is the same sum is then called by the place.
    return sorted(found, key=lambda s: (s.is_difference, [figure.number for _, figure in s.sum], s.word))


def _own(figure: Figure, policy: Policy) -> Iterator[Secret]:
    for word in _WORDS:
        count = getattr(figure, word)
        reason = figure.eligible_reason if word == "eligible" else figure.met_reason
        if policy.is_small(count) or (reason == "earlier publication" and count > 0):
            yield Secret(figure.place, word, count, ((1.0, figure),))


def _is_shown(figure: Figure, word: Word) -> bool:
    return (figure.eligible_reason if word == "eligible" else figure.met_reason) is None


def _relations(
    figures: Sequence[Figure], cells: Callable[[Place], Numbers]
) -> Iterator[tuple[Figure, tuple[Figure, ...]]]:
    """Yield each figure with figures that count parts of its people, no person twice."""
    by_stratum: dict[tuple[str, str], dict[_Key, Figure]] = {}
    keys: dict[_Key, Numbers] = {}
    for figure in figures:
        place = figure.place
        key = (place.level, place.entity, place.period_kind, place.period)
        by_stratum.setdefault((place.stratifier, place.stratum), {})[key] = figure
        if key not in keys:
            keys[key] = cells(place)
    wholes = by_stratum.get((WHOLE, WHOLE), {})
    strata: dict[tuple[_Key, str], list[Figure]] = {}
    for (stratifier, _), there in by_stratum.items():
        for key, figure in there.items() if stratifier != WHOLE else ():
            strata.setdefault((key, stratifier), []).append(figure)
    for (key, _), split in strata.items():
        if key in wholes:
            yield wholes[key], tuple(split)
            yield from ((wholes[key], (part,)) for part in split)
    parts_of = _parts_of(list(keys), list(keys.values()))
    for there in by_stratum.values():
        for key, families in parts_of.items():
            if key in there:
                for family in families:
                    parts = tuple(there[k] for k in family if k in there)
                    if parts:
                        yield there[key], parts


def _parts_of(keys: list[_Key], cells: list[Numbers]) -> dict[_Key, list[tuple[_Key, ...]]]:
    """Return, for each key, the keys that sum a part of its cells: one by one, and by level or kind of period.

    Of entities of a level that overlap each other there is no common rest.
    """
    width = max((int(c.max()) + 1 for c in cells if c.size), default=0)
    table = np.zeros((len(keys), width), dtype=np.float32)
    for number, inside in enumerate(cells):
        table[number, inside] = 1
    sizes = table.sum(axis=1)
    found: dict[_Key, list[tuple[_Key, ...]]] = {}
    for number, key in enumerate(keys):
        shared = table @ table[number]
        below = np.flatnonzero((shared == sizes) & (sizes < sizes[number]) & (sizes > 0))
        alone = [(keys[k],) for k in below]
        families: dict[tuple[str, str], list[int]] = {}
        for k in below.tolist():
            level, entity, kind, period = keys[k]
            if (kind, period) == key[2:]:
                families.setdefault(("level", level), []).append(k)
            elif (level, entity) == key[:2]:
                families.setdefault(("period", kind), []).append(k)
        whole = [
            tuple(keys[k] for k in family)
            for family in families.values()
            if len(family) > 1 and float(table[family].sum(axis=0).max()) <= 1
        ]
        found[key] = [*alone, *whole]
    return found
