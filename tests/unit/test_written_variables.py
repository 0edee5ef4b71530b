"""`measuremart doctor --write`: lists go into a dbt_project.yml that somebody wrote; every other character stays."""

import pytest
import yaml
from measuremart.doctor.variables import NotWritableError, with_variables

STARTER = """\
name: st_marys  # ours
vars:
  # where the tables are
  omop_source: files
  absent_tables: []  # OMOP tables that your source lacks, e.g. [device_exposure]
  absent_columns: [location.state]  # columns

  # the day
  as_of: null

models: {}
"""
LISTS = {"absent_tables": ["provider", "death"], "absent_columns": ["death.cause_source_value"]}


def test_lists_in_brackets_are_changed_where_they_stand() -> None:
    new = with_variables(STARTER, LISTS)
    assert new == STARTER.replace("absent_tables: []", "absent_tables: [provider, death]").replace(
        "[location.state]", "[death.cause_source_value]"
    )
    assert with_variables(new, LISTS) == new
    assert with_variables(new, {"absent_tables": [], "absent_columns": ["location.state"]}) == STARTER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("vars:\n  absent_tables:\n", "vars:\n  absent_tables: [provider]\n"),
        ("vars:\n  absent_tables: null  # none\nb: 1\n", "vars:\n  absent_tables: [provider]  # none\nb: 1\n"),
        ("vars: {a: 1, absent_tables: []}\n", "vars: {a: 1, absent_tables: [provider]}\n"),
        ("vars:\n", "vars:\n  absent_tables: [provider]\n"),
        ("name: a", "name: a\n\nvars:\n  absent_tables: [provider]\n"),
        ("vars:\n    a: 1  # one\n    # of what follows\nb: 1\n",
         "vars:\n    a: 1  # one\n    absent_tables: [provider]\n    # of what follows\nb: 1\n"),
        ("vars:\n  a: |\n    text\n    more\n\nb: 1\n",
         "vars:\n  a: |\n    text\n    more\n\n  absent_tables: [provider]\nb: 1\n"),
        ("vars:\n  a:\n    - b  # c\n", "vars:\n  a:\n    - b  # c\n  absent_tables: [provider]\n"),
        ("vars:\n  a: 1\n  measuremart:\n    absent_tables: []\n",
         "vars:\n  a: 1\n  measuremart:\n    absent_tables: [provider]\n"),
        ("vars:\r\n  absent_tables: []  # none\r\n", "vars:\r\n  absent_tables: [provider]  # none\r\n"),
        ("\ufeffvars:\n  absent_tables: []\n", "\ufeffvars:\n  absent_tables: [provider]\n"),
    ],
)  # fmt: skip
def test_a_list_that_is_not_there_yet(old: str, new: str) -> None:
    assert with_variables(old, {"absent_tables": ["provider"]}) == new
    assert with_variables(new, {"absent_tables": ["provider"]}) == new


def test_a_list_in_lines_keeps_the_lines_of_what_stays() -> None:
    old = "vars:\n  absent_tables:\n    # not bought\n    - provider  # since 2019\n    - death\n  b: 1\n"
    assert with_variables(old, {"absent_tables": ["provider", "care_site"]}) == (
        "vars:\n  absent_tables:\n    # not bought\n    - provider  # since 2019\n    - care_site\n  b: 1\n"
    )
    assert with_variables(old, {"absent_tables": ["provider", "death"]}) == old


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vars: {a: 1}\n", "vars is written in braces"),
        ("vars: [a]\n", "vars is no mapping of names to values"),
        ("- a\n", "it is no mapping of keys to values"),
        ("vars: {absent_tables: [\n", "it is no valid YAML"),
        ("vars:\n  absent_tables: provider.yml\n  b: &x 1\n", None),
        ("vars:\n  absent_tables: [\n    death,  # why\n  ]\n", "absent_tables has comments between its brackets"),
        ("vars:\n  absent_tables: {death: 1}\n", "absent_tables is no list"),
        ("vars:\n  absent_tables:\n    - death\n", "absent_tables is written in lines of which none would stay"),
        ("vars:\n  a: &all []\n  absent_tables: *all\n", "another part of the file would change"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, said: str | None) -> None:
    if said is None:  # a text in place of a list is replaced: dbt could not have used it
        assert yaml.safe_load(with_variables(text, {"absent_tables": ["provider"]}))["vars"]["b"] == 1
        return
    with pytest.raises(NotWritableError, match=said):
        with_variables(text, {"absent_tables": ["provider"]})
