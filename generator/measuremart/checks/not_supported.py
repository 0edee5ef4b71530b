"""Parts of the language whose chapter is not built yet: refused at their line, never a wrong table."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.checks.finding import Finding, Material
from measuremart.definitions.base import Part
from measuremart.problems import Kind

_KEYS = {
    "reports": ("audiences",),
}


def not_supported(material: Material) -> Iterator[Finding]:
    """A key of a later chapter.

    What: the key is read and checked, but nothing is generated for it yet. An error.

    Why: a table that silently left a wish out would be a wrong table.

    Example: `audiences: [clinicians]` in a report.

    Fix: leave the key out until its chapter is built.
    """
    for section, keys in _KEYS.items():
        for defined in material.catalogue.of(section).values():
            part: Part | None = defined.entry
            for key in keys if part is not None else ():
                if part is not None and key in part.model_fields_set and getattr(part, key):
                    yield Finding(defined, part.place(key), f"'{key}' is not supported yet", Kind.NOT_SUPPORTED)
