"""Sessions, tries and addresses, with a clock that the test turns."""

import pytest
from measuremart.web.sessions import IDLE, LONGEST, Addresses, Sessions, Tries


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_ends_when_nobody_comes_and_after_a_day_of_work() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    identity, session = sessions.begin("tess")
    assert sessions.find(identity) is session
    clock.now += IDLE - 1
    assert sessions.find(identity) is session
    clock.now += IDLE
    assert sessions.find(identity) is None
    identity, session = sessions.begin("tess")
    for _ in range(LONGEST // (IDLE - 1)):
        clock.now += IDLE - 1
        assert sessions.find(identity) is session
    clock.now += IDLE - 1
    assert sessions.find(identity) is None


def test_ids_are_kept_as_hashes_alone() -> None:
    sessions = Sessions()
    identity, _ = sessions.begin("tess")
    assert len(identity) >= 43
    assert identity not in repr(vars(sessions))
    sessions.end(identity)
    assert sessions.find(identity) is None
    assert sessions.find("") is sessions.find(None) is None


def test_the_wait_doubles_and_is_forgotten() -> None:
    clock = Clock()
    tries = Tries(clock)
    waits = []
    for _ in range(8):
        waits.append(tries.wait("name", "address"))
        tries.failed("name", "address")
    assert waits == [0, 0, 0, 0, 0, 5, 10, 20]
    assert tries.wait("another name", "another address") == 0
    assert tries.wait("another name", "address") == 40
    clock.now += 39.5
    assert tries.wait("name", "address") == 1
    clock.now += 1
    assert tries.wait("name", "address") == 0
    tries.failed("name", "address")
    assert tries.wait("name", "address") == 80
    clock.now += 16 * 60
    tries.failed("name", "address")
    assert tries.wait("name", "address") == 0


def test_whoever_signs_in_is_not_held_up_by_own_success() -> None:
    tries = Tries(Clock())
    for _ in range(20):
        assert tries.wait("name", "address") == 0
        tries.failed("name", "address")
        tries.succeeded("name", "address")


@pytest.mark.parametrize(("person", "episode"), [(1, None), (0, 0), (-7, 12), (2**63 - 1, -(2**63))])
def test_an_address_is_read_by_its_viewer_alone(person: int, episode: int | None) -> None:
    addresses = Addresses()
    written = addresses.write("tess", person, episode)
    assert addresses.read("tess", written) == (person, episode)
    assert addresses.read("clara", written) is None
    assert Addresses().read("tess", written) is None
    assert addresses.write("tess", person, episode) != written
    for at in range(len(written)):
        changed = written[:at] + ("A" if written[at] != "A" else "B") + written[at + 1 :]
        assert addresses.read("tess", changed) is None


@pytest.mark.parametrize("said", ["", "58", "é", "=" * 60, "A" * 60, "A" * 61, "../..", "A" * 10_000])
def test_what_is_no_address(said: str) -> None:
    assert Addresses().read("tess", said) is None
