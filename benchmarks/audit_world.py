"""An invented audit of many organisations, as figures: what `benchmarks.hidden` measures.

Organisations belong to entities of the eight levels of the Epilepsy12 audit. Children are spread over organisations of
very different sizes, over cohorts (each a period) and over the strata of one stratifier. Each indicator is about a
part of them, some about very few, and met for a part that differs by organisation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Figure, Place, Policy, primary
from measuremart.publication.groups import Group, Membership, groups_of
from measuremart.publication.system import Material

LEVELS = ("organisation", "trust", "local_health_board", "icb", "nhs_england_region", "open_uk", "country", "national")
STRATA = ("1", "2", "3", "4", "5")
STRATIFIER = "deprivation"
_FROM, _TO = dt.date.min, dt.date.max
_Counts = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class Audit:
    """How large an audit is; `strata_levels` are the levels below which results are split."""

    organisations: int = 338
    children: int = 51_000
    indicators: int = 21
    periods: int = 5
    strata_levels: tuple[str, ...] = ()
    levels: tuple[str, ...] = LEVELS
    seed: int = 0

    def memberships(self) -> list[Membership]:
        """Return who belongs to what: one in fifteen organisations is Welsh, and trusts have one to five."""
        chance = np.random.default_rng(self.seed)
        found = []
        trust = 0
        left = 0
        for number in range(self.organisations):
            if left == 0:
                trust, left = trust + 1, int(chance.integers(1, 5))
            left -= 1
            name = f"o{number:03}"
            is_welsh = number % 15 == 14
            of = {"organisation": name, "national": "England and Wales"}
            if is_welsh:
                of |= {
                    "local_health_board": f"h{number // 15 % 7}",
                    "country": "Wales",
                    "open_uk": f"n{number // 15 % 2}",
                }
            else:
                icb = trust % 42
                of |= {"trust": f"t{trust:03}", "icb": f"i{icb:02}", "nhs_england_region": f"r{icb % 7}"}
                of |= {"country": "England", "open_uk": f"n{(icb % 7) * 2 + trust % 3 % 2}"}
            found += [Membership(name, _FROM, _TO, level, of[level]) for level in self.levels if level in of]
        return found

    def material(self, policy: Policy) -> Material:
        """Return what the attack knows of the audit."""
        return Material(policy, self.groups())

    def groups(self) -> tuple[Group, ...]:
        """Return the groups of organisations."""
        return groups_of(self.memberships(), self.levels)

    def indicator_figures(self) -> Iterator[tuple[str, list[Figure]]]:
        """Yield the figures of each indicator, nothing hidden."""
        chance = np.random.default_rng(self.seed + 1)
        size = chance.lognormal(0.0, 0.9, self.organisations)
        children = chance.multinomial(self.children, np.repeat(size / size.sum(), self.periods) / self.periods)
        children = children.reshape(self.organisations, self.periods)
        entities = self._entities()
        for number in range(self.indicators):
            part = (1.0, 0.9, 0.5, 0.25, 0.1, 0.04)[number % 6]
            met_part = np.clip(chance.normal((0.9, 0.6, 0.3)[number % 3], 0.15, self.organisations), 0.02, 1.0)
            due = chance.binomial(children, part)
            split = np.stack(
                [chance.multinomial(due[:, p], [0.3, 0.25, 0.2, 0.15, 0.1]) for p in range(self.periods)], 1
            )
            met = chance.binomial(split, met_part[:, None, None])
            yield f"i{number:02}", list(self._figures(f"i{number:02}", entities, split, met))

    def _entities(self) -> dict[tuple[str, str], list[int]]:
        """Return the organisations of each entity, of none of a level, and of the whole."""
        everybody = list(range(self.organisations))
        found: dict[tuple[str, str], list[int]] = {(WHOLE, WHOLE): everybody}
        for level in self.levels:
            of = {int(m.organisation[1:]): m.entity for m in self.memberships() if m.level == level}
            for entity in sorted(set(of.values())):
                found[level, entity] = [number for number in everybody if of.get(number) == entity]
            found[level, NOT_ATTRIBUTED] = [number for number in everybody if number not in of]
        return found

    def _figures(
        self, name: str, entities: dict[tuple[str, str], list[int]], due: _Counts, met: _Counts
    ) -> Iterator[Figure]:
        number = 0
        for period in range(self.periods):
            days = dt.date(2020 + period, 12, 1), dt.date(2021 + period, 11, 30)
            for (level, entity), inside in entities.items():
                pairs = [(WHOLE, WHOLE, due[inside, period].sum(), met[inside, period].sum())]
                if level in self.strata_levels:
                    pairs += [
                        (STRATIFIER, s, due[inside, period, n].sum(), met[inside, period, n].sum())
                        for n, s in enumerate(STRATA)
                    ]
                for stratifier, stratum, eligible, of_them in pairs:
                    number += 1
                    place = Place(name, "named", f"cohort_{period + 1}", *days, stratifier, stratum, level, entity)
                    yield Figure(number, place, int(eligible), int(of_them))


def hidden_at_once(figures: list[Figure], policy: Policy) -> list[Figure]:
    """Return figures with the small counts hidden."""
    return [primary(figure, policy) for figure in figures]
