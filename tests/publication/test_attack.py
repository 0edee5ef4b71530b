"""The attack finds planted leaks of weakened policies, and agrees with trying out every way there is."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from measuremart.publication.attack import leaks_of
from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Figure, Policy
from measuremart.publication.groups import Membership
from measuremart.publication.hiding import protected
from measuremart.publication.system import Material, system_of

from publication.worlds import ALWAYS, HALVES, IN_2024, YEARS, World, belongs, each_its_own, people

EXACT, ROUNDED = Policy(8, None, 4), Policy(8, 5, 2)
IN_2023, LATER_2024 = dt.date(2023, 5, 1), dt.date(2024, 9, 1)
ALL_TIME = {("all_time", "all time"): None}
BY_YEAR = {("year", name): days for name, days in YEARS.items()}


def figure_of(figures: list[Figure], level: str, entity: str, period: str = "all time", stratum: str = WHOLE) -> int:
    (found,) = [
        n
        for n, f in enumerate(figures)
        if (f.place.level, f.place.entity, f.place.period, f.place.stratum) == (level, entity, period, stratum)
    ]
    return found


def words(figures: list[Figure], material: Material) -> set[tuple[str, str, str, str]]:
    """Where the attack finds a leak: word, level, entity, period."""
    leaks = leaks_of(system_of(figures, material), material.policy.leaves)
    places = [(leak.secret.word, leak.secret.place) for leak in leaks]
    return {(word, place.level, place.entity, place.period) for word, place in places}


THREE = each_its_own("a", "b", "c") + belongs("trust", a="t", b="t", c="t")


def complementary_cells() -> tuple[list[Figure], Material]:
    world = World(THREE, people("a", 3, 0) + people("b", 20, 0) + people("c", 30, 0), ["organisation", "trust"])
    return world.figures(EXACT), world.material(EXACT)


def strata_against_the_whole() -> tuple[list[Figure], Material]:
    keys = people(None, 20, 0, sex="girl") + people(None, 1, 0, sex="boy")
    world = World([], keys, [], {"sex": ["boy", "girl"]})
    return world.figures(EXACT), world.material(EXACT)


def another_choice_than_before() -> tuple[list[Figure], Material]:
    """Before, a and b were hidden; now a and c are. Nothing has changed, so that both choices give a away."""
    world = World(THREE, people("a", 3, 0) + people("b", 20, 0) + people("c", 30, 0), ["organisation", "trust"])
    before, now = world.figures(EXACT), world.figures(EXACT)
    for figures, organisation in ((before, "b"), (now, "c")):
        place = figure_of(figures, "organisation", organisation)
        figures[place] = figures[place].hidden("eligible", "complementary")
    assert not words(now, world.material(EXACT))
    return now, world.material(EXACT, earlier=world.published_before(before, EXACT))


def three_publications_together() -> tuple[list[Figure], Material]:
    """No two of the three give anything away."""
    world = World(THREE, people("a", 3, 0) + people("b", 20, 0) + people("c", 30, 0), ["organisation", "trust"])
    now = world.figures(EXACT)
    hidden = [f.hidden("eligible", "complementary") if f.eligible else f for f in now]
    before = []
    for level, entity in (("organisation", "b"), ("organisation", "c")):
        figures = list(hidden)
        place = figure_of(figures, level, entity)
        figures[place] = now[place]
        before.append(world.published_before(figures, EXACT))
    place = figure_of(now, "trust", "t")
    hidden[place] = now[place]
    for alone in before:
        assert not words(hidden, world.material(EXACT, earlier=alone))
    return hidden, world.material(EXACT, earlier=before[0] + before[1])


def exact_before_rounded_now() -> tuple[list[Figure], Material]:
    world = World(THREE, people("a", 3, 0) + people("b", 20, 0) + people("c", 30, 0), ["organisation", "trust"])
    earlier = world.published_before(world.figures(EXACT), EXACT)
    assert not words(world.figures(ROUNDED), world.material(ROUNDED))
    return world.figures(ROUNDED), world.material(ROUNDED, earlier=earlier)


def an_exact_rate() -> tuple[list[Figure], Material]:
    """Three of seven are met: no other count below 8 has that rate."""
    world = World([], people(None, 3, 4), [])
    figures = world.figures(ROUNDED)
    assert not words(figures, world.material(ROUNDED))
    return figures, world.material(ROUNDED, shows_exact_rates=True)


def a_rate_beside_a_rounded_count() -> tuple[list[Figure], Material]:
    """Of 8 to 12 who were due, 11 is the only number of which so many hundredths were met; then one was not."""
    world = World([], people(None, 10, 1), [])
    return world.figures(ROUNDED), world.material(ROUNDED, shows_exact_rates=True)


def all_of_its_trust() -> tuple[list[Figure], Material]:
    """Small counts are hidden of organisations alone, and the trust has no other one."""
    world = World(
        each_its_own("a", "b") + belongs("trust", a="t", b="u"),
        people("a", 5, 0) + people("b", 30, 0),
        ["organisation", "trust"],
    )
    figures = world.figures(EXACT)
    place = figure_of(figures, "trust", "t")
    figures[place] = replace(figures[place], eligible_reason=None, met_reason=None)
    return figures, world.material(EXACT)


def a_moved_organisation() -> tuple[list[Figure], Material]:
    """In 2024, b has left its trust and not its region: the region less the trust is b, which no level shows."""
    memberships = belongs("region", a="r", b="r") + belongs("trust", a="t")
    memberships += belongs("trust", last=YEARS["2023"][1], b="t")
    # A span has all memberships of its days, as levels.organisation_membership cuts them.
    memberships = [m for m in memberships if m.organisation == "a"]
    memberships += [
        Membership("b", ALWAYS[0], YEARS["2023"][1], level, entity)
        for level, entity in (("region", "r"), ("trust", "t"))
    ]
    memberships.append(Membership("b", YEARS["2024"][0], ALWAYS[1], "region", "r"))
    memberships += belongs("region", c="s")
    keys = people("a", 20, 0, IN_2023) + people("b", 9, 0, IN_2023) + people("a", 20, 0) + people("b", 2, 0)
    keys += people("c", 30, 0)
    world = World(memberships, keys, ["trust", "region"], periods=dict(BY_YEAR))
    return world.figures(EXACT), world.material(EXACT)


def those_not_met() -> tuple[list[Figure], Material]:
    """The two counts that are shown are large, and their difference is not."""
    world = World([], people(None, 40, 2), [])
    (figure,) = world.figures(EXACT)
    return [replace(figure, met_reason=None)], world.material(EXACT)


def all_time_and_years() -> tuple[list[Figure], Material]:
    world = World([], people(None, 20, 0, IN_2023) + people(None, 2, 0), [], periods=ALL_TIME | BY_YEAR)
    return world.figures(EXACT), world.material(EXACT)


def a_year_and_its_halves() -> tuple[list[Figure], Material]:
    halves = {("half", name): days for name, days in HALVES.items()}
    world = World([], people(None, 30, 0, IN_2024) + people(None, 4, 0, LATER_2024), [], periods=BY_YEAR | halves)
    return world.figures(EXACT), world.material(EXACT)


def all_time_less_the_years_that_are_over() -> tuple[list[Figure], Material]:
    """The running year is not shown, and all time is."""
    keys = people(None, 20, 0, IN_2023) + people(None, 3, 0)
    world = World([], keys, [], periods=ALL_TIME | {("year", "2023"): YEARS["2023"]})
    return world.figures(EXACT), world.material(EXACT)


def overlapping_levels() -> tuple[list[Figure], Material]:
    """An ICB is a trust and one hospital more; hospitals are not shown. The other trust less the other ICB is the same."""
    memberships = belongs("trust", a="t", b="t", c="u", d="u") + belongs("icb", a="i", b="i", c="i", d="j")
    keys = people("a", 9, 0) + people("b", 9, 0) + people("c", 3, 0) + people("d", 20, 0)
    world = World(memberships, keys, ["trust", "icb"])
    return world.figures(EXACT), world.material(EXACT)


def who_is_in_no_region() -> tuple[list[Figure], Material]:
    """The row `not attributed` is left out, and the regions do not add up to the whole."""
    world = World(
        belongs("region", a="r", b="s"), people("a", 20, 0) + people("b", 30, 0) + people(None, 2, 0), ["region"]
    )
    return [f for f in world.figures(EXACT) if f.place.entity != NOT_ATTRIBUTED], world.material(EXACT)


def what_trusts_leave_of_an_icb() -> tuple[list[Figure], Material]:
    """Two trusts lie in an ICB, and a hospital of none: all together tell. It is those of no trust less the other ICB, too."""
    memberships = belongs("trust", a="t", b="u") + belongs("icb", a="i", b="i", c="i", d="j")
    keys = people("a", 20, 0) + people("b", 30, 0) + people("c", 4, 0) + people("d", 9, 0)
    world = World(memberships, keys, ["trust", "icb"])
    return world.figures(EXACT), world.material(EXACT)


def two_hidden_that_are_few_together() -> tuple[list[Figure], Material]:
    world = World(THREE, people("a", 1, 0) + people("b", 2, 0) + people("c", 30, 0), ["organisation", "trust"])
    return world.figures(EXACT), world.material(EXACT)


def a_partner_that_is_hardly_large_enough() -> tuple[list[Figure], Material]:
    """The partner is 8 at least, so that of ten no more than two are left."""
    world = World(THREE, people("a", 2, 0) + people("b", 8, 0) + people("c", 30, 0), ["organisation", "trust"])
    figures = world.figures(EXACT)
    place = figure_of(figures, "organisation", "b")
    figures[place] = figures[place].hidden("eligible", "complementary")
    return figures, world.material(EXACT)


def rounding_that_leaves_two() -> tuple[list[Figure], Material]:
    """30 less 20 is 6 to 14: of a hidden count, 6 and 7 are left, and the policy wants three."""
    strict = Policy(8, 5, 3)
    world = World(each_its_own("a", "b"), people("a", 6, 0) + people("b", 22, 0), ["organisation"])
    assert not words(world.figures(ROUNDED), world.material(ROUNDED))
    return world.figures(strict), world.material(strict)


def a_table_of_two_directions() -> tuple[list[Figure], Material]:
    """Girls of a are hidden; a's whole and the girls of the trust are, too; only the other rows and columns tell."""
    keys = people("a", 3, 0, sex="girl") + people("a", 20, 0, sex="boy")
    keys += people("b", 30, 0, sex="girl") + people("b", 40, 0, sex="boy")
    world = World(each_its_own("a", "b"), keys, ["organisation"], {"sex": ["boy", "girl"]})
    figures = world.figures(EXACT)
    for level, entity, stratum in (("organisation", "a", WHOLE), (WHOLE, WHOLE, "girl")):
        place = figure_of(figures, level, entity, stratum=stratum)
        figures[place] = figures[place].hidden("eligible", "complementary")
    return figures, world.material(EXACT)


