"""The algebra's laws as pairs of measures that must have the same rows, or the same keys (semantics.md section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from measuremart.plan.grain import EPISODE, PERSON, Grain, comparable, lies_below

from property.definitions import Author, Tree
from property.house import grains

Compared = Literal["rows", "keys", "empty"]


@dataclass(frozen=True)
class Law:
    """Two measures of one case and what of them must be the same; for `empty` the left one has no rows."""

    name: str
    left: str
    right: str
    compared: Compared

    def holds(self, answers: dict[str, Any]) -> bool:
        """Say whether an evaluator's answers obey."""
        left, right = answers[f"measure__{self.left}"], answers[f"measure__{self.right}"]
        if self.compared == "empty":
            return not left
        if self.compared == "keys":
            return bool({row[:3] for row in left} == {row[:3] for row in right})
        return bool(left == right)


Pair = tuple[Tree, Tree, Compared]
# No operand is of this grain, so that the two sides of a law are not used again.
_OF_A_LAW = Grain("key", "law")


class Lawgiver:
    """Draws operands and states laws about them."""

    def __init__(self, author: Author) -> None:
        self.a = author
        self.laws: list[Law] = []

    def state(self, number: int) -> None:
        """State so many laws, each about operands of its own."""
        for _ in range(number):
            name = self.a.among(sorted(LAWS))
            grain = self.a.among(grains(self.a.population, timeless=False))
            left, right, compared = LAWS[name](self, grain)
            sides = [self.a.name(entry, _OF_A_LAW, False) for entry in (left, right)]
            self.laws.append(Law(name, sides[0], sides[1], compared))

    def operand(self, grain: Grain, timeless: bool = False) -> str:
        """Draw a measure of a grain."""
        return self.a.measure(grain, timeless, self.a.among((0, 0, 1, 2)), parts=5)

    def any_of(self, legal: Callable[[Grain], bool]) -> str:
        """Draw a measure of one of the grains that are legal, dated or timeless."""
        kinds = [(g, t) for t in (False, True) for g in grains(self.a.population, t) if legal(g)]
        grain, timeless = self.a.among(kinds)
        return self.operand(grain, timeless)

    def coarser(self, grain: Grain) -> str:
        """Draw a measure of this grain or a coarser one."""
        return self.any_of(lambda g: g == grain or lies_below(grain, g))

    def dated(self, grain: Grain, legal: Callable[[Grain, Grain], bool]) -> str:
        """Draw a dated measure of a grain that is legal beside `grain`."""
        return self.operand(self.a.among([g for g in grains(self.a.population, False) if legal(g, grain)]))

    def liftable(self, grain: Grain) -> str:
        """Draw what an OR of this grain can have as a child."""
        return self.any_of(lambda g: g == grain or (grain == EPISODE and g == PERSON))

    def window(self, anchor: str, candidate: str, **options: Any) -> Tree:
        """Return a window with these options beside its two sides."""
        return {"window": {"anchor": anchor, "candidate": candidate} | options}


def _or_associates(g: Lawgiver, grain: Grain) -> Pair:
    x, y, z = g.operand(grain), g.liftable(grain), g.liftable(grain)
    return {"or": [x, {"or": [y, z]}]}, {"or": [{"or": [x, y]}, z]}, "rows"


