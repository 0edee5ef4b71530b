"""Every limit of the packs is held by an example: one day, year or unit more or less, and an example fails."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from measuremart.example_runs import failures_of, referee_answers
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.examples import Example
from measuremart.plan.nodes import Conditions, NumberIs, Offset, Plan, Subquery
from measuremart.plan.reach import reach_of

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("epilepsy12", "gi_bleed", "lung")
# Who bled before the first NSAID is not in the denominator, so that nothing can lie before the window.
HELD_BY_NOTHING = {
    ("indicators", "gi_bleed_180_days", "numerator_window.before.days +1"),
}


@cache
def packs() -> Read:
    return read_definitions(ROOT / "definitions")


@dataclass(frozen=True)
class Mutant:
    """A definition with one limit moved."""

    section: str
    name: str
    what: str
    definition: Any

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


def moved(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield everything that a node is if one limit inside it is moved by one, either way."""
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            for what, other in moved(item, f"{path}[{number + 1}]"):
                yield what, (*node[:number], other, *node[number + 1 :])
    if not is_dataclass(node) or isinstance(node, type):
        return
    if isinstance(node, Offset):
        for by in (-1, 1):
            yield f"{path}.days {by:+}", replace(node, days=node.days + by)
        return
    if isinstance(node, Conditions):
        for side in ("age_min", "age_max"):
            if getattr(node, side) is not None:
                for by in (-1, 1):
                    yield f"{path}.{side} {by:+}", replace(node, **{side: getattr(node, side) + by})
    if isinstance(node, NumberIs):
        for number, value in enumerate(node.values):
            for by in (-1, 1):
                values = (*node.values[:number], value + Decimal(by), *node.values[number + 1 :])
                yield f"{path}[{number + 1}] {by:+}", replace(node, values=values)
    for field in fields(node):
        if field.name in ("target", "about", "types", "benchmark", "grain", "gap"):
            continue
        for what, other in moved(getattr(node, field.name), f"{path}.{field.name}".strip(".")):
            yield what, replace(node, **{field.name: other})


def mutants() -> list[Mutant]:
    plan = packs().plan
    found = []
    for section, named in (
        ("indicators", plan.indicators),
        ("measures", plan.measures),
        ("subqueries", plan.subqueries),
    ):
        for name, definition in named.items():
            if definition.about.pack in PACKS:  # type: ignore[attr-defined]
                found += [Mutant(section, name, what, other) for what, other in moved(definition)]
    return found


def changed(plan: Plan, mutant: Mutant) -> Plan:
    """Put the mutant in the place of its definition, also where measures have the subquery in place."""
    if mutant.section == "indicators":
        return replace(plan, indicators=plan.indicators | {mutant.name: mutant.definition})
    if mutant.section == "measures":
        return replace(plan, measures=plan.measures | {mutant.name: mutant.definition})
    old, new = plan.subqueries[mutant.name].subquery, mutant.definition.subquery
    measures = {name: replace(m, expression=_swapped(m.expression, old, new)) for name, m in plan.measures.items()}
    return replace(plan, subqueries=plan.subqueries | {mutant.name: mutant.definition}, measures=measures)


def _swapped(node: Any, old: Subquery, new: Subquery) -> Any:
    if node == old:
        return new
    if isinstance(node, tuple):
        return tuple(_swapped(item, old, new) for item in node)
    if not is_dataclass(node) or isinstance(node, type | Subquery):
        return node
    return replace(node, **{f.name: _swapped(getattr(node, f.name), old, new) for f in fields(node)})  # type: ignore[type-var]


def concerned(plan: Plan, mutant: Mutant) -> list[Example]:
    """Return the examples that ask what the mutant is part of, with the mutant in the report that they ask."""
    found = []
    for example in packs().examples:
        if mutant.section == "indicators":
            if example.asked is not None and example.definition == mutant.name:
                report = replace(example.asked.report, listed=(mutant.definition,))
                found.append(replace(example, asked=replace(example.asked, report=report)))
            continue
        asked = [example.definition] if example.asked is None else example.asked.indicator.measures()
        reach = reach_of(plan.measures, [name for name in asked if name in plan.measures])
        if mutant.name in (reach.measures if mutant.section == "measures" else reach.subqueries):
            found.append(example)
    return found


def test_limits_are_found() -> None:
    """The mutants are of all kinds."""
    found = {str(m) for m in mutants()}
    assert {
        "small_cell_therapy_14_days numerator_window.after.days +1",
        "chemotherapy_around_surgery numerator_window.before.days -1",
        "referral_to_specialist denominator_window.after.days +1",
        "consultant_in_time expression.end.days +1",
        "under_four expression.conditions.age_max +1",
        "mesothelioma_recorded subquery.where.age_min -1",
        "ecog_fit_recorded subquery.rules[1].parts[1][2] +1",
    } <= found


@pytest.mark.parametrize("mutant", mutants(), ids=str)
def test_a_limit_that_moves_is_found(mutant: Mutant) -> None:
    plan = changed(packs().plan, mutant)
    examples = concerned(plan, mutant)
    is_found = bool(failures_of("referee", examples, referee_answers(plan, examples, ROOT)))
    assert is_found != ((mutant.section, mutant.name, mutant.what) in HELD_BY_NOTHING)
