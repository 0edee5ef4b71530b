"""What is known so far of the secrets of a part: how far ways open each, and which are settled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Where fractions leave a secret open by so much more than wanted, whole numbers are not asked for.
MARGIN = 2


class Findings:
    """Least and greatest values of secrets that ways have reached, in whole numbers and in fractions."""

    def __init__(self, truths: NDArray[np.float64], leaves: int, *, is_plain: bool) -> None:
        self.leaves = leaves
        self._is_plain = is_plain
        self._least, self._greatest, self._low, self._high = (truths.copy() for _ in range(4))
        self.is_leak = np.zeros(len(truths), dtype=bool)

    def add(self, values: NDArray[np.float64], *, is_whole: bool) -> None:
        """Take note of the values that a way gives to all secrets."""
        if is_whole:
            values = np.rint(values)
            self._least, self._greatest = np.minimum(self._least, values), np.maximum(self._greatest, values)
        if self._is_plain:
            self._low, self._high = np.minimum(self._low, values), np.maximum(self._high, values)

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Say of which secrets ways have shown that they are open enough."""
        whole = self._greatest - self._least >= self.leaves - 1
        return np.asarray(whole | (self._high - self._low >= self.leaves - 1 + MARGIN), dtype=bool)

    @property
    def pending(self) -> NDArray[np.int64]:
        """Return the secrets of which nothing is settled."""
        return np.flatnonzero(~(self.is_open | self.is_leak))