def _or_commutes(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.liftable(grain)
    return {"or": [x, y]}, {"or": [y, x]}, "rows"


def _or_is_idempotent(g: Lawgiver, grain: Grain) -> Pair:
    x = g.operand(grain)
    return {"or": [x, x]}, {"or": [x]}, "rows"


def _and_associates(g: Lawgiver, grain: Grain) -> Pair:
    x, y, z = g.a.mixed([g.operand(grain), g.coarser(grain), g.coarser(grain)])
    return {"and": [x, {"and": [y, z]}]}, {"and": [{"and": [x, y]}, z]}, "rows"


def _and_commutes(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.coarser(grain)
    moments = g.a.among(("first", "all"))
    return {"and": [x, y], "moments": moments}, {"and": [y, x], "moments": moments}, "rows"


def _and_is_idempotent(g: Lawgiver, grain: Grain) -> Pair:
    x = g.operand(grain)
    return {"and": [x, x]}, {"first": x}, "rows"


def _first_of_all_moments(g: Lawgiver, grain: Grain) -> Pair:
    children = [g.operand(grain), *(g.coarser(grain) for _ in range(g.a.among((0, 1, 2))))]
    return {"first": {"of": {"and": children, "moments": "all"}}}, {"and": children}, "rows"


def _first_associates(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.liftable(grain)
    return {"first": {"of": {"or": [x, {"first": y}]}}}, {"first": {"of": {"or": [{"first": x}, y]}}}, "rows"


def _except_ignores_order(g: Lawgiver, grain: Grain) -> Pair:
    x, y, z = g.operand(grain), *(g.any_of(lambda c: comparable(c, grain)) for _ in range(2))
    return {"except": [x, y, z]}, {"except": [x, z, y]}, "rows"


def _except_in_steps(g: Lawgiver, grain: Grain) -> Pair:
    x, y, z = g.operand(grain), *(g.any_of(lambda c: comparable(c, grain)) for _ in range(2))
    return {"except": [x, y, z]}, {"except": [{"except": [x, z]}, y]}, "rows"


def _except_of_an_or(g: Lawgiver, grain: Grain) -> Pair:
    other = g.a.among([c for c in grains(g.a.population, False) if comparable(c, grain)])
    x, y, z = g.operand(grain), g.operand(other), g.operand(other)
    return {"except": [x, y, z]}, {"except": [x, {"or": [y, z]}]}, "rows"


def _except_of_itself(g: Lawgiver, grain: Grain) -> Pair:
    x = g.operand(grain)
    return {"except": [x, x]}, {"or": [x]}, "empty"


def _except_and_and_make_the_whole(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.coarser(grain)
    return {"or": [{"except": [x, y]}, {"and": [x, y]}]}, {"or": [x]}, "keys"


def _and_absorbs_or(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.operand(grain)
    return {"and": [x, {"or": [x, y]}]}, {"first": x}, "keys"


def _at_after_or(g: Lawgiver, grain: Grain) -> Pair:
    levels = [c.level for c in (PERSON, EPISODE) if lies_below(grain, c)]
    x, y = g.operand(grain), g.operand(grain)
    if not levels:
        return {"or": [x, y]}, {"or": [y, x]}, "rows"
    level = g.a.among(levels)
    return (
        {"at": level, "of": {"or": [x, y]}},
        {"or": [{"at": level, "of": x}, {"at": level, "of": y}]},
        "rows",
    )


def _filter_after_or(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.operand(grain)
    asked = g.a.conditions(timeless=False, elapsed=True)
    return (
        {"filter": {"of": {"or": [x, y]}, **asked}},
        {"or": [{"filter": {"of": x, **asked}}, {"filter": {"of": y, **asked}}]},
        "rows",
    )


def _filters_commute(g: Lawgiver, grain: Grain) -> Pair:
    x = g.operand(grain)
    one, two = (g.a.conditions(timeless=False, elapsed=True) for _ in range(2))
    return (
        {"filter": {"of": {"filter": {"of": x, **one}}, **two}},
        {"filter": {"of": {"filter": {"of": x, **two}}, **one}},
        "rows",
    )


def _first_that_completes_is_the_nth(g: Lawgiver, grain: Grain) -> Pair:
    if grain.level == "event":
        grain = PERSON
    x, n = g.operand(grain), g.a.among((1, 2, 3))
    return {"first": {"of": {"count": {"of": x, "at_least": n}}}}, {"nth": {"of": x, "n": n}}, "rows"


def _open_window_is_and(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.dated(grain, lambda c, own: c == own or lies_below(own, c))
    known = [{"nth": {"of": m, "n": 1}} for m in (x, y)]
    pick = g.a.among(("any", "earliest", "latest", "closest"))
    return g.window(x, y, pick=pick), {"and": known}, "keys"


def _none_is_the_rest(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.dated(grain, comparable)
    bounds = g.a.bounds(both=False)
    found = g.window(x, y, pick=g.a.among(("any", "earliest", "latest", "closest")), date="anchor", **bounds)
    return found, {"except": [{"first": x}, g.window(x, y, pick="none", **bounds)]}, "rows"


def _earliest_is_first_of_any(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.dated(grain, comparable)
    bounds = g.a.bounds(both=False) | {"anchor_pick": g.a.among(("first", "last"))}
    word, pick = g.a.among((("first", "earliest"), ("last", "latest")))
    return g.window(x, y, pick=pick, **bounds), {word: {"of": g.window(x, y, pick="any", **bounds)}}, "rows"


def _windows_turn_round(g: Lawgiver, grain: Grain) -> Pair:
    x, y = g.operand(grain), g.dated(grain, comparable)
    low, high = sorted((g.a.among((-90, -30, -1, 0, 1, 7, 30, 365)), g.a.among((-7, 0, 0, 1, 42, 60, 365))))
    sides = {"anchor_pick": "all", "pick": "any"}
    there = g.window(y, x, **{"from": {"days": low}, "to": {"days": high}}, keep="candidate", date="candidate", **sides)
    back = g.window(x, y, **{"from": {"days": -high}, "to": {"days": -low}}, date="anchor", **sides)
    return there, back, "rows"


LAWS: dict[str, Callable[[Lawgiver, Grain], Pair]] = {
    function.__name__.strip("_"): function
    for function in (
        _or_associates,
        _or_commutes,
        _or_is_idempotent,
        _and_associates,
        _and_commutes,
        _and_is_idempotent,
        _first_of_all_moments,
        _first_associates,
        _except_ignores_order,
        _except_in_steps,
        _except_of_an_or,
        _except_of_itself,
        _except_and_and_make_the_whole,
        _and_absorbs_or,
        _at_after_or,
        _filter_after_or,
        _filters_commute,
        _first_that_completes_is_the_nth,
        _open_window_is_and,
        _none_is_the_rest,
        _earliest_is_first_of_any,
        _windows_turn_round,
    )
}


def write_laws(author: Author) -> None:
    """Draw measures that must be the same in pairs; the pairs are kept with the author."""
    giver = Lawgiver(author)
    giver.state(4)
    author.laws = giver.laws
