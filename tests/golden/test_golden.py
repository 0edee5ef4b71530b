"""Golden files: one definition of every kind and option, and byte for byte what it becomes.

Each definition's description says what its file shows. `python -m tests.golden.update` accepts a change.
"""

import difflib
from collections.abc import Iterator
from typing import Any

import pytest
from measuremart.definitions.base import Part
from measuremart.definitions.concept_set import ConceptSetItem
from measuremart.definitions.indicator import Indicator
from measuremart.definitions.measure import CountOf, Expression, Filter, Pick, Window
from measuremart.definitions.report import Report
from measuremart.definitions.rule import AgeRange, CodeOf, Conditions, Rule, Scalar
from measuremart.definitions.subquery import InlineSubquery
from update import expected, read, rendered

EXPECTED = expected()
RENDERED = rendered()
# Parsed and refused as "not supported yet", or kept for other programs: nothing is rendered from them.
UNRENDERED = {
    "notes", "waive", "examples", "stratify_by", "levels", "attribution", "audiences",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(EXPECTED.keys() | RENDERED.keys()))
def test_golden(path: str) -> None:
    old, new = EXPECTED.get(path, ""), RENDERED.get(path, "")
    if old == new:
        return
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"golden/{path}", f"rendered/{path}"
    )
    pytest.fail("".join(lines) + "\nIf this is meant: python -m tests.golden.update", pytrace=False)


@pytest.mark.parametrize("defined", list(read().catalogue.everything()), ids=lambda d: f"{d.section}.{d.name}")
def test_every_golden_definition_says_what_it_shows(defined: Any) -> None:
    assert len(defined.entry.description or "") > 15


def _parts(value: object) -> Iterator[Part]:
    if isinstance(value, Part):
        yield value
        for field in type(value).model_fields:
            yield from _parts(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)


@pytest.mark.parametrize(
    "kind",
    [
        *(Rule, CodeOf, Scalar, AgeRange, Conditions, InlineSubquery, ConceptSetItem),
        *(Expression, Pick, CountOf, Filter, Window, Indicator, Report),
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_key_has_a_golden_definition(kind: type[Part]) -> None:
    written = {
        field
        for defined in read().catalogue.everything()
        for part in _parts(defined.entry)
        if isinstance(part, kind)
        for field in part.model_fields_set
    }
    assert set(kind.model_fields) - UNRENDERED - written == set()


@pytest.mark.parametrize("option", ["anchor_pick", "pick", "date", "align", "keep", "covers"])
def test_every_choice_of_a_window_has_a_golden_definition(option: str) -> None:
    windows = [p for d in read().catalogue.everything() for p in _parts(d.entry) if isinstance(p, Window)]
    annotation = Window.model_fields[option].annotation
    choices = (True, False) if annotation is bool else annotation.__args__
    assert {getattr(window, option) for window in windows} == set(choices)
