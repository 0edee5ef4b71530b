"""Random draws whose bytes depend on the seed alone.

Only the raw 64-bit stream of PCG64 is used, which numpy promises never to change; what is made of it is plain
arithmetic. Numpy's own distributions may change between versions and lean on the machine's mathematics library.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Draws:
    """The stream of one chunk of persons."""

    def __init__(self, seed: int, chunk: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, chunk]))

    def uniform(self, size: int) -> NDArray[np.float64]:
        """Numbers from 0 (included) to 1 (left out)."""
        return (self._bits.random_raw(size) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def chance(self, size: int, probability: float | NDArray[np.float64]) -> Bools:
        """True with the given probability."""
        return self.uniform(size) < probability

    def between(self, size: int, low: int, high: int) -> Ints:
        """Whole numbers from low to high, both included."""
        return low + np.floor(self.uniform(size) * (high - low + 1)).astype(np.int64)

    def pick(self, size: int, choices: Sequence[int], weights: Sequence[int] | None = None) -> Ints:
        """One of the choices each, as often as its weight says."""
        shares = np.cumsum(np.ones(len(choices), np.int64) if weights is None else np.asarray(weights, np.int64))
        where = np.searchsorted(shares, np.floor(self.uniform(size) * shares[-1]), side="right")
        picked: Ints = np.asarray(choices, np.int64)[where]
        return picked
