"""Small invented worlds: organisations in entities that may overlap, keys with days and strata, and all their figures."""

import datetime as dt
import itertools
import random
from dataclasses import dataclass, field

from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Earlier, Figure, Place, Policy, primary
from measuremart.publication.groups import Membership, groups_of
from measuremart.publication.system import Material

ALWAYS = (dt.date.min, dt.date.max)
YEARS = {"2023": (dt.date(2023, 1, 1), dt.date(2023, 12, 31)), "2024": (dt.date(2024, 1, 1), dt.date(2024, 12, 31))}
IN_2024 = dt.date(2024, 3, 1)
HALVES = {
    "2024-H1": (dt.date(2024, 1, 1), dt.date(2024, 6, 30)),
    "2024-H2": (dt.date(2024, 7, 1), dt.date(2024, 12, 31)),
}


@dataclass(frozen=True)
class Key:
    """One key of an indicator: its organisation, day, strata by stratifier, and whether it is met."""

    organisation: str | None
    day: dt.date
    strata: tuple[tuple[str, str], ...]
    is_met: bool


@dataclass
class World:
    """Memberships, keys and the periods that are published, (kind, name) -> days; all time has none."""

    memberships: list[Membership]
    keys: list[Key]
    levels: list[str]
    stratifiers: dict[str, list[str]] = field(default_factory=dict)
    periods: dict[tuple[str, str], tuple[dt.date, dt.date] | None] = field(
        default_factory=lambda: {("all_time", "all time"): None}
    )

    def places(self) -> list[Place]:
        """Every row of the published table."""
        entities = [(WHOLE, WHOLE)]
        for level in self.levels:
            entities += [(level, e) for e in sorted({m.entity for m in self.memberships if m.level == level})]
            entities.append((level, NOT_ATTRIBUTED))
        strata = [(WHOLE, WHOLE), *((s, one) for s, names in self.stratifiers.items() for one in names)]
        return [
            Place("i", kind, period, *(days or (None, None)), stratifier, stratum, level, entity)
            for (kind, period), days in self.periods.items()
            for stratifier, stratum in strata
            for level, entity in entities
        ]

    def count(self, place: Place) -> tuple[int, int]:
        """Eligible and met keys of a place."""
        eligible = met = 0
        for key in self.keys:
            is_there = place.start is None or (place.end is not None and place.start <= key.day <= place.end)
            if is_there and self._is_in(key, place) and self._is_of(key, place):
                eligible += 1
                met += key.is_met
        return eligible, met

    def _is_of(self, key: Key, place: Place) -> bool:
        return place.stratifier == WHOLE or (place.stratifier, place.stratum) in key.strata

    def _is_in(self, key: Key, place: Place) -> bool:
        if place.level == WHOLE:
            return True
        of = {
            m.entity
            for m in self.memberships
            if m.organisation == key.organisation and m.level == place.level and m.first <= key.day <= m.last
        }
        return place.entity in of if of else place.entity == NOT_ATTRIBUTED

    def counts(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """What `count` says of every place with anybody, key by key: by period, stratifier, stratum, level and entity."""
        spans: dict[str | None, list[Membership]] = {}
        for m in self.memberships:
            spans.setdefault(m.organisation, []).append(m)
        found: dict[tuple[str, ...], tuple[int, int]] = {}
        for key in self.keys:
            mine = [m for m in spans.get(key.organisation, []) if m.first <= key.day <= m.last]
            entities = {(WHOLE, WHOLE)} | {(m.level, m.entity) for m in mine if m.level in self.levels}
            entities |= {(level, NOT_ATTRIBUTED) for level in set(self.levels) - {m.level for m in mine}}
            periods = [p for p, days in self.periods.items() if days is None or days[0] <= key.day <= days[1]]
            strata = [(WHOLE, WHOLE), *(s for s in key.strata if s[0] in self.stratifiers)]
            for period, stratum, entity in itertools.product(periods, strata, entities):
                eligible, met = found.get((*period, *stratum, *entity), (0, 0))
                found[*period, *stratum, *entity] = eligible + 1, met + key.is_met
        return found

    def figures(self, policy: Policy) -> list[Figure]:
        """Every figure, with the small counts hidden."""
        counts = self.counts()
        return [
            primary(Figure(number, p, *counts.get(_where(p), (0, 0))), policy) for number, p in enumerate(self.places())
        ]

    def material(self, policy: Policy, **more: object) -> Material:
        """What the attack knows."""
        return Material(policy, groups_of(self.memberships, self.levels), **more)  # type: ignore[arg-type]

    def published_before(self, figures: list[Figure], policy: Policy) -> tuple[Earlier, ...]:
        """What a publication of `figures` showed, beside the counts of this world."""
        counts = self.counts()
        return tuple(
            Earlier(
                f.place, policy,
                None if f.eligible_reason else policy.rounded(f.eligible), None if f.met_reason else policy.rounded(f.met),
                *counts.get(_where(f.place), (0, 0)), f.eligible_reason, f.met_reason,
            )
            for f in figures
        )  # fmt: skip


def _where(place: Place) -> tuple[str, ...]:
    return place.period_kind, place.period, place.stratifier, place.stratum, place.level, place.entity


def people(organisation: str | None, met: int, not_met: int, day: dt.date = IN_2024, **strata: str) -> list[Key]:
    return [Key(organisation, day, tuple(strata.items()), is_met) for is_met in [True] * met + [False] * not_met]


def belongs(level: str, first: dt.date = ALWAYS[0], last: dt.date = ALWAYS[1], **entities: str) -> list[Membership]:
    return [Membership(organisation, first, last, level, entity) for organisation, entity in entities.items()]


def each_its_own(*organisations: str) -> list[Membership]:
    return belongs("organisation", **{name: name for name in organisations})


def large_world() -> World:
    """Three levels, two strata and two years, with counts of which some are shown and some are not."""
    size = {"a": (3, 2), "b": (12, 9), "c": (30, 14), "d": (9, 4), "e": (41, 5), "f": (18, 25)}
    memberships = each_its_own(*size) + belongs("trust", a="t", b="t", c="u", d="u", e="v", f="v")
    memberships += belongs("region", a="r", b="r", c="r", d="r", e="s")
    keys = []
    for n, (organisation, (met, not_met)) in enumerate(size.items()):
        for day in (dt.date(2023, 1 + n, 5), IN_2024):
            keys += people(organisation, met, not_met, day, sex="girl") + people(
                organisation, met // 2, 1, day, sex="boy"
            )
    periods = {("year", name): days for name, days in YEARS.items()} | {("all_time", "all time"): None}
    return World(memberships, keys, ["organisation", "trust", "region"], {"sex": ["boy", "girl"]}, periods)


def random_world(seed: int) -> World:
    """Up to four levels that overlap, up to two stratifiers, several periods, and organisations of one to thirty keys."""
    chance = random.Random(seed)
    organisations = [f"o{n}" for n in range(chance.randint(2, 7))]
    levels = ["organisation", "trust", "icb", "region"][: chance.randint(1, 4)]
    if chance.random() < 0.3:
        levels = levels[1:] or levels
    memberships = []
    for level in levels:
        many = max(1, len(organisations) // chance.randint(1, 3))
        for organisation in organisations:
            if level == "organisation":
                memberships.append(Membership(organisation, *ALWAYS, level, organisation))
            elif chance.random() < 0.9:
                memberships.append(Membership(organisation, *ALWAYS, level, f"{level}{chance.randrange(many)}"))
    stratifiers = {"sex": ["boy", "girl", "unknown"], "age": ["0-4", "5+"]}
    stratifiers = dict(list(stratifiers.items())[: chance.randint(0, 2)])
    periods: dict[tuple[str, str], tuple[dt.date, dt.date] | None] = {}
    if chance.random() < 0.7:
        periods |= {("year", name): days for name, days in YEARS.items()}
    if chance.random() < 0.4:
        periods |= {("half", name): days for name, days in HALVES.items()}
    if not periods or chance.random() < 0.4:
        periods["all_time", "all time"] = None
    keys = []
    for organisation in [*organisations, None]:
        for _ in range(chance.choice([0, 1, 2, 3, 6, 9, 14, 25, 40]) if organisation else chance.choice([0, 0, 2])):
            day = dt.date(2023, 1, 1) + dt.timedelta(days=chance.randrange(731))
            strata = tuple((s, chance.choices(names, [5, 4, 1][: len(names)])[0]) for s, names in stratifiers.items())
            keys.append(Key(organisation, day, strata, chance.random() < 0.8))
    return World(memberships, keys, levels, stratifiers, periods)


def random_hierarchy(seed: int) -> World:
    """Up to 300 entities in levels that overlap, organisations that moved, strata and several periods."""
    chance = random.Random(seed)
    organisations = [f"o{n}" for n in range(chance.choice([20, 60, 120, 180]))]
    levels = ["organisation", "trust", "icb", "network", "region"][: chance.randint(2, 5)]
    width = {"organisation": 0, "trust": 3, "icb": 8, "network": 10, "region": 30}
    moved_on = dt.date(2024, 1, 1)
    memberships = []
    for number, organisation in enumerate(organisations):
        spans: list[tuple[dt.date, dt.date]] = [ALWAYS]
        if chance.random() < 0.05:
            spans = [(ALWAYS[0], moved_on - dt.timedelta(days=1)), (moved_on, ALWAYS[1])]
        for turn, (first, last) in enumerate(spans):
            for level in levels:
                if level == "organisation":
                    entity = organisation
                elif chance.random() < 0.04:
                    continue
                elif level == "network":  # across all others
                    entity = f"network{(number * 7) % max(2, len(organisations) // width[level])}"
                else:
                    entity = f"{level}{number // width[level] + turn}"
                memberships.append(Membership(organisation, first, last, level, entity))
    stratifiers = {"sex": ["boy", "girl"], "quintile": ["1", "2", "3"]}
    stratifiers = dict(list(stratifiers.items())[: chance.randint(0, 2)])
    periods: dict[tuple[str, str], tuple[dt.date, dt.date] | None] = {("year", n): days for n, days in YEARS.items()}
    if chance.random() < 0.3:
        periods["all_time", "all time"] = None
    met = chance.uniform(0.2, 0.95)
    keys = []
    for organisation in [*organisations, None]:
        for _ in range(min(120, int(chance.lognormvariate(2.3, 1.0))) if organisation else 3):
            day = dt.date(2023, 1, 1) + dt.timedelta(days=chance.randrange(731))
            strata = tuple((s, chance.choice(names)) for s, names in stratifiers.items())
            keys.append(Key(organisation, day, strata, chance.random() < met))
    return World(memberships, keys, levels, stratifiers, periods)


def a_year_later(world: World, seed: int) -> World:
    """The same world with a few keys fewer and a few more: opt-outs, and late entries."""
    chance = random.Random(seed)
    keys = [key for key in world.keys if chance.random() > 0.01]
    return World(
        world.memberships,
        keys + chance.sample(world.keys, len(world.keys) // 100),
        world.levels,
        world.stratifiers,
        world.periods,
    )
