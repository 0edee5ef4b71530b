"""What a publication would be: everything hidden that must be, and what could not be protected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from measuremart.publication.attack import Leak
from measuremart.publication.figures import Figure
from measuremart.publication.hiding import protected
from measuremart.publication.reading import Candidates
from measuremart.publication.system import Material, indicators_of


@dataclass(frozen=True, slots=True)
class Checked:
    """The figures as they would be published, in the order of their numbers, and the leaks that stop it."""

    figures: tuple[Figure, ...]
    leaks: tuple[Leak, ...]


def checked(candidates: Candidates, on_indicator: Callable[[str], None] = lambda name: None) -> Checked:
    """Hide what has to be hidden in addition and attack the rest, indicator by indicator."""
    figures: list[Figure] = []
    leaks: list[Leak] = []
    for indicator in indicators_of(candidates.figures):
        on_indicator(indicator)
        mine = [f for f in candidates.figures if f.place.indicator == indicator]
        found, left = protected(mine, _of_indicator(candidates.material, indicator))
        figures += found
        leaks += left
    return Checked(tuple(sorted(figures, key=lambda f: f.number)), tuple(leaks))


def _of_indicator(material: Material, indicator: str) -> Material:
    earlier = tuple(e for e in material.earlier if e.place.indicator == indicator)
    return Material(material.policy, material.groups, material.by_cohort_date, earlier, material.shows_exact_rates)


def leak_lines(leaks: Sequence[Leak]) -> list[str]:
    """Return where a number could be calculated: table, indicator, level and period; never the number or the entity."""
    found: dict[str, int] = {}
    for leak in leaks:
        place = leak.secret.place
        by = "" if place.stratifier == "all" else f", by {place.stratifier}"
        where = f"pub_figure: indicator {place.indicator}, level {place.level}, {place.period_kind} {place.period}{by}"
        found[where] = found.get(where, 0) + 1
    return [f"{where}: {number} numbers could be calculated" for where, number in sorted(found.items())]
