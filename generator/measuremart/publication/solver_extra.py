"""What checking a publication needs and nothing else does: the extra `publish`, imported where it is asked for."""

from __future__ import annotations

import importlib
from typing import Any


class SolverMissingError(Exception):
    """SciPy or HiGHS is not installed; the message says how to install it."""


def solver_module(name: str) -> Any:
    """Return a module of the extra, such as `scipy.sparse`. Raises `SolverMissingError`."""
    try:
        return importlib.import_module(name)
    except ImportError:
        text = "checking a publication needs SciPy and HiGHS: pip install 'measuremart[publish]'"
        raise SolverMissingError(text) from None


def needed_modules() -> None:
    """Raise `SolverMissingError` where something that checking needs is not installed."""
    solver_module("scipy.sparse")
    solver_module("highspy")
