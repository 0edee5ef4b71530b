"""All checks in one run, less what definitions waive."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.catalogue import Catalogue
from measuremart.checks.benchmarks import unlikely_benchmark
from measuremart.checks.breadth import too_broad_dataset
from measuremart.checks.due import empty_valid_for, excluded_denominator, timeless_window
from measuremart.checks.effect import option_without_effect
from measuremart.checks.emptiness import empty_concept_set, impossible_rule, never_holds
from measuremart.checks.finding import Check, Material
from measuremart.checks.names import clashing_relation, concept_of_two_names, repeated_name
from measuremart.checks.not_supported import not_supported
from measuremart.checks.numbers import number_without_unit
from measuremart.checks.unavailable import incomplete_definition, unavailable_example
from measuremart.checks.use import repeated_inline_part, single_child, unused_definition
from measuremart.checks.windows import reversed_window, window_after_death
from measuremart.plan.nodes import Plan
from measuremart.problems import UNUSED, Kind, Problem, did_you_mean

CHECKS: tuple[Check, ...] = (
    clashing_relation,
    concept_of_two_names,
    empty_concept_set,
    empty_valid_for,
    excluded_denominator,
    impossible_rule,
    incomplete_definition,
    never_holds,
    not_supported,
    number_without_unit,
    option_without_effect,
    repeated_inline_part,
    repeated_name,
    reversed_window,
    single_child,
    timeless_window,
    too_broad_dataset,
    unavailable_example,
    unlikely_benchmark,
    unused_definition,
    window_after_death,
)
# What a waiver cannot waive: nothing would be generated for it, or nothing that could mean anything.
UNWAIVABLE = (
    "clashing_relation",
    "empty_valid_for",
    "not_supported",
    "repeated_name",
    "reversed_window",
    "timeless_window",
    "too_broad_dataset",
)
# What these warn of may be otherwise once everything can be read and resolved: not said before.
COUNTS_ON_ALL = (UNUSED, "option_without_effect", "waiver")


def check_id(check: Check) -> str:
    """Return the id of a check: its function's name."""
    return getattr(check, "__name__", "")


def run_checks(catalogue: Catalogue, plan: Plan) -> list[Problem]:
    """Return what the checks find and no waiver covers, and what is wrong with the waivers themselves."""
    material = Material(catalogue, plan)
    problems: list[Problem] = []
    used: set[tuple[str, str, str]] = set()
    for check in CHECKS:
        name = check_id(check)
        for finding in check(material):
            defined = finding.defined
            waived = {w.check for w in defined.entry.waive} if defined.entry is not None else set()
            if name in waived and name not in UNWAIVABLE:
                used.add((defined.section, defined.name, name))
            else:
                problems.append(Problem(finding.position, finding.message, finding.kind, name))
    return problems + list(_waivers(catalogue, used))


def _waivers(catalogue: Catalogue, used: set[tuple[str, str, str]]) -> Iterator[Problem]:
    waivable = [n for n in map(check_id, CHECKS) if n not in UNWAIVABLE]
    for defined in catalogue.everything():
        for number, waiver in enumerate(defined.entry.waive if defined.entry is not None else ()):
            place = defined.entry.place("waive", number, "check")
            if waiver.check not in waivable:
                hint = did_you_mean(waiver.check, waivable) or f"; there are {', '.join(waivable)}"
                yield Problem(place, f"no check '{waiver.check}' can be waived{hint}", Kind.MEANING, "waiver")
            elif (defined.section, defined.name, waiver.check) not in used:
                text = f"check '{waiver.check}' finds nothing here: remove the waiver"
                yield Problem(place, text, Kind.WARNING, "waiver")
