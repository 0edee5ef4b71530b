"""The attack: which secrets can a reader calculate, or narrow down too far, from all that is published?

A secret has a least and a greatest value that all published numbers allow. It is safe where two ways to fill in all
unknowns, both in accord with everything published, give it values that lie far enough apart. The truth is one such way.
One way serves many secrets at once, so that few programs are solved for many secrets; what is left is asked one by one.
Ways are whole numbers, which HiGHS solves for. A secret that it cannot decide in time counts as a leak.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.secrets import Secret
from measuremart.publication.solver import scipy_part

if TYPE_CHECKING:
    from measuremart.publication.system import System

_SECONDS = 30.0
_IDLE_ROUNDS = 3
_WHOLE = 1e-6
# What has no end is cut here: a way that goes so far is far enough.
_FAR = 1e7


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that is not open enough; `row` is its place in the system's secrets.

    `given_by` are the rows of the system that hold its least and its greatest value where they are.
    """

    secret: Secret
    row: int
    given_by: frozenset[int]


def leaks_of(system: System, leaves: int, clean: set[bytes] | None = None, most: int | None = None) -> list[Leak]:
    """Return the secrets for which published numbers leave fewer than `leaves` values open.

    `clean` remembers, by their digest, components without a leak, so that each is attacked once.
    With `most`, a component is left after so many leaks: a caller that hides more anyway need not know them all.
    """
    found: list[Leak] = []
    for part in _components(system):
        digest = part.digest(leaves)
        if clean is not None and digest in clean:
            continue
        leaks = _leaks_of_part(part, leaves, most)
        found += leaks
        if not leaks and clean is not None:
            clean.add(digest)
    return sorted(found, key=lambda leak: leak.row)


@dataclass(slots=True)
class _Part:
    """A component: rows and unknowns that hang together, and the secrets over them, each sum once."""

    known: Any
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    secret: Any
    secrets: list[tuple[int, Secret]]
    # Which row of the system each row is.
    rows: NDArray[np.int64]

    def digest(self, leaves: int) -> bytes:
        """Return what tells parts apart that are attacked alike: all but which rows and secrets they are."""
        made = hashlib.sha256(str((leaves, self.known.shape, [s.truth for _, s in self.secrets])).encode())
        for matrix in (self.known, self.secret):
            for array in (matrix.data, matrix.indices, matrix.indptr):
                made.update(array.tobytes())
        for array in (self.least, self.greatest):
            made.update(array.tobytes())
        return made.digest()


def _components(system: System) -> Iterator[_Part]:
    """Yield the parts of a system that share no unknown; unknowns that are known to be zero are left out."""
    sparse = scipy_part("scipy.sparse")
    graphs = scipy_part("scipy.sparse.csgraph")
    known = system.known
    zero = (system.greatest <= 0) & (known.min(axis=1).toarray().ravel() >= 0)
    gone = np.zeros(known.shape[1], dtype=bool)
    gone[known[np.flatnonzero(zero)].indices] = True
    kept = np.flatnonzero(~gone)
    known, secret = known[:, kept], system.secret[:, kept]
    rows = np.flatnonzero(np.diff(known.indptr) > 0)
    known, least, greatest = known[rows], system.least[rows], system.greatest[rows]
    once = _once(secret)
    secret = secret[once]
    both = sparse.vstack([known, secret]).tocsr()
    both.data = np.ones_like(both.data)
    joined = graphs.connected_components(sparse.block_array([[None, both], [both.T, None]]), directed=False)[1]
    of_row, of_secret = joined[: len(rows)], joined[len(rows) : both.shape[0]]
    of_unknown = joined[both.shape[0] :]
    for label in np.unique(of_secret):
        mine = np.flatnonzero(of_secret == label)
        columns = np.flatnonzero(of_unknown == label)
        inside = np.flatnonzero(of_row == label)
        yield _Part(
            known[inside][:, columns],
            least[inside],
            greatest[inside],
            secret[mine][:, columns],
            [(int(once[number]), system.secrets[once[number]]) for number in mine],
            rows[inside],
        )


def _once(secret: Any) -> NDArray[np.int64]:
    """Return the first row of each sum: the same people stand in several places of a table."""
    seen: dict[tuple[bytes, bytes], int] = {}
    secret.sort_indices()
    for row in range(secret.shape[0]):
        inside = slice(secret.indptr[row], secret.indptr[row + 1])
        seen.setdefault((secret.indices[inside].tobytes(), secret.data[inside].tobytes()), row)
    return np.array(list(seen.values()), dtype=np.int64)


