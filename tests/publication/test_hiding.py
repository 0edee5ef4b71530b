"""Under the default policies nothing leaks, in random worlds and whatever was published before."""

import pytest
from measuremart.publication.attack import leaks_of
from measuremart.publication.figures import Earlier, Figure, Policy
from measuremart.publication.hiding import protected
from measuremart.publication.system import system_of

from publication.worlds import World, a_year_later, random_hierarchy, random_world

POLICIES = {"round": Policy(8, 5, 2), "suppress": Policy(8, None, 4)}
# Worlds that these tests take; `make fuzz` takes 200 under each policy (fuzz.py).
WORLDS = {"round": range(40), "suppress": range(60, 72)}


def published(world: World, policy: Policy) -> list[Figure]:
    found, left = protected(world.figures(policy), world.material(policy))
    assert left == []
    return found


def leaks_in_world(seed: int, policy: Policy) -> int:
    """Return how many leaks a random world has after publication, and how many small counts it shows."""
    world = random_world(seed)
    found = published(world, policy)
    shown = sum(f.eligible_reason is None and policy.is_small(f.eligible) for f in found)
    shown += sum(f.met_reason is None and policy.is_small(f.met) for f in found)
    return len(leaks_of(system_of(found, world.material(policy)), policy.leaves)) + shown


def leaks_in_hierarchy(seed: int, policy: Policy) -> int:
    """Return how many leaks two publications of a large random hierarchy have, a year apart, and small counts that are shown."""
    first = random_hierarchy(seed)
    before = published(first, policy)
    second = a_year_later(first, seed)
    earlier = second.published_before(before, policy)
    material = second.material(policy, earlier=earlier)
    figures = second.figures(policy)
    if policy.round_to is None:  # as models/publication/candidates does in SQL
        figures = [since(figure, old, policy) for figure, old in zip(figures, earlier, strict=True)]
    found, left = protected(figures, material)
    shown = sum(f.eligible_reason is None and policy.is_small(f.eligible) for f in found)
    shown += sum(f.met_reason is None and policy.is_small(f.met) for f in found)
    # Asked of whole parts: nothing of how it was found to be safe is used again.
    return len(left) + shown + len(leaks_of(system_of(found, material), policy.leaves, sizes=()))


def since(figure: Figure, before: Earlier, policy: Policy) -> Figure:
    """Return the figure with counts hidden that differ by a few from what was shown."""
    if before.shown_eligible is not None and policy.is_small(abs(figure.eligible - before.shown_eligible)):
        return figure.hidden("eligible", "earlier publication")
    if before.shown_met is None or before.shown_eligible is None:
        return figure
    not_met = before.shown_eligible - before.shown_met
    if policy.is_small(abs(figure.met - before.shown_met)) or policy.is_small(abs(figure.not_met - not_met)):
        return figure.hidden("met", "earlier publication")
    return figure


@pytest.mark.parametrize(("name", "seed"), [("round", 6), ("suppress", 14)])
def test_nothing_leaks_from_two_publications_of_a_hierarchy(name: str, seed: int) -> None:
    assert leaks_in_hierarchy(seed, POLICIES[name]) == 0


def test_keys_counted_one_by_one_are_the_counts_of_places() -> None:
    for seed in range(3):
        world = random_world(seed)
        assert {f.place: (f.eligible, f.met) for f in world.figures(POLICIES["round"])} == {
            place: world.count(place) for place in world.places()
        }


@pytest.mark.parametrize("name", POLICIES)
def test_nothing_leaks_from_random_worlds(name: str) -> None:
    assert {seed: leaks_in_world(seed, POLICIES[name]) for seed in WORLDS[name]} == dict.fromkeys(WORLDS[name], 0)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("seed", [1002, 1005, 1011])
def test_a_second_publication_without_new_data_leaks_nothing(seed: int, policy: Policy) -> None:
    world = random_world(seed)
    first = published(world, policy)
    earlier = world.published_before(first, policy)
    again, left = protected(world.figures(policy), world.material(policy, earlier=earlier))
    assert left == []
    assert leaks_of(system_of(again, world.material(policy, earlier=earlier)), policy.leaves) == []


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_the_same_figures_are_hidden_again_and_in_any_order_of_the_data(policy: Policy) -> None:
    world = random_world(1004)
    turned = World(world.memberships[::-1], world.keys[::-1], world.levels, world.stratifiers, world.periods)
    assert published(world, policy) == published(world, policy) == published(turned, policy)


def test_rounding_hides_no_row_beyond_the_small_ones_in_nearly_all_worlds() -> None:
    """NHS Digital's method hides counts of 1 to 7 and rounds the others; what the attack adds is rare."""
    policy = POLICIES["round"]
    primary = hidden = 0
    for seed in range(2000, 2015):
        world = random_world(seed)
        before = world.figures(policy)
        primary += sum(f.met_reason is not None for f in before)
        hidden += sum(f.met_reason is not None for f in published(world, policy))
    assert primary > 500
    assert hidden - primary <= primary // 50
