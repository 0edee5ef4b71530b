"""All checks in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from measuremart.catalogue import Catalogue
from measuremart.checks.not_supported import not_supported
from measuremart.problems import Problem

CHECKS: tuple[Callable[[Catalogue], Iterator[Problem]], ...] = (not_supported,)


def run_checks(catalogue: Catalogue) -> list[Problem]:
    """Return what the checks find, in the order of the checks."""
    return [problem for check in CHECKS for problem in check(catalogue)]
