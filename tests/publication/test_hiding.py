"""Under the default policies nothing leaks, in random worlds and whatever was published before."""

import pytest
from measuremart.publication.attack import leaks_of
from measuremart.publication.figures import Figure, Policy
from measuremart.publication.hiding import protected
from measuremart.publication.system import system_of

from publication.worlds import World, random_world

POLICIES = {"round": Policy(8, 5, 2), "suppress": Policy(8, None, 4)}
WORLDS = 200
# A worker takes as many worlds at once.
BATCH = 10


def published(world: World, policy: Policy) -> list[Figure]:
    found, left = protected(world.figures(policy), world.material(policy))
    assert left == []
    return found


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("first", range(0, WORLDS, 2 * BATCH))
def test_nothing_leaks_from_random_worlds(first: int, policy: Policy) -> None:
    for seed in range(first, first + 2 * BATCH):
        if (seed % 2 == 0) == (policy.round_to is None):  # 100 worlds each, 200 together
            world = random_world(seed)
            found = published(world, policy)
            assert leaks_of(system_of(found, world.material(policy)), policy.leaves) == []
            for figure in found:
                assert figure.eligible_reason is not None or not policy.is_small(figure.eligible)
                assert figure.met_reason is not None or not policy.is_small(figure.met)


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
