"""Complementary suppression: what is hidden in addition, until the attack finds nothing (docs/decisions/0012).

Greedy and deterministic: of the published numbers that give a secret away, the smallest is hidden, then all is attacked
again. It ends, since each turn hides a number more. Where nothing is left to hide, the leak stops the publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from measuremart.publication.attack import Leak, OpenSums, leaks_of
from measuremart.publication.figures import Figure, Quantity
from measuremart.publication.secrets import Relations, relations_of
from measuremart.publication.system import Material, Said, space_of, system_of

# Of a component: what is hidden for one of its leaks often closes the next.
_LEAKS_A_TURN = 25


def protected(figures: Sequence[Figure], material: Material) -> tuple[list[Figure], list[Leak]]:
    """Return the figures of one indicator with as many hidden as it takes, and the leaks that stay nevertheless."""
    found = list(figures)
    space = space_of(found, material)
    relations = relations_of(found, space.cells)
    if material.policy.round_to is None:
        _hide_partners(found, relations)
    known_open: OpenSums = set()
    while True:
        is_from_start = not known_open
        system = system_of(found, material, space, relations)
        leaks = leaks_of(system, material.policy.leaves, known_open, _LEAKS_A_TURN)
        chosen: set[Said] = set()
        for leak in leaks:
            giving = {said for row in leak.given_by if (said := system.source[row]) is not None}
            if giving and not giving & chosen:
                chosen.update(_choice(giving, found))
        if not chosen:
            if leaks or is_from_start:
                return found, leaks
            known_open.clear()  # what was open is not believed: all is attacked again, from the start
            continue
        for said in chosen:
            figure = found[said.position]
            hide = figure.hidden(said.quantity, "complementary") if said.is_shown else figure.of_any_size(said.quantity)
            found[said.position] = hide


def _hide_partners(found: list[Figure], relations: Relations) -> None:
    """Hide a second count wherever one alone is hidden of those that add up: exact numbers give it away.

    No attack need find these. Sums are gone through in order until nothing changes; what is hidden is the smallest that
    is shown, zeros last.
    """
    quantities: tuple[Quantity, ...] = ("eligible", "met")
    sums = [(whole, *parts) for whole, parts, is_all in relations.families if is_all]
    changed = True
    while changed:
        changed = False
        for positions in sums:
            for quantity in quantities:
                hidden = [p for p in positions if _is_hidden(found[p], quantity)]
                if len(hidden) == 1 and getattr(found[hidden[0]], quantity) > 0:
                    shown = [Said(p, quantity, True) for p in positions if p != hidden[0]]
                    (said,) = _choice(set(shown), found)
                    found[said.position] = found[said.position].hidden(quantity, "complementary")
                    changed = True


def _is_hidden(figure: Figure, quantity: Quantity) -> bool:
    return (figure.eligible_reason if quantity == "eligible" else figure.met_reason) is not None


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
