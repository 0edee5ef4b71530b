"""The attack: which secrets can a reader calculate, or narrow down too far, from all that is published?

A secret has a least and a greatest value that all published numbers allow. It is safe where two ways to fill in all
unknowns, both in accord with everything published, give it values that lie far enough apart. The truth is one such way.
One way serves many secrets at once, so that few programs are solved for many secrets; what is left is asked one by one.
Ways are whole numbers, which HiGHS solves for. Fractions, which it solves for far faster, count where they leave a
secret open by `MARGIN` more than wanted. A secret that it cannot decide in time counts as a leak.

Large parts are attacked by neighbourhoods first (neighbourhoods.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.findings import MARGIN, Findings
from measuremart.publication.neighbourhoods import SIZES, settle
from measuremart.publication.parts import WHOLE, Part, aim_at_many, parts_of
from measuremart.publication.secrets import Secret
from measuremart.publication.solver import FAR, Program

if TYPE_CHECKING:
    from measuremart.publication.system import System

# Ways for many secrets at once are looked for while each settles so many of them.
_WORTH = 0.05
# What a secret is, whatever else is hidden: its word and its sum.
OpenSums = set[tuple[str, tuple[tuple[float, int], ...]]]


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that is not open enough; `row` is its place in the system's secrets.

    `given_by` are the rows of the system that hold its least and its greatest value where they are.
    """

    secret: Secret
    row: int
    given_by: frozenset[int]


def leaks_of(
    system: System,
    leaves: int,
    known_open: OpenSums | None = None,
    most: int | None = None,
    sizes: tuple[int, ...] = SIZES,
) -> list[Leak]:
    """Return the secrets for which published numbers leave fewer than `leaves` values open.

    `known_open` remembers secrets that were open: they stay open while only more is hidden, and are not asked again.
    With `most`, a part is left after so many leaks: a caller that hides more anyway need not know them all. `sizes` are
    those of neighbourhoods; with none, all is asked of whole parts.
    """
    found: list[Leak] = []
    is_asked = None
    if known_open is not None:
        is_asked = np.array([secret.key not in known_open for secret in system.secrets], dtype=bool)
    for part in parts_of(system, is_asked):
        leaks, settled = _leaks_of_part(part, leaves, most, sizes)
        found += leaks
        if known_open is not None:
            known_open.update(part.secrets[number][1].key for number in np.flatnonzero(settled))
    return sorted(found, key=lambda leak: leak.row)


def _leaks_of_part(
    part: Part, leaves: int, most: int | None, sizes: tuple[int, ...]
) -> tuple[list[Leak], NDArray[np.bool_]]:
    """Return the leaks of a part, and which of its secrets are open."""
    found = Findings(part.truths, leaves, is_plain=part.is_plain)
    given = settle(part, found, sizes, most) if sizes else {}
    if most is not None and given:
        return _leaks(part, given), found.is_open
    program = part.program()
    _open_many(part, found, program)
    for number in found.pending.tolist():
        if most is not None and len(given) >= most:
            break
        if not found.is_open[number]:  # a way for another one may have opened it
            given_by = _given_by(part, number, found, program)
            if given_by is not None:
                given[number] = given_by
                found.is_leak[number] = True
    return _leaks(part, given), found.is_open


def _leaks(part: Part, given: dict[int, frozenset[int]]) -> list[Leak]:
    return [
        Leak(part.secrets[number][1], part.secrets[number][0], frozenset(part.rows[sorted(rows)].tolist()))
        for number, rows in given.items()
    ]


def _open_many(part: Part, found: Findings, program: Program) -> None:
    """Look for ways that open many secrets at once."""
    chance = np.random.default_rng(20260630)
    while (pending := found.pending).size >= 4:
        aim = aim_at_many(part.secret, pending, chance)
        for sign in (1.0, -1.0):
            _look(part, found, program, sign * aim)
        if found.pending.size > (1 - _WORTH) * pending.size:
            return


@dataclass(frozen=True, slots=True)
class _Priced:
    """An end of a secret in fractions (None: it has none), the rows that hold it there, and the way if it is whole."""

    value: float | None
    rows: frozenset[int]
    way: NDArray[np.float64] | None


def _look(part: Part, found: Findings, program: Program, aim: NDArray[np.float64]) -> _Priced:
    """Solve for an aim and take note of what the way gives to all secrets."""
    end = program.end(aim)
    if end is None:
        return _Priced(None, frozenset(range(len(part.rows))), None)
    whole = part.if_whole(end.way)
    found.add(part.secret @ (end.way if whole is None else whole), is_whole=whole is not None)
    return _Priced(end.value, frozenset(np.flatnonzero(end.is_holding).tolist()), whole)


def _given_by(part: Part, number: int, found: Findings, program: Program) -> frozenset[int] | None:
    """Return the rows of the part that stop a secret from going lower and higher, None where it is open enough.

    Those are the rows with a price in the linear program. Where fractions alone leave the secret narrowly open, whole
    numbers are asked for.
    """
    leaves = found.leaves
    aim = part.secret[[number]].toarray().ravel()
    truth = part.secrets[number][1].truth
    down, up = _look(part, found, program, aim), _look(part, found, program, -aim)
    width = FAR if up.value is None or down.value is None else -up.value - down.value
    if part.is_plain and up.value is not None and down.value is not None and width >= leaves - 1 + MARGIN:
        return None
    if width > leaves - 1 - WHOLE:
        ends = [truth]
        for sign, priced in ((1.0, down), (-1.0, up)):
            way = priced.way
            if way is None:
                solved = program.whole_way(sign * aim)
                way = None if solved is None else part.if_whole(solved)
            if way is not None:
                ends.append(round(float(aim @ way)))
        if max(ends) - min(ends) >= leaves - 1:
            found.add(np.where(np.arange(len(part.secrets)) == number, max(ends), part.truths), is_whole=True)
            found.add(np.where(np.arange(len(part.secrets)) == number, min(ends), part.truths), is_whole=True)
            return None
    return down.rows | up.rows
