"""Stratifiers of a population: those every population has, and those it declares (semantics.md section 7)."""

from __future__ import annotations

from itertools import pairwise

from measuremart.definitions.population import Population
from measuremart.plan.nodes import Stratifier

# The first ages of the bands that a population has unless it declares others as its `age_band`.
AGES = (0, 18, 40, 65, 80)


def stratifiers_of(population: Population) -> tuple[Stratifier, ...]:
    """Return the stratifiers of a population by name: `sex` and `age_band` where its persons have them, and its own."""
    person = population.person
    found: dict[str, Stratifier] = {}
    if person.sex is not None and person.sexes:
        found["sex"] = Stratifier("sex", person.sex, tuple(person.sexes.items()), ())
    if person.birth_date is not None:
        found["age_band"] = Stratifier("age_band", None, (), AGES)
    for name, own in population.stratifiers.items():
        found[name] = Stratifier(name, own.column, (), own.ages or ())
    return tuple(found[name] for name in sorted(found))


def bands(ages: tuple[int, ...]) -> list[tuple[int, str]]:
    """Return (first age, label) of bands of age, from birth on: 0-17, 18-39 ... 80+."""
    lows = ages if ages[0] == 0 else (0, *ages)
    closed = [(low, str(low) if high - low == 1 else f"{low}-{high - 1}") for low, high in pairwise(lows)]
    return [*closed, (lows[-1], f"{lows[-1]}+")]
