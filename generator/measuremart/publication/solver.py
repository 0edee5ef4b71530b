"""SciPy, which checking a publication needs and nothing else does: it is an extra."""

from __future__ import annotations

import importlib
from typing import Any


class SolverMissingError(Exception):
    """SciPy is not installed; the message says how to install it."""


def scipy_part(name: str) -> Any:
    """Return a module of SciPy, such as `scipy.optimize`. Raises `SolverMissingError`."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise SolverMissingError("checking a publication needs SciPy: pip install 'measuremart[publish]'") from None
