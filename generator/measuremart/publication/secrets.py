"""The numbers that nobody may be able to calculate from what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.figures import WHOLE, Earlier, Figure, Place, Policy

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
    def key(self) -> tuple[Word, tuple[tuple[float, int], ...]]:
        """Return what the secret is, whatever else is hidden."""
        return self.word, tuple((sign, figure.number) for sign, figure in self.sum)

    @property
    def is_difference(self) -> bool:
        """Say whether it is no count of the table, but the difference of some."""
        return len(self.sum) > 1


@dataclass(frozen=True, slots=True)
class Relations:
    """Which figures count a part of the people of which others, by their positions, whatever is hidden.

    `pairs` are two rows of positions: a whole and a part. `families` are wholes with several parts that share nobody,
    and whether these are all of the whole.
    """

    pairs: Numbers
    families: tuple[tuple[int, tuple[int, ...], bool], ...]


def relations_of(figures: Sequence[Figure], cells: Callable[[Place], Numbers]) -> Relations:
    """Return the relations of the figures of an indicator; `cells` gives the groups and stretches that a place sums."""
    pairs: list[tuple[int, int]] = []
    families: dict[tuple[int, tuple[int, ...]], bool] = {}
    for whole, parts, is_all in _relations(figures, cells):
        if len(parts) == 1:
            pairs.append((whole, parts[0]))
        families.setdefault((whole, parts), is_all)
    several = tuple((whole, parts, is_all) for (whole, parts), is_all in families.items() if len(parts) > 1 or is_all)
    return Relations(np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2).T, several)


# Numbers that an earlier publication showed exactly: place, word and number.
ShownBefore = frozenset[tuple[Place, Word, int]]


def shown_before(earlier: Sequence[Earlier]) -> ShownBefore:
    """Return the exact numbers that earlier publications showed."""
    found: set[tuple[Place, Word, int]] = set()
    for before in earlier:
        if before.policy.round_to is None and before.shown_eligible is not None:
            found.add((before.place, "eligible", before.shown_eligible))
            if before.shown_met is not None:
                found.add((before.place, "met", before.shown_met))
                found.add((before.place, "not_met", before.shown_eligible - before.shown_met))
    return frozenset(found)


def secrets_of(
    figures: Sequence[Figure], policy: Policy, relations: Relations, before: ShownBefore = frozenset()
) -> list[Secret]:
    """Return what must stay open of the figures of an indicator, in a stable order.

    That is each small count of each place, and each that is hidden since an earlier publication; and each small
    difference of a figure and others that count a part of its people: of one, of all of a level, of a kind of period or
    of a stratifier, and of those among them that are shown.
    """
    found = [s for figure in figures for s in _own(figure, policy, before)]
    taken: set[tuple[Word, int, tuple[int, ...]]] = set()

    def add(word: Word, whole: int, parts: tuple[int, ...], rest: int) -> None:
        if policy.is_small(rest) and (word, whole, parts) not in taken:
            taken.add((word, whole, parts))
            terms = ((1.0, figures[whole]), *((-1.0, figures[part]) for part in parts))
            found.append(Secret(figures[whole].place, word, rest, terms))

    for word in _WORDS:
        counts = np.array([getattr(figure, word) for figure in figures], dtype=np.int64)
        is_shown = [_is_shown(figure, word) for figure in figures]
        rests = counts[relations.pairs[0]] - counts[relations.pairs[1]]
        for number in np.flatnonzero((rests > 0) & (rests < policy.below)).tolist():
            add(word, int(relations.pairs[0, number]), (int(relations.pairs[1, number]),), int(rests[number]))
        values = counts.tolist()
        for whole, parts, _ in relations.families:
            add(word, whole, parts, values[whole] - sum(values[part] for part in parts))
            shown = tuple(part for part in parts if is_shown[part])
            if shown and len(shown) < len(parts):
                add(word, whole, shown, values[whole] - sum(values[part] for part in shown))
    # Counts of places come first: a difference that is the same sum is then called by the place.
    return sorted(found, key=lambda s: (s.is_difference, [figure.number for _, figure in s.sum], s.word))


def _own(figure: Figure, policy: Policy, before: ShownBefore) -> Iterator[Secret]:
    for word in _WORDS:
        count = getattr(figure, word)
        reason = figure.eligible_reason if word == "eligible" else figure.met_reason
        # Who is no more or no less than was shown before is not what has changed: that number is no secret any more.
        has_changed = reason == "earlier publication" and count > 0 and (figure.place, word, count) not in before
        if policy.is_small(count) or has_changed:
            yield Secret(figure.place, word, count, ((1.0, figure),))


def _is_shown(figure: Figure, word: Word) -> bool:
    return (figure.eligible_reason if word == "eligible" else figure.met_reason) is None


def _relations(
    figures: Sequence[Figure], cells: Callable[[Place], Numbers]
) -> Iterator[tuple[int, tuple[int, ...], bool]]:
    """Yield each figure with others that count parts of its people, no person twice, and whether these are all."""
    by_stratum: dict[tuple[str, str], dict[_Key, int]] = {}
    keys: dict[_Key, Numbers] = {}
    names: dict[str, set[str]] = {}
    for position, figure in enumerate(figures):
        place = figure.place
        key = (place.level, place.entity, place.period_kind, place.period)
        by_stratum.setdefault((place.stratifier, place.stratum), {})[key] = position
        names.setdefault(place.stratifier, set()).add(place.stratum)
        if key not in keys:
            keys[key] = cells(place)
    wholes = by_stratum.get((WHOLE, WHOLE), {})
    strata: dict[tuple[_Key, str], list[int]] = {}
    for (stratifier, _), there in by_stratum.items():
        for key, position in there.items() if stratifier != WHOLE else ():
            strata.setdefault((key, stratifier), []).append(position)
    for (key, stratifier), split in strata.items():
        if key in wholes:
            yield wholes[key], tuple(split), len(split) == len(names[stratifier])
            yield from ((wholes[key], (part,), False) for part in split)
    parts_of = _parts_of(list(keys), list(keys.values()))
    for there in by_stratum.values():
        for key, families in parts_of.items():
            if key in there:
                for family, is_all in families:
                    parts = tuple(there[k] for k in family if k in there)
                    if parts:
                        yield there[key], parts, is_all and len(parts) == len(family)


def _parts_of(keys: list[_Key], cells: list[Numbers]) -> dict[_Key, list[tuple[tuple[_Key, ...], bool]]]:
    """Return, for each key, the keys that sum a part of its cells: one by one, and by level or kind of period.

    Of entities of a level that overlap each other there is no common rest. The flag says whether they sum all cells.
    """
    width = max((int(c.max()) + 1 for c in cells if c.size), default=0)
    table = np.zeros((len(keys), width), dtype=np.float32)
    for number, inside in enumerate(cells):
        table[number, inside] = 1
    sizes = table.sum(axis=1)
    found: dict[_Key, list[tuple[tuple[_Key, ...], bool]]] = {}
    for number, key in enumerate(keys):
        shared = table @ table[number]
        below = np.flatnonzero((shared == sizes) & (sizes < sizes[number]) & (sizes > 0))
        same = np.flatnonzero((shared == sizes) & (sizes == sizes[number]) & (sizes > 0))
        alone = [((keys[k],), False) for k in below] + [((keys[k],), True) for k in same if k != number]
        families: dict[tuple[str, str], list[int]] = {}
        for k in below.tolist():
            level, entity, kind, period = keys[k]
            if (kind, period) == key[2:]:
                families.setdefault(("level", level), []).append(k)
            elif (level, entity) == key[:2]:
                families.setdefault(("period", kind), []).append(k)
        whole = [
            (tuple(keys[k] for k in family), float(sizes[family].sum()) == float(sizes[number]))
            for family in families.values()
            if len(family) > 1 and float(table[family].sum(axis=0).max()) <= 1
        ]
        found[key] = [*alone, *whole]
    return found
