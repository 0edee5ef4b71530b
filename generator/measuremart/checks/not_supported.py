"""Parts of the language whose chapter is not built yet: refused at their line, never a wrong table."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.catalogue import Catalogue
from measuremart.definitions.base import Part
from measuremart.problems import Kind, Problem

_KEYS = {
    "measures": ("examples",),
    "indicators": ("examples", "valid_for"),
    "reports": ("stratify_by", "levels", "attribution", "audiences"),
}


def not_supported(catalogue: Catalogue) -> Iterator[Problem]:
    """A key of a later chapter.

    What: the key parses and is checked, but nothing is generated for it yet.
    Why: a table that silently leaves a wish out would be a wrong table.
    Example: `stratify_by: [sex]` in a report.
    Fix: leave the key out until its chapter is built.
    """
    for section, keys in _KEYS.items():
        for defined in catalogue.of(section).values():
            part: Part | None = defined.entry
            if part is None:
                continue
            for key in keys:
                if key in part.model_fields_set and getattr(part, key):
                    yield Problem(part.place(key), f"'{key}' is not supported yet", Kind.NOT_SUPPORTED, "not_supported")
