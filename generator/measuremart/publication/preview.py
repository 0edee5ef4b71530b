"""How much of a publication is hidden: of its cells, of its organisations, of those who were due the care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Figure


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many are hidden."""

    hidden: int
    of: int

    def __str__(self) -> str:
        return f"{self.hidden:,} of {self.of:,}" + (f" ({100 * self.hidden / self.of:.1f}%)" if self.of else "")


@dataclass(frozen=True, slots=True)
class LevelShare:
    """What is hidden of a level, among rows with anybody eligible.

    `cells` are rows whose rate is hidden, `entities` those without any rate that is shown, `keys` the eligible keys of
    hidden rows (of all together, not of strata; each indicator and period counts them again).
    """

    level: str
    cells: Share
    entities: Share
    keys: Share


def shares_of(figures: Sequence[Figure]) -> list[LevelShare]:
    """Return what is hidden of each level, in the order in which levels come."""
    levels = dict.fromkeys(f.place.level for f in figures)
    return [_of_level(level, [f for f in figures if f.place.level == level and f.eligible > 0]) for level in levels]


def _of_level(level: str, figures: Sequence[Figure]) -> LevelShare:
    hidden = [f for f in figures if f.met_reason is not None]
    entities = {f.place.entity for f in figures} - {NOT_ATTRIBUTED}
    seen = {f.place.entity for f in figures if f.met_reason is None}
    whole = [f for f in figures if f.place.stratifier == WHOLE]
    return LevelShare(
        level,
        Share(len(hidden), len(figures)),
        Share(len(entities - seen), len(entities)),
        Share(sum(f.eligible for f in whole if f.met_reason is not None), sum(f.eligible for f in whole)),
    )


def reasons_of(figures: Sequence[Figure]) -> dict[str, int]:
    """Return how many counts are hidden, by reason; both counts of a row are counted."""
    found: dict[str, int] = {}
    for figure in figures:
        for reason in (figure.eligible_reason, figure.met_reason):
            if reason is not None:
                found[reason] = found.get(reason, 0) + 1
    return dict(sorted(found.items()))


def preview_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield what a preview says: no number that is not shown, and none of an entity."""
    rows = [("level", "cells hidden", "organisations hidden", "persons in hidden cells")]
    rows += [
        ("the whole" if s.level == WHOLE else s.level, str(s.cells), str(s.entities), str(s.keys))
        for s in shares_of(figures)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    said = ", ".join(f"{number:,} {reason}" for reason, number in reasons_of(figures).items())
    yield f"Counts hidden: {said or 'none'}."
