"""What an import has to say beside the pack that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing of the source that the pack does not have as it was.

    `unavailable`: it could not be mapped and is written as incomplete, so that nothing is counted. `changed`: it was
    mapped, but not word for word. `left out`: the pack has nothing of it.
    """

    file: str
    id: int
    what: str
    effect: Literal["unavailable", "changed", "left out"]
    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An indicator or sub-cohort that nothing can be counted for, and why: one line for each incomplete definition."""

    kind: Literal["indicator", "sub-cohort"]
    id: int
    name: str
    reasons: tuple[str, ...]