def two_stratifiers() -> tuple[list[Figure], Material]:
    """The whole is hidden, and the bands of age add up to it."""
    keys = people(None, 3, 0, sex="boy", age="0-4") + people(None, 20, 0, sex="girl", age="0-4")
    keys += people(None, 30, 0, sex="girl", age="5-9")
    world = World([], keys, [], {"sex": ["boy", "girl"], "age": ["0-4", "5-9"]})
    figures = world.figures(EXACT)
    place = figure_of(figures, WHOLE, WHOLE)
    figures[place] = figures[place].hidden("eligible", "complementary")
    return figures, world.material(EXACT)


# Each with a place that leaks: word, level, entity, period.
PLANTED: dict[Callable[[], tuple[list[Figure], Material]], tuple[str, str, str, str]] = {
    complementary_cells: ("eligible", "organisation", "a", "all time"),
    strata_against_the_whole: ("eligible", WHOLE, WHOLE, "all time"),
    another_choice_than_before: ("eligible", "organisation", "a", "all time"),
    three_publications_together: ("eligible", "organisation", "a", "all time"),
    exact_before_rounded_now: ("eligible", "organisation", "a", "all time"),
    an_exact_rate: ("eligible", WHOLE, WHOLE, "all time"),
    a_rate_beside_a_rounded_count: ("not_met", WHOLE, WHOLE, "all time"),
    all_of_its_trust: ("eligible", "organisation", "a", "all time"),
    a_moved_organisation: ("eligible", "trust", NOT_ATTRIBUTED, "2024"),
    those_not_met: ("not_met", WHOLE, WHOLE, "all time"),
    all_time_and_years: ("eligible", WHOLE, WHOLE, "2024"),
    a_year_and_its_halves: ("eligible", WHOLE, WHOLE, "2024-H2"),
    all_time_less_the_years_that_are_over: ("eligible", WHOLE, WHOLE, "all time"),
    overlapping_levels: ("eligible", "trust", "u", "all time"),
    who_is_in_no_region: ("eligible", WHOLE, WHOLE, "all time"),
    what_trusts_leave_of_an_icb: ("eligible", "trust", NOT_ATTRIBUTED, "all time"),
    two_hidden_that_are_few_together: ("eligible", WHOLE, WHOLE, "all time"),
    a_partner_that_is_hardly_large_enough: ("eligible", "organisation", "a", "all time"),
    rounding_that_leaves_two: ("eligible", "organisation", "a", "all time"),
    a_table_of_two_directions: ("eligible", "organisation", "a", "all time"),
    two_stratifiers: ("eligible", WHOLE, WHOLE, "all time"),
}


