"""How much a test does: a small instance in `make test`, its whole size in `make test-long` (tests/README.md).

A test that is long by nature and has a smaller one beside it is marked `long`, and runs in `make test-long` alone.
"""

import os
from typing import TypeVar

T = TypeVar("T")


def size(small: T, whole: T) -> T:
    """Return the small instance, or the whole where the environment asks for the long tier."""
    return whole if os.environ.get("MEASUREMART_TEST_LONG") == "1" else small
