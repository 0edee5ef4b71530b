"""docs/language.md, the models of the language and the editors' schema say the same."""

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from measuremart.definitions.base import Part
from measuremart.definitions.file import RESERVED_SECTIONS, SECTIONS, read_sections
from measuremart.definitions.measure import OPERATORS
from measuremart.definitions.rule import MATCHERS
from measuremart.definitions.schema import schema_text
from measuremart.source import LocatedDict, LocatedTuple, read_text

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
SCHEMA = json.loads((ROOT / "definition.schema.json").read_text(encoding="utf-8"))


def models(kind: type[Part], seen: set[type[Part]] | None = None) -> set[type[Part]]:
    """Every model of the language that a model is made of."""
    seen = set() if seen is None else seen
    if kind not in seen:
        seen.add(kind)
        for field in kind.model_fields.values():
            for inner in _inside(field.annotation):
                models(inner, seen)
    return seen


def _inside(annotation: Any) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _inside(part)


def keys(kind: type[Part]) -> set[str]:
    return {field.alias or name for name, field in kind.model_fields.items()}


LANGUAGE = set().union(*(models(kind) for kind in SECTIONS.values()))


def test_the_page_has_one_block_and_it_is_language() -> None:
    assert len(BLOCKS) == 1
    entries, problems = read_sections(read_text(BLOCKS[0], "language.md"), "page")
    assert [str(problem) for problem in problems] == []
    assert {entry.section for entry in entries} == set(SECTIONS)


def test_the_models_are_found() -> None:
    names = {kind.__name__ for kind in LANGUAGE}
    assert {"Measure", "Window", "Offset", "InlineSubquery", "Rule", "Scalar", "CodeOf", "NamedPeriod"} <= names


@pytest.mark.parametrize("kind", sorted(LANGUAGE, key=lambda k: k.__name__), ids=lambda k: k.__name__)
def test_every_key_stands_on_the_page(kind: type[Part]) -> None:
    code, remarks = re.sub(r"#.*", "", BLOCKS[0]), " ".join(re.findall(r"#(.*)", BLOCKS[0]))
    in_words = " ".join(re.findall(r"`([^`]*)`", PAGE.replace(BLOCKS[0], "")))
    for key in keys(kind):
        spelt = re.search(rf"(^|[\s{{,]){key}:", code, flags=re.MULTILINE)
        assert spelt or re.search(rf"\b{key}s?\b", f"{remarks} {in_words}"), key


def _keys_of(value: object) -> Iterator[str]:
    if isinstance(value, LocatedDict):
        for key, item in value.items():
            yield key
            yield from _keys_of(item)
    elif isinstance(value, LocatedTuple):
        for item in value:
            yield from _keys_of(item)


def test_operators_and_matchers_all_have_an_example() -> None:
    written = set(_keys_of(read_text(BLOCKS[0], "language.md")))
    assert {word.rstrip("_") for word in OPERATORS} <= written
    assert set(MATCHERS) <= written


def test_reserved_sections_stand_on_the_page() -> None:
    for section in RESERVED_SECTIONS:
        assert f"`{section}`" in PAGE


@pytest.mark.parametrize(
    "said", ["at most 36 characters", "no `__`", "`[a-z][a-z0-9_]*`", "Unknown keys are errors with the nearest"]
)
def test_what_the_page_says_of_names(said: str) -> None:
    assert said in PAGE


# --- the schema for editors


def test_the_schema_is_current() -> None:
    assert (ROOT / "definition.schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_the_same_in_another_process() -> None:
    code = "from measuremart.definitions.schema import schema_text; print(schema_text(), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": "7"})
    assert done.stdout.decode() == schema_text()


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def _as_json(value: Any) -> Any:
    """What an editor's YAML reader hands to the schema: dates are text."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def complaints(text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(_as_json(yaml.safe_load(text)))]


PACKS = [*(ROOT / "definitions").rglob("*.yml"), *(ROOT / "tests" / "golden" / "definitions").rglob("*.yml")]
PACK_SCHEMA = json.loads((ROOT / "pack.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", sorted(PACKS), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_schema_accepts_a_pack(file: Path) -> None:
    schema = PACK_SCHEMA if file.name == "pack.yml" else SCHEMA
    data = _as_json(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []


def test_the_schema_accepts_the_page() -> None:
    assert complaints(BLOCKS[0]) == []


@pytest.mark.parametrize(
    "file", sorted((ROOT / "definitions").rglob("*.yml")), ids=lambda f: f"{f.parent.name}/{f.name}"
)
def test_a_pack_names_the_schema(file: Path) -> None:
    name = "pack" if file.name == "pack.yml" else "definition"
    assert file.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema=../../{name}.schema.json\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("measurs: {}", id="a section"),
        pytest.param("measures: {a: {subquery: s, descripton: x}}", id="a key"),
        pytest.param("measures: {a: {xor: [b, c]}}", id="an operator"),
        pytest.param("measures: {a: {and: [b, {or: [c, {xor: [d]}]}]}}", id="an operator within"),
        pytest.param("measures: {a: {window: {anchor: b, candidate: c, too: {days: 1}}}}", id="a key of a window"),
        pytest.param("measures: {a: {window: {anchor: b, candidate: c, pick: nearest}}}", id="a word"),
        pytest.param("measures: {A: {subquery: s}}", id="a name"),
        pytest.param("subqueries: {a: {target: t, rules: [{exakt: 1}]}}", id="a matcher"),
        pytest.param("subqueries: {a: {target: t, rules: [{equals: 12}]}}", id="a type"),
        pytest.param("subqueries: {a: {target: t, rules: []}}", id="an empty list"),
        pytest.param("indicators: {i: {title: t, denominator: a, numerator: b}}", id="what is required"),
        pytest.param(
            "reports: {r: {title: t, description: d, cohorts: [c], indicators: [{i: {titel: x}}]}}", id="deep"
        ),
    ],
)
def test_the_schema_refuses(text: str) -> None:
    assert complaints(text)