def _leaks_of_part(part: _Part, leaves: int, most: int | None) -> list[Leak]:
    truths = np.array([secret.truth for _, secret in part.secrets], dtype=float)
    least, greatest = truths.copy(), truths.copy()
    chance = np.random.default_rng(20260630)
    idle = 0
    while idle < _IDLE_ROUNDS:
        pending = np.flatnonzero(greatest - least < leaves - 1)
        if len(pending) < _IDLE_ROUNDS:
            break
        weights = np.zeros(len(truths))
        weights[pending] = chance.choice([-1.0, 1.0], len(pending)) * chance.uniform(0.5, 1.5, len(pending))
        aim = part.secret.T @ weights
        for sign in (1.0, -1.0):
            way = _whole_way(part, sign * aim)
            if way is not None:
                values = np.rint(part.secret @ way)
                least, greatest = np.minimum(least, values), np.maximum(greatest, values)
        idle = idle + 1 if np.all(greatest[pending] - least[pending] < leaves - 1) else 0
    found: list[Leak] = []
    for number in np.flatnonzero(greatest - least < leaves - 1):
        given_by = _given_by(part, int(number), leaves)
        if given_by is not None:
            row, secret = part.secrets[number]
            found.append(Leak(secret, row, given_by))
            if most is not None and len(found) >= most:
                break
    return found


def _given_by(part: _Part, number: int, leaves: int) -> frozenset[int] | None:
    """Return the rows that stop a secret from going lower and higher, None where it is open enough.

    Those are the rows with a price in the linear program. Where fractions alone leave the secret open, whole numbers
    are asked for.
    """
    aim = part.secret[[number]].toarray().ravel()
    truth = part.secrets[number][1].truth
    down, up = _priced(part, aim), _priced(part, -aim)
    if up.value is None or down.value is None or -up.value - down.value > leaves - 1 - _WHOLE:
        ends = []
        for sign, priced in ((1.0, down), (-1.0, up)):
            way = priced.way if priced.way is not None else _whole_way(part, sign * aim)
            ends.append(truth if way is None else round(float(aim @ way)))
        if ends[1] - ends[0] >= leaves - 1:
            return None
    return down.rows | up.rows


@dataclass(frozen=True, slots=True)
class _Priced:
    """An end of a secret in fractions (None: it has none), the rows that hold it there, and the way if it is whole."""

    value: float | None
    rows: frozenset[int]
    way: NDArray[np.float64] | None


def _priced(part: _Part, aim: NDArray[np.float64]) -> _Priced:
    optimize, sparse = scipy_part("scipy.optimize"), scipy_part("scipy.sparse")
    same = part.least == part.greatest
    upper, lower = ~same & np.isfinite(part.greatest), ~same & (part.least > -np.inf)
    limits = sparse.vstack([part.known[upper], -part.known[lower]]).tocsr()
    solved = optimize.linprog(
        aim,
        A_ub=limits if limits.shape[0] else None,
        b_ub=np.concatenate([part.greatest[upper], -part.least[lower]]) if limits.shape[0] else None,
        A_eq=part.known[same] if same.any() else None,
        b_eq=part.least[same] if same.any() else None,
        bounds=(0, _FAR),
        method="highs",
    )
    if solved.status != 0:
        return _Priced(None, frozenset(part.rows.tolist()), None)
    found: set[int] = set()
    if limits.shape[0]:
        of_limit = np.concatenate([part.rows[upper], part.rows[lower]])
        found |= set(of_limit[np.abs(solved.ineqlin.marginals) > _WHOLE].tolist())
    if same.any():
        found |= set(part.rows[same][np.abs(solved.eqlin.marginals) > _WHOLE].tolist())
    return _Priced(float(solved.fun), frozenset(found), _if_whole(part, solved.x))


def _whole_way(part: _Part, aim: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return a way that makes `aim` small, None where none was found in time.

    First it is not asked for whole numbers, which often come of themselves.
    """
    optimize = scipy_part("scipy.optimize")
    limits = optimize.LinearConstraint(part.known, part.least, part.greatest)
    for whole in (0, 1):
        found = optimize.milp(
            aim,
            integrality=np.full(len(aim), whole),
            bounds=optimize.Bounds(0, _FAR),
            constraints=limits,
            options={"time_limit": _SECONDS},
        )
        way = None if found.x is None else _if_whole(part, found.x)
        if way is not None:
            return way
    return None


def _if_whole(part: _Part, way: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return a way rounded to the whole numbers that it is, None where it is not, or not in accord with all rows."""
    whole = np.rint(way)
    said = part.known @ whole
    near = np.abs(way - whole).max(initial=0.0) < _WHOLE and whole.min(initial=0.0) >= 0
    fits = np.all(said >= part.least - _WHOLE) and np.all(said <= part.greatest + _WHOLE)
    return whole if near and fits else None
