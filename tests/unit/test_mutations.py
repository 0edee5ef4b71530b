"""Mutations of the renderer and of the project still fit: each finds its text once. Whether tests notice them is `make mutation`'s to say."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "mutation"))

from mutations import MUTATIONS, Mutation  # noqa: E402
from project_mutations import PROJECT_MUTATIONS, ProjectMutation  # noqa: E402


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_mutation_changes_one_place(mutation: Mutation) -> None:
    folder = ROOT if mutation.is_of_a_model else ROOT / "generator" / "measuremart" / "render"
    text = (folder / mutation.file).read_text(encoding="utf-8")
    assert mutation.applied(text) != text


@pytest.mark.parametrize("mutation", PROJECT_MUTATIONS, ids=str)
def test_a_mutation_of_the_project_changes_one_place(mutation: ProjectMutation) -> None:
    text = (ROOT / mutation.file).read_text(encoding="utf-8")
    assert mutation.applied(text) != text
    file, name = mutation.noticed_by.partition("::")[::2]
    assert name.partition("[")[0] in (ROOT / file).read_text(encoding="utf-8")


def test_no_mutation_stands_twice() -> None:
    assert len({(m.file, m.old, m.new) for m in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("text", ["", "minus, minus"])
def test_a_mutation_that_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="times"):
        Mutation("any.py", "minus", "plus").applied(text)
