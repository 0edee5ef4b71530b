"""Publications of random worlds: does anything leak? For `make fuzz`; `python -m tests.publication.fuzz --worlds 200`."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from publication.test_hiding import POLICIES, leaks_in_hierarchy, leaks_in_world


def main() -> int:
    """Print what leaks; exit code 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--large", action="store_true", help="two publications each of hierarchies of up to 300 entities"
    )
    parser.add_argument("--policy", choices=POLICIES, action="append", help="only this policy; can be repeated")
    given = parser.parse_args()
    leaks_in = leaks_in_hierarchy if given.large else leaks_in_world
    worst = 0
    for name in given.policy or POLICIES:
        leaking = []
        for number, seed in enumerate(range(given.seed, given.seed + given.worlds), start=1):
            if leaks_in(seed, POLICIES[name]):
                leaking.append(seed)
            if number % 20 == 0:
                print(f"{name}: {number} worlds, {len(leaking)} leak", flush=True)
        worst = max(worst, len(leaking))
        print(f"{name}: {given.worlds} worlds, {len(leaking)} leak {leaking or ''}".rstrip())
    return int(worst > 0)


if __name__ == "__main__":
    sys.exit(main())
