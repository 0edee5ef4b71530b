"""The examples of a definition as tables: what is recorded of invented persons, and what is expected of it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from measuremart.definitions.file import Defined
from measuremart.explain.site_html import table

_EXPECTED = {
    "expect": "Expected members",
    "denominator": "Expected in the denominator",
    "cohort": "The keys of the report's cohort",
    "results": "Expected results in a report",
}
_WORLD = {"persons": "Persons", "episodes": "Episodes"}


def example_parts(defined: Defined) -> list[str]:
    """Return the examples of a definition as HTML; [] where it has none."""
    examples = getattr(defined.entry, "examples", ())
    if not examples:
        return []
    parts = ["<section><h2>Examples</h2>", "<p>The persons are invented. <code>measuremart test</code> runs them.</p>"]
    for number, example in enumerate(examples, start=1):
        parts += _example(number, example)
    return [*parts, "</section>"]


def _example(number: int, example: Any) -> list[str]:
    written = example.model_dump(by_alias=True, exclude_unset=True)
    parts = [f"<h3>Example {number}: {html.escape(' '.join(example.name.split()))}</h3>"]
    if "as_of" in written:
        parts.append(f"<p>Seen from {written['as_of']}.</p>")
    for key, caption in _WORLD.items():
        if written.get(key):
            parts.append(_rows(f"{caption} of example {number}", written[key]))
    events = [{"recorded as": target, **row} for target, rows in written.get("events", {}).items() for row in rows]
    if events:
        parts.append(_rows(f"What is recorded in example {number}", events))
    for key, caption in (("below", "are below concept"), ("codes", "is the code of concept")):
        for concept, said in written.get(key, {}).items():
            what = ", ".join(map(str, said)) if isinstance(said, tuple) else said
            parts.append(f"<p>{html.escape(str(what))} {caption} {concept}.</p>")
    if "report" in written:
        parts.append(f"<p>As report {html.escape(written['report'])} asks it.</p>")
    for key, caption in _EXPECTED.items():
        if key in written and written[key] is not None:
            said = f"{caption}, example {number}"
            parts.append(_rows(said, written[key]) if written[key] else f"<p>{said}: none.</p>")
    return parts


def _rows(caption: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a table whose columns are all of their keys, in the order in which these first appear."""
    columns: Iterable[str] = dict.fromkeys(key for row in rows for key in row)
    headings = list(columns)
    cells = [[html.escape(_said(row[c])) if c in row else "" for c in headings] for row in rows]
    return table(caption, [heading.replace("_", " ") for heading in headings], cells)


def _said(value: object) -> str:
    if value is None:
        return "not known"
    return str(value).lower() if isinstance(value, bool) else str(value)
