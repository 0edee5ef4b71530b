"""What the changelog says between two versions."""

import pytest
from measuremart.changelog import in_order, what_changed_a_result

TEXT = """\
# Changelog

## [0.10.0] not released yet

### Added

- A thing.

### What changed a result

- Tenth.

## [0.9.1] 2026-03-01

### Fixed

- Nothing that changes a result.

## [0.9.0] 2026-01-01

### What changed a result

- Ninth,
  in two lines.

### Removed

- Old things.

## [0.8.0] 2025-01-01

### What changed a result

- Eighth.
"""


@pytest.mark.parametrize(
    ("older", "newer", "found"),
    [
        ("0.8.0", "0.10.0", [("0.10.0", "- Tenth."), ("0.9.0", "- Ninth,\n  in two lines.")]),
        ("0.9.0", "0.9.1", []),
        ("0.7.0", "0.8.0", [("0.8.0", "- Eighth.")]),
        ("0.10.0", "0.10.0", []),
    ],
)
def test_the_sections_between_two_versions(older: str, newer: str, found: list[tuple[str, str]]) -> None:
    assert what_changed_a_result(TEXT, older, newer) == found


def test_versions_are_numbers() -> None:
    assert sorted(["0.10.0", "0.9.1", "0.9"], key=in_order) == ["0.9", "0.9.1", "0.10.0"]
