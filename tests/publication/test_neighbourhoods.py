"""What neighbourhoods settle is what the whole part says: the same leaks, whether or not large parts are taken apart."""

import pytest
from measuremart.publication.attack import leaks_of
from measuremart.publication.figures import Policy
from measuremart.publication.findings import Findings
from measuremart.publication.neighbourhoods import settle
from measuremart.publication.parts import parts_of
from measuremart.publication.system import system_of

from publication.worlds import random_world

POLICIES = {"round": Policy(8, 5, 2), "round strictly": Policy(8, 5, 3), "suppress": Policy(8, None, 4)}
# So small that worlds of a few organisations are taken apart.
SMALL = (12, 40)


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_leaks_are_found_with_neighbourhoods_and_without(name: str) -> None:
    policy = POLICIES[name]
    leaks = taken_apart = settled = 0
    for seed in range(3000, 3012):
        world = random_world(seed)
        system = system_of(world.figures(policy), world.material(policy))
        for part in parts_of(system):
            found = Findings(part.truths, policy.leaves, is_plain=part.is_plain)
            settle(part, found, SMALL)
            taken_apart += part.known.shape[1] > SMALL[0]
            settled += len(part.secrets) - found.pending.size
        whole = {(leak.secret.key, leak.row) for leak in leaks_of(system, policy.leaves, sizes=())}
        assert {(leak.secret.key, leak.row) for leak in leaks_of(system, policy.leaves, sizes=SMALL)} == whole
        leaks += len(whole)
    assert taken_apart >= 5
    assert settled > 100
    assert leaks > (0 if name == "round" else 20)


def test_secrets_that_are_known_to_be_open_are_not_asked_again() -> None:
    policy = POLICIES["suppress"]
    world = random_world(3001)
    system = system_of(world.figures(policy), world.material(policy))
    known_open: set[tuple[str, tuple[tuple[float, int], ...]]] = set()
    leaks = leaks_of(system, policy.leaves, known_open)
    leaking = {leak.secret.key for leak in leaks}
    assert leaking
    assert known_open
    assert not known_open & leaking
    before = set(known_open)
    assert {leak.secret.key for leak in leaks_of(system, policy.leaves, known_open)} == leaking
    assert known_open == before
