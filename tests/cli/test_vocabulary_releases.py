"""`diff --vocabulary`: what two releases make of the same definitions; the expected sets are counted by hand."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from measuremart.cli import app
from typer.testing import CliRunner

PACK = """
populations:
  omop: {person: {model: person}, episodes: {model: episode}}
targets:
  drug: {model: drug, dates: {start: start_date}}
concept_sets:
  taxanes: {description: Taxanes, concepts: [{id: 10, descendants: true}, {id: 30, descendants: true, exclude: true}]}
  untouched: {description: Untouched, concepts: [{id: 50, descendants: true}]}
subqueries:
  given: {description: A medicine was given., target: drug, rules: [{phenotype: taxanes}]}
  below: {description: Below, target: drug, rules: [{hierarchy: 10}]}
  one: {description: One, target: drug, rules: [{exact: 60}]}
  other: {description: Other, target: drug, rules: [{phenotype: untouched}]}
measures:
  treated: {description: Treated, subquery: given}
cohorts:
  c: {description: c, definitions: {all_of_them: treated}}
indicators:
  x: {title: X, description: d, denominator: full_cohort, numerator: treated}
reports:
  r: {title: R, description: d, cohorts: [c], indicators: [x]}
"""
HEADER = "concept_id,concept_name,standard_concept,invalid_reason"
# 11 goes from below 10, 12 comes; 31 comes below 10 and below 30, which is excluded; 60 is no longer valid.
CONCEPTS = {
    "old": [(10, "Taxane", "C", ""), (11, 'Docetaxel, "old"', "S", ""), (30, "Others", "S", ""), (50, "Fifty", "S", ""), (60, "Sixty", "S", "")],
    "new": [(10, "Taxane", "C", ""), (12, "Paclitaxel", "S", ""), (30, "Others", "S", ""), (31, "Third", "S", ""), (50, "Fifty", "S", ""), (60, "Sixty", "", "U")],
}  # fmt: skip
BELOW = {"old": [(10, 10), (10, 11), (30, 30)], "new": [(10, 10), (10, 12), (10, 31), (30, 31)]}
ABOVE = [("measure", "treated"), ("cohort", "c"), ("indicator", "x"), ("report", "r")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    (tmp_path / "definitions" / "p" / "all.yml").write_text(PACK, encoding="utf-8")
    return tmp_path


def as_csv(folder: Path, release: str) -> None:
    """Commas and quotes."""
    folder.mkdir()
    rows = [
        f'{i},"{name.replace(chr(34), chr(34) * 2)}",{standard},{invalid}'
        for i, name, standard, invalid in CONCEPTS[release]
    ]
    (folder / "concept.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    pairs = ["ancestor_concept_id,descendant_concept_id", *(f"{a},{d}" for a, d in BELOW[release])]
    (folder / "concept_ancestor.csv").write_text("\n".join(pairs) + "\n")


def as_athena(folder: Path, release: str) -> None:
    """Capitals, tabs, and quotes that are letters like others."""
    folder.mkdir()
    rows = ["\t".join(map(str, row)) for row in CONCEPTS[release]]
    (folder / "CONCEPT.csv").write_text("\n".join([HEADER.replace(",", "\t"), *rows]) + "\n")
    pairs = ["ancestor_concept_id\tdescendant_concept_id", *(f"{a}\t{d}" for a, d in BELOW[release])]
    (folder / "CONCEPT_ANCESTOR.csv").write_text("\n".join(pairs) + "\n")


def as_parquet(folder: Path, release: str) -> None:
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "create table c (concept_id bigint, concept_name text, standard_concept text, invalid_reason text)"
        )
        connection.executemany("insert into c values (?, ?, nullif(?, ''), nullif(?, ''))", CONCEPTS[release])
        connection.execute(f"copy c to '{folder}/concept.parquet'")
        connection.execute("create table a (ancestor_concept_id bigint, descendant_concept_id bigint)")
        connection.executemany("insert into a values (?, ?)", BELOW[release])
        connection.execute(f"copy a to '{folder}/concept_ancestor.parquet'")


def run(project: Path, *words: str) -> Any:
    return CliRunner().invoke(app, ["diff", *words, "--project-dir", str(project)])


@pytest.mark.parametrize(("old", "new"), [(as_csv, as_parquet), (as_athena, as_csv), (as_parquet, as_athena)])
def test_what_each_definition_gains_and_loses_by_name(project: Path, old: Any, new: Any) -> None:
    old(project / "old", "old")
    new(project / "new", "new")
    done = run(project, "--vocabulary", str(project / "old"), str(project / "new"), "--format", "json")
    assert done.exit_code == 0, done.output
    found = {(one["kind"], one["name"]): one for one in json.loads(done.stdout)}
    gained = {what: [(c["concept_id"], c["name"]) for c in one["gained"]] for what, one in found.items()}
    assert gained == {
        ("concept set", "taxanes"): [(12, "Paclitaxel")],
        ("subquery", "below"): [(12, "Paclitaxel"), (31, "Third")],
        ("subquery", "one"): [],
    }
    lost = {what: [(c["concept_id"], c["name"]) for c in one["lost"]] for what, one in found.items()}
    name = 'Docetaxel, "old"'
    assert lost == {
        ("concept set", "taxanes"): [(11, name)],
        ("subquery", "below"): [(11, name)],
        ("subquery", "one"): [],
    }
    assert found["subquery", "one"]["changed"] == [
        {"concept_id": 60, "name": "Sixty", "before": "standard", "after": "invalid"}
    ]
    assert [(n["kind"], n["name"]) for n in found["concept set", "taxanes"]["reached"]] == ABOVE


def test_what_it_says_in_words(project: Path) -> None:
    as_csv(project / "old", "old")
    as_csv(project / "new", "new")
    done = run(project, "--vocabulary", str(project / "old"), str(project / "new"))
    assert done.stdout.split("\n\n")[0].splitlines() == [
        "concept set taxanes (Taxanes)",
        "  1 gained",
        "    + 12 (Paclitaxel)",
        "  1 lost",
        '    - 11 (Docetaxel, "old")',
        "  reaches x, r",
    ]
    assert done.stdout.endswith("Reports whose results can differ: r.\n")
    same = run(project, "--vocabulary", str(project / "old"), str(project / "old"))
    assert same.stdout == "No definition has other concepts.\n"


def test_what_cannot_be_compared_is_said(project: Path) -> None:
    as_csv(project / "old", "old")
    (project / "empty").mkdir()
    lacking = run(project, "--vocabulary", str(project / "old"), str(project / "empty"))
    assert (lacking.exit_code, "empty has no concept.parquet or concept.csv" in lacking.stderr) == (8, True)
    unknown = run(project, "--vocabulary", str(project / "old"), "a; b")
    assert (unknown.exit_code, "a; b is no folder, and no name of a schema" in unknown.stderr) == (8, True)
    both = run(project, "--data", "--vocabulary", str(project / "old"), str(project / "old"))
    assert (both.exit_code, "leave out --data, or --vocabulary" in both.stderr) == (2, True)
    alone = run(project, "--ids", "3")
    assert (alone.exit_code, "--ids needs --data" in alone.stderr) == (2, True)
