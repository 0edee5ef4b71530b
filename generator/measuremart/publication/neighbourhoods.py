"""Secrets of a large part settled among neighbours, which takes small programs instead of one large one.

A neighbourhood is some unknowns of groups that have much in common. It settles a secret in either of two ways, both of
which hold for the whole part:

- *open*: everything outside stays as it is in one way that is known; what moves inside, in accord with all rows, is a
  way of the whole part;
- *a leak*: only what rows say of the unknowns inside is used, so that less is known than a reader knows. Where even
  that leaves a secret less open than wanted, the whole part does.

What no neighbourhood settles is asked of the whole part (attack.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.findings import Findings
from measuremart.publication.parts import WHOLE, Part, aim_at_many
from measuremart.publication.solver import Program

# How many unknowns a neighbourhood has. A part of fewer than the first has none.
SIZES = (240, 960)
_ROUNDS = 6


def settle(
    part: Part, found: Findings, sizes: tuple[int, ...] = SIZES, most: int | None = None
) -> dict[int, frozenset[int]]:
    """Note in `found` what neighbourhoods settle; return for each leak the rows of the part that give it away.

    With `most`, a neighbourhood is left after so many leaks, and wider ones are not looked at where there are any.
    """
    leaks: dict[int, frozenset[int]] = {}
    if part.known.shape[1] <= sizes[0]:
        return leaks
    way = _first_way(part)
    if way is None:
        return leaks
    is_whole = part.if_whole(way) is not None
    by_column = part.known.tocsc()
    for size in sizes:
        if most is not None and leaks:
            break
        for inside in _neighbourhoods(part.group, size):
            if part.known.shape[1] > len(inside):
                _Neighbourhood(part, found, by_column, inside, way, is_whole).settle(leaks, most)
    return leaks


def _first_way(part: Part) -> NDArray[np.float64] | None:
    """Return a way of the whole part: the truth as far as it is known, and any numbers beside it."""
    if not np.isnan(part.truth).any():
        return part.truth if part.fits(part.truth) else None
    none = np.zeros(len(part.truth))
    way = part.program().whole_way(none, part.truth)
    return part.if_whole(way) if way is not None else None


def _neighbourhoods(group: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    """Yield the unknowns of groups that follow each other, each half of them together with the next half."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    blocks = [0]
    for start in starts:
        if start - blocks[-1] >= size // 2:
            blocks.append(int(start))
    blocks.append(len(order))
    for number in range(max(1, len(blocks) - 2)):
        yield np.sort(order[blocks[number] : blocks[min(number + 2, len(blocks) - 1)]])


class _Neighbourhood:
    def __init__(
        self, part: Part, found: Findings, by_column: Any, inside: NDArray[np.int64], way: NDArray[np.float64],
        is_whole: bool,
    ) -> None:  # fmt: skip
        self.part, self.found, self.way, self.is_whole = part, found, way, is_whole
        self.inside = inside
        columns = by_column[:, inside]
        self.rows = np.unique(columns.indices)
        self.known = columns.tocsr()[self.rows]
        self.secret = part.secret[:, inside]
        # What the rest of a row is, and whether there is a rest.
        self.rest = part.known[self.rows] @ way - self.known @ way[inside]
        self.has_rest = np.diff(part.known.indptr)[self.rows] > np.diff(self.known.indptr)
        self.base = part.secret @ way
        touched = np.diff(self.secret.indptr) > 0
        self.touched = touched
        self.alone = touched & (np.diff(part.secret.indptr) == np.diff(self.secret.indptr))

    def settle(self, leaks: dict[int, frozenset[int]], most: int | None) -> None:
        if not self._pending(self.touched).size:
            return
        part = self.part
        moves = Program(self.known, part.least[self.rows] - self.rest, part.greatest[self.rows] - self.rest)
        chance = np.random.default_rng(20260630)
        for _ in range(_ROUNDS):
            pending = self._pending(self.touched)
            if not pending.size:
                return
            aim = aim_at_many(self.secret, pending, chance)
            for sign in (1.0, -1.0):
                self._move(moves, sign * aim)
            if self._pending(self.touched).size > 0.9 * pending.size:
                break
        alone = self._pending(self.alone)
        known = self._known_alone() if alone.size else None
        left = most if most is not None else -1
        for number in alone.tolist():
            if self.found.is_open[number]:
                continue
            aim = self.secret[[number]].toarray().ravel()
            given_by = None if known is None else self._leak(known, aim)
            if given_by is not None:
                leaks[number] = given_by
                self.found.is_leak[number] = True
                left -= 1
                if left == 0:
                    return
            else:
                self._move(moves, aim)
                self._move(moves, -aim)

    def _pending(self, which: NDArray[np.bool_]) -> NDArray[np.int64]:
        pending = self.found.pending
        return pending[which[pending]]

    def _move(self, moves: Program, aim: NDArray[np.float64]) -> None:
        end = moves.end(aim)
        if end is None:
            return
        change = end.way - self.way[self.inside]
        rounded = np.rint(change)
        is_whole = self.is_whole and bool(np.abs(change - rounded).max(initial=0.0) < WHOLE) and self._fits(rounded)
        self.found.add(self.base + self.secret @ (rounded if is_whole else change), is_whole=is_whole)

    def _fits(self, change: NDArray[np.float64]) -> bool:
        said = self.known @ (self.way[self.inside] + change) + self.rest
        least, greatest = self.part.least[self.rows], self.part.greatest[self.rows]
        return bool(np.all(said >= least - WHOLE) and np.all(said <= greatest + WHOLE))

    def _known_alone(self) -> Program:
        """Return what rows say of the unknowns inside, whatever those outside are: no less than nothing."""
        least = np.where(self.has_rest, -np.inf, self.part.least[self.rows])
        is_sum = self.part.known[self.rows].min(axis=1).toarray().ravel() >= 0
        greatest = np.where(self.has_rest & ~is_sum, np.inf, self.part.greatest[self.rows])
        self.said = np.flatnonzero(np.isfinite(least) | np.isfinite(greatest))
        return Program(self.known[self.said], least[self.said], greatest[self.said])

    def _leak(self, known: Program, aim: NDArray[np.float64]) -> frozenset[int] | None:
        down, up = known.end(aim), known.end(-aim)
        if down is None or up is None or -up.value - down.value > self.found.leaves - 1 - WHOLE:
            return None
        return frozenset(self.rows[self.said[down.is_holding | up.is_holding]].tolist())
