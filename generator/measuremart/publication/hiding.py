"""Complementary suppression: what is hidden in addition, until the attack finds nothing (docs/decisions/0012).

Greedy and deterministic: of the published numbers that give a secret away, the smallest is hidden, then all is attacked
again. It ends, since each turn hides a number more. A secret that no published number gives away cannot be helped so: it
is a leak that stops the publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from measuremart.publication.attack import Leak, leaks_of
from measuremart.publication.figures import Figure
from measuremart.publication.system import Material, Shown, system_of

# Of a component: what is hidden for one of its leaks often closes the next.
_LEAKS_A_TURN = 25


def protected(figures: Sequence[Figure], material: Material) -> tuple[list[Figure], list[Leak]]:
    """Return the figures of one indicator with as many hidden as it takes, and the leaks that stay nevertheless."""
    found = list(figures)
    clean: set[bytes] = set()
    while True:
        system = system_of(found, material)
        leaks = leaks_of(system, material.policy.leaves, clean, _LEAKS_A_TURN)
        chosen: set[Shown] = set()
        for leak in leaks:
            giving = {s for row in leak.given_by if (s := system.source[row]) is not None}
            if giving and not giving & chosen:
                chosen.add(min(giving, key=lambda s: _order(s, found)))
        if not chosen:
            return found, leaks
        for shown in chosen:
            found[shown.position] = found[shown.position].hidden(shown.quantity, "complementary")


def _order(shown: Shown, figures: Sequence[Figure]) -> tuple[bool, int, int, str]:
    """Order published numbers by what is lost with them: zeros last, since hiding them protects least."""
    figure = figures[shown.position]
    count = figure.eligible if shown.quantity == "eligible" else figure.met
    return count == 0, count, figure.number, shown.quantity