def test_there_are_twenty_planted_leaks() -> None:
    assert len(PLANTED) >= 20


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.__name__)
def test_a_planted_leak_is_found(planted: Callable[[], tuple[list[Figure], Material]]) -> None:
    assert PLANTED[planted] in words(*planted())


# What was published before, or an exact rate, cannot be taken back: there it depends on what is left to hide.
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.__name__)
def test_hiding_closes_the_leak_or_says_so(planted: Callable[[], tuple[list[Figure], Material]]) -> None:
    figures, material = planted()
    found, left = protected(figures, material)
    assert {leak.row for leak in left} == {
        leak.row for leak in leaks_of(system_of(found, material), material.policy.leaves)
    }
    if not material.shows_exact_rates and not material.earlier:
        assert left == []
    for before, after in zip(figures, found, strict=True):
        assert (before.number, before.eligible, before.met) == (after.number, after.eligible, after.met)
        assert after.met_reason is not None or after.eligible_reason is None


# --- against trying everything out


def ways(figures: list[Figure], policy: Policy, most: int) -> list[dict[tuple[str, int], int]]:
    """Every way to fill in two organisations that accords with all figures: counts by word and figure."""
    found = []
    for numbers in itertools.product(range(most + 1), repeat=4):
        of = {
            "a": numbers[:2],
            "b": numbers[2:],
            WHOLE: (numbers[0] + numbers[2], numbers[1] + numbers[3]),
            NOT_ATTRIBUTED: (0, 0),
        }
        counts = {}
        for n, figure in enumerate(figures):
            met, not_met = of[figure.place.entity]
            counts |= {("met", n): met, ("not_met", n): not_met, ("eligible", n): met + not_met}
        if all(_accords(figure, policy, counts, n) for n, figure in enumerate(figures)):
            found.append(counts)
    return found


