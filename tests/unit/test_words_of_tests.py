"""Every dbt test that can warn says in words what it counts and what to do: `measuremart build` prints them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SINGULAR = ROOT / "tests" / "singular"


def _tests(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tests with properties of their own anywhere below a value: what test, and its properties."""
    if isinstance(value, dict):
        for test in value.get("data_tests", ()):
            if isinstance(test, dict):
                yield from test.items()
        for part in value.values():
            yield from _tests(part)
    elif isinstance(value, list):
        for part in value:
            yield from _tests(part)


def _that_warn() -> list[Any]:
    """The tests of models whose severity is not that of dbt, an error."""
    return [
        pytest.param(properties, id=f"{file.relative_to(ROOT)}-{number}-{name}")
        for file in sorted((ROOT / "models").rglob("*.yml"))
        for number, (name, properties) in enumerate(_tests(yaml.safe_load(file.read_text(encoding="utf-8"))))
        if "severity" in properties.get("config", {})
    ]


def test_there_are_some() -> None:
    assert len(_that_warn()) > 20


@pytest.mark.parametrize("properties", _that_warn())
def test_one_that_can_warn_has_words(properties: dict[str, Any]) -> None:
    assert _are_words(properties.get("description", ""))


@pytest.mark.parametrize("file", sorted(SINGULAR.rglob("*.yml")), ids=lambda file: file.stem)
def test_singular_tests_have_words_and_no_others_do(file: Path) -> None:
    said = yaml.safe_load(file.read_text(encoding="utf-8"))["data_tests"]
    assert [test["name"] for test in said] == sorted(found.stem for found in file.parent.glob("*.sql"))
    assert all(_are_words(test["description"]) for test in said)


def test_singular_tests_of_a_pack_stand_in_its_folder() -> None:
    packs = {folder.name for folder in (ROOT / "definitions").iterdir()}
    assert {
        file.name for file in SINGULAR.glob("*.sql") if any(pack in file.name for pack in packs - {"omop"})
    } == set()
    assert [f for f in SINGULAR.rglob("*.sql") if not any(f.parent.glob("_singular*.yml"))] == []


def _are_words(text: str) -> bool:
    """Say whether it is two sentences: what is counted, and what to do."""
    return text.count(". ") >= 1 and text.endswith(".")
