"""Complementary suppression: what is hidden in addition, until the attack finds nothing (docs/decisions/0012).

Greedy and deterministic: of the published numbers that give a secret away, the smallest is hidden, then all is attacked
again. It ends, since each turn hides a number more. Where nothing is left to hide, the leak stops the publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from measuremart.publication.attack import Leak, leaks_of
from measuremart.publication.figures import Figure
from measuremart.publication.system import Material, Said, system_of

# Of a component: what is hidden for one of its leaks often closes the next.
_LEAKS_A_TURN = 25


def protected(figures: Sequence[Figure], material: Material) -> tuple[list[Figure], list[Leak]]:
    """Return the figures of one indicator with as many hidden as it takes, and the leaks that stay nevertheless."""
    found = list(figures)
    clean: set[bytes] = set()
    while True:
        system = system_of(found, material)
        leaks = leaks_of(system, material.policy.leaves, clean, _LEAKS_A_TURN)
        chosen: set[Said] = set()
        for leak in leaks:
            giving = {said for row in leak.given_by if (said := system.source[row]) is not None}
            if giving and not giving & chosen:
                chosen.update(_choice(giving, found))
        if not chosen:
            return found, leaks
        for said in chosen:
            figure = found[said.position]
            hide = figure.hidden(said.quantity, "complementary") if said.is_shown else figure.of_any_size(said.quantity)
            found[said.position] = hide


def _choice(giving: set[Said], figures: Sequence[Figure]) -> list[Said]:
    """Return which of some counts to hide: the smallest that is shown, zeros last.

    Where none is shown, that small ones are known to be small gives too much away: the largest is no longer said to be.
    """

    def count(said: Said) -> int:
        figure = figures[said.position]
        return figure.eligible if said.quantity == "eligible" else figure.met

    def place(said: Said) -> tuple[int, str]:
        return figures[said.position].number, said.quantity

    shown = [said for said in giving if said.is_shown]
    if shown:
        return [min(shown, key=lambda s: (count(s) == 0, count(s), place(s)))]
    small = [said for said in giving if _reason(figures[said.position], said) == "small"]
    return [max(small, key=lambda s: (count(s), place(s)))] if small else []


def _reason(figure: Figure, said: Said) -> str | None:
    return figure.eligible_reason if said.quantity == "eligible" else figure.met_reason
