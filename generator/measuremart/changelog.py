"""What the changelog says of the versions between two: the section *What changed a result* of each."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"^## .*?(\d+(?:\.\d+)+).*$", re.MULTILINE)
_SECTION = re.compile(r"^### What changed a result\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)


def what_changed_a_result(changelog: str, older: str, newer: str) -> list[tuple[str, str]]:
    """Return (version, text) for each version after `older` and up to `newer` that has such a section, newest first."""
    headings = list(_RELEASE.finditer(changelog))
    found = []
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        text = changelog[heading.end() : following.start() if following else len(changelog)]
        section = _SECTION.search(text)
        version = heading[1]
        if section and section[1].strip() and in_order(older) < in_order(version) <= in_order(newer):
            found.append((version, section[1].strip()))
    return found


def in_order(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, so that versions compare: 0.10 comes after 0.9."""
    return tuple(int(number) for number in re.findall(r"\d+", version))