def _accords(figure: Figure, policy: Policy, counts: dict[tuple[str, int], int], n: int) -> bool:
    for word, count, reason in (
        ("eligible", figure.eligible, figure.eligible_reason),
        ("met", figure.met, figure.met_reason),
    ):
        other = counts[word, n]
        if reason is None and not (policy.rounded(other) == policy.rounded(count) and not policy.is_small(other)):
            return False
        if word == "eligible" and reason == "small" and not policy.is_small(other):
            return False
        if word == "met" and reason == "small" and figure.eligible_reason is None:
            if policy.is_small(count) and not policy.is_small(other):
                return False
            if (
                policy.round_to is None
                and policy.is_small(figure.not_met)
                and not policy.is_small(counts["not_met", n])
            ):
                return False
            if (
                policy.round_to is None
                and not policy.is_small(figure.not_met)
                and 0 < counts["not_met", n] < policy.below <= figure.not_met
            ):
                return False
            if policy.round_to is None and not policy.is_small(count) and counts["met", n] < policy.below <= count:
                return False
    return True


SMALL_EXACT, SMALL_ROUNDED = Policy(3, None, 2), Policy(3, 3, 2)


@pytest.mark.parametrize("policy", [SMALL_EXACT, SMALL_ROUNDED], ids=["suppress", "round"])
@pytest.mark.parametrize("counts", list(itertools.product((0, 1, 2, 3, 5), repeat=3)), ids=str)
def test_the_attack_agrees_with_every_way_there_is(counts: tuple[int, int, int], policy: Policy) -> None:
    met, not_met, other = counts
    world = World(each_its_own("a", "b"), people("a", met, not_met) + people("b", other, 1), ["organisation"])
    figures = world.figures(policy)
    every = ways(figures, policy, 9)
    expected = set()
    for n, figure in enumerate(figures):
        for word in ("eligible", "met", "not_met"):
            if policy.is_small(getattr(figure, word)):
                values = {way[word, n] for way in every}
                if max(values) - min(values) < policy.leaves - 1:
                    expected.add((word, figure.place.level, figure.place.entity, "all time"))
    leaks = leaks_of(system_of(figures, world.material(policy)), policy.leaves)
    own = {
        (secret.word, figure.place.level, figure.place.entity, "all time")
        for leak in leaks
        for secret in [leak.secret]
        for figure in [secret.sum[0][1]]
    }
    # A sum that stands in several places is attacked in the first of them.
    assert own <= expected
    assert bool(own) == bool(expected)
