"""Grains: the static type of a definition's rows (semantics.md 2.3 and 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["person", "episode", "key", "event"]
Within = Literal["person", "episode"]
# What two relations are joined on: the person, the person's episode, or the whole key.
Match = Literal["person", "episode", "key"]


@dataclass(frozen=True, slots=True)
class Grain:
    """Person, episode, a declared key, or the events of one target.

    `name` is the key's name at level `key` and the target's at level `event`, else empty. `within` says below which
    grain it lies; for `person` and `episode` it is their own level.
    """

    level: Level
    name: str = ""
    within: Within = "person"

    def __str__(self) -> str:
        if self.level == "event":
            return f"event of {self.name}"
        return f"key {self.name}" if self.level == "key" else self.level


PERSON = Grain("person")
EPISODE = Grain("episode", within="episode")


def lies_below(fine: Grain, coarse: Grain) -> bool:
    """Say whether `fine` is strictly below `coarse`."""
    if fine == coarse or fine.level == "person":
        return False
    if coarse.level == "person":
        return True
    return coarse.level == "episode" and fine.level in ("key", "event") and fine.within == "episode"


def comparable(a: Grain, b: Grain) -> bool:
    """Say whether two grains are the same or one lies below the other."""
    return a == b or lies_below(a, b) or lies_below(b, a)


def finest(grains: list[Grain]) -> Grain | None:
    """Return the finest of pairwise comparable grains, None where two of them cannot be compared."""
    result = grains[0]
    for grain in grains[1:]:
        if not comparable(result, grain):
            return None
        if lies_below(grain, result):
            result = grain
    return result


def match_of(a: Grain, b: Grain) -> Match:
    """Return what rows of two comparable grains must share to be in the same context: the coarser one's key."""
    if a == b:
        return "key"
    coarser = b if lies_below(a, b) else a
    return "person" if coarser.level == "person" else "episode"
