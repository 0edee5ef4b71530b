"""The parts of a system that share no unknown: each is attacked alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from measuremart.publication.secrets import Secret
from measuremart.publication.solver import Program
from measuremart.publication.solver_extra import solver_module

if TYPE_CHECKING:
    from measuremart.publication.system import System

# How far from a whole number, or over a limit, a solver's number may be.
WHOLE = 1e-6


@dataclass(slots=True)
class Part:
    """Rows and unknowns that hang together, and the secrets over them, each sum once.

    `rows` says which row of the system each row is; `group` orders unknowns by what they have in common (groups of
    the same wide entities are neighbours); `truth` is the number that an unknown is, nan where no place is just it.
    """

    known: Any
    least: NDArray[np.float64]
    greatest: NDArray[np.float64]
    secret: Any
    secrets: list[tuple[int, Secret]]
    rows: NDArray[np.int64]
    group: NDArray[np.int64]
    truth: NDArray[np.float64]

    @property
    def is_plain(self) -> bool:
        """Say whether rows are sums and differences: then fractions reach hardly farther than whole numbers."""
        return bool(np.all(np.abs(self.known.data) == 1))

    @property
    def truths(self) -> NDArray[np.float64]:
        """What the secrets are."""
        return np.array([secret.truth for _, secret in self.secrets], dtype=float)

    def program(self) -> Program:
        """Return what is solved for ends of secrets."""
        return Program(self.known, self.least, self.greatest)

    def if_whole(self, way: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return a way rounded to the whole numbers that it is, None where it is not, or breaks a row."""
        whole = np.rint(way)
        near = np.abs(way - whole).max(initial=0.0) < WHOLE and whole.min(initial=0.0) >= 0
        return whole if near and self.fits(whole) else None

    def fits(self, way: NDArray[np.float64]) -> bool:
        """Say whether unknowns are in accord with all rows."""
        said = self.known @ way
        return bool(np.all(said >= self.least - WHOLE) and np.all(said <= self.greatest + WHOLE))


def aim_at_many(secret: Any, pending: NDArray[np.int64], chance: np.random.Generator) -> NDArray[np.float64]:
    """Return an aim, over the unknowns, that moves many secrets (rows of `secret`) at once, up or down by chance."""
    weights = np.zeros(secret.shape[0])
    weights[pending] = chance.choice([-1.0, 1.0], len(pending)) * chance.uniform(0.5, 1.5, len(pending))
    return np.asarray(secret.T @ weights)


def parts_of(system: System, is_asked: NDArray[np.bool_] | None = None) -> Iterator[Part]:
    """Yield the parts of a system, with the secrets that are asked for; parts without any are left out.

    Unknowns that are known to be zero are left out, and a sum that is several secrets is asked once.
    """
    sparse, graphs = solver_module("scipy.sparse"), solver_module("scipy.sparse.csgraph")
    known = system.known
    zero = (system.greatest <= 0) & (known.min(axis=1).toarray().ravel() >= 0)
    gone = np.zeros(known.shape[1], dtype=bool)
    gone[known[np.flatnonzero(zero)].indices] = True
    kept = np.flatnonzero(~gone)
    known, secret = known[:, kept], system.secret[:, kept]
    rows = np.flatnonzero(np.diff(known.indptr) > 0)
    known, least, greatest = known[rows], system.least[rows], system.greatest[rows]
    once = _once(secret)
    if is_asked is not None:
        once = once[is_asked[once]]
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
        yield Part(
            known[inside][:, columns],
            least[inside],
            greatest[inside],
            secret[mine][:, columns],
            [(int(once[number]), system.secrets[once[number]]) for number in mine],
            rows[inside],
            system.group[kept[columns]],
            system.truth[kept[columns]],
        )


def _once(secret: Any) -> NDArray[np.int64]:
    """Return the first row of each sum: the same people stand in several places of a table."""
    seen: dict[tuple[bytes, bytes], int] = {}
    secret.sort_indices()
    for row in range(secret.shape[0]):
        inside = slice(secret.indptr[row], secret.indptr[row + 1])
        seen.setdefault((secret.indices[inside].tobytes(), secret.data[inside].tobytes()), row)
    return np.array(list(seen.values()), dtype=np.int64)
