"""A release of the vocabulary: a folder of files, or a schema of the warehouse, read as far as definitions ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed

_TABLES = ("concept", "concept_ancestor")
# The rows of some queries by name; `{concept}` and `{concept_ancestor}` in a query are the tables.
Ask = Callable[[Mapping[str, str]], Mapping[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a release says of some concepts: which lie below which, their names, and how valid those asked about are.

    `below` are pairs of a concept and one below it, itself included; `states` are standard, classification,
    non-standard, or invalid.
    """

    below: frozenset[tuple[int, int]]
    names: dict[int, str]
    states: dict[int, str]


def vocabulary_of(ask: Ask, concepts: Iterable[int]) -> Vocabulary:
    """Return what a release says of the concepts that definitions name, and of those below them.

    Raises `WarehouseError`.
    """
    listed = ", ".join(str(concept) for concept in sorted(set(concepts))) or "0"
    pairs = (
        "select ancestor_concept_id as a, descendant_concept_id as d from {concept_ancestor} "  # noqa: S608 - numbers
        f"where cast(ancestor_concept_id as bigint) in ({listed})"
    )
    found = ask(
        {
            "below": pairs,
            "concepts": "select concept_id, concept_name, standard_concept, invalid_reason from {concept} "  # noqa: S608
            f"where cast(concept_id as bigint) in ({listed}) "
            f"or cast(concept_id as bigint) in (select cast(p.d as bigint) from ({pairs}) as p)",
        }
    )
    about = {int(float(row["concept_id"])): row for row in found["concepts"]}
    below = {(int(float(row["a"])), int(float(row["d"]))) for row in found["below"]}
    return Vocabulary(
        frozenset(below | {(concept, concept) for concept in concepts}),
        {concept: row["concept_name"] for concept, row in about.items() if row["concept_name"]},
        {concept: _state(row) for concept, row in about.items()},
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["invalid_reason"]:
        return "invalid"
    return {"S": "standard", "C": "classification"}.get(row["standard_concept"] or "", "non-standard")


def of_folder(folder: Path) -> Ask:
    """Return what answers from files: concept and concept_ancestor as .parquet or .csv, in any case.

    A CSV file with tabs is read as Athena writes it: without quotes. Raises `WarehouseError` where one is missing.
    """
    import duckdb

    tables = {name: _table(folder, name) for name in _TABLES}

    def ask(queries: Mapping[str, str]) -> Mapping[str, list[dict[str, Any]]]:
        found = {}
        try:
            with duckdb.connect(config={"threads": 2}) as connection:
                for name, sql in queries.items():
                    cursor = connection.execute(sql.format(**tables))
                    columns = [column[0] for column in cursor.description or ()]
                    found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise failed(str(error)) from None
        return found

    return ask


def of_schema(rows: Ask, schema: str) -> Ask:
    """Return what answers from the tables of a schema, through what asks the warehouse."""
    tables = {name: f"{schema}.{name}" for name in _TABLES}
    return lambda queries: rows({name: sql.format(**tables) for name, sql in queries.items()})


def _table(folder: Path, name: str) -> str:
    for file in sorted(folder.iterdir()):
        if file.stem.lower() == name and file.suffix.lower() in (".parquet", ".csv"):
            path = str(file).replace("'", "''").replace("{", "{{").replace("}", "}}")
            if file.suffix.lower() == ".parquet":
                return f"read_parquet('{path}')"
            with file.open(encoding="utf-8") as opened:
                has_tabs = "\t" in opened.readline()
            how = "delim = '\t', quote = ''" if has_tabs else "delim = ',', quote = '\"'"
            return f"read_csv('{path}', header = true, all_varchar = true, {how})"
    raise WarehouseError(f"{folder} has no {name}.parquet or {name}.csv")
