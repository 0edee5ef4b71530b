"""Questions to the marts of a built project: read from the DuckDB file itself where the profile plainly names one, else
through `dbt show`.

dbt takes seconds to start and to read the project; a file has no credentials that only dbt should know
(docs/decisions/0009). Every other engine is asked by dbt.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed, operation, query
from measuremart.warehouse.profile import duckdb_file_and_schema, missing, profiles_option
from measuremart.warehouse.schemas import names_schemas_itself

_VARIABLE = "MEASUREMART_PERSON"
# What stands in a query for the id of the person who is asked about: dbt fills it in from the environment, so that the
# id is on no command line and in no compiled file of the project.
PERSON = f"{{{{ env_var('{_VARIABLE}') }}}}"
_REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")


@dataclass(frozen=True, slots=True)
class Marts:
    """Where the marts are: the project, and the options of dbt that say which profile, target and variables."""

    project: Path
    profiles_dir: Path | None = None
    target: str | None = None
    options: tuple[str, ...] = ()

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query of marts, each named by `ref()`. Raises `WarehouseError`."""
        lack = missing(self.project, self.profiles_dir, self.target)
        if lack:
            raise WarehouseError(lack)
        # Where schemas are named otherwise, a table of an earlier build could stand where the macro would put it.
        is_plain = not names_schemas_itself(self.project)
        place = duckdb_file_and_schema(self.project, self.profiles_dir, self.target) if is_plain else None
        found = None if place is None else _from_file(*place, sql)
        return query(self.project, sql, self.dbt_options()) if found is None else found

    def dbt_options(self) -> tuple[str, ...]:
        """Return the options that tell dbt where the marts are."""
        target = () if self.target is None else ("--target", self.target)
        return (*target, *profiles_option(self.project, self.profiles_dir), *self.options)


def _from_file(file: Path, schema: str, sql: str) -> list[dict[str, Any]] | None:
    """Return the rows of a query of a DuckDB file; None where a table is not where the project's macro would put it.

    One thread: what DuckDB 2.0 answers wrongly (docs/decisions/0007) needs more than two.
    """
    import duckdb  # here only: what needs no database should not wait for it

    # As macros/generate_schema_name.sql says. A project that names schemas otherwise is asked through dbt.
    marts = "marts" if schema == "main" else f"{schema}_marts"
    relations = _REF.sub(lambda ref: f'"{marts}"."{ref[1]}"', sql)
    try:
        with duckdb.connect(str(file), read_only=True, config={"threads": 1}) as connection:
            cursor = connection.execute(relations)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.CatalogException:
        return None
    except duckdb.Error as error:
        raise failed(str(error)) from None


def rows_of_person(marts: Marts, queries: Mapping[str, str], person: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each query of relations of any layer, each named by `ref()`, and the person by `PERSON`.

    Values are as the engine gives them, or texts. No id is written to a file: a DuckDB file is read without dbt; where
    dbt is asked, it writes no log, and its other files stand in a folder that is removed. Raises `WarehouseError`.
    """
    lack = missing(marts.project, marts.profiles_dir, marts.target)
    if lack:
        raise WarehouseError(lack)
    place = duckdb_file_and_schema(marts.project, marts.profiles_dir, marts.target)
    found = None if place is None else _of_person_from_file(marts.project, *place, queries, person)
    if found is not None:
        return found
    with TemporaryDirectory() as folder:
        parsed = marts.project / "target" / "partial_parse.msgpack"
        if parsed.is_file():
            shutil.copy(parsed, folder)
        written = ("--log-level-file", "none", "--log-path", folder, "--target-path", folder)
        arguments = {"queries": dict(queries)}
        options = (*marts.dbt_options(), *written)
        told = {_VARIABLE: str(person)}
        try:
            return _sorted(queries, operation(marts.project, "rows_of_person", arguments, options, told))
        except WarehouseError as error:  # a database may show the query that it could not answer
            raise WarehouseError(str(error).replace(str(person), "...")) from None


def rows_from_file(marts: Marts, queries: Mapping[str, str]) -> dict[str, list[dict[str, Any]]] | None:
    """Return the rows of each query of a DuckDB file; None where only dbt can answer. Raises `WarehouseError`."""
    place = duckdb_file_and_schema(marts.project, marts.profiles_dir, marts.target)
    return None if place is None else _of_person_from_file(marts.project, *place, queries, 0)


def rows_of_layers(marts: Marts, queries: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each query of relations of any layer, each named by `ref()`; not for what is of one person.

    Values are as the engine gives them, or texts. Raises `WarehouseError`.
    """
    lack = missing(marts.project, marts.profiles_dir, marts.target)
    if lack:
        raise WarehouseError(lack)
    place = duckdb_file_and_schema(marts.project, marts.profiles_dir, marts.target)
    found = None if place is None else _of_person_from_file(marts.project, *place, queries, None)
    if found is not None:
        return found
    return _sorted(queries, operation(marts.project, "rows_of_person", {"queries": dict(queries)}, marts.dbt_options()))


def _sorted(queries: Iterable[str], printed: Iterable[dict[str, Any] | list[Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that dbt printed, by query. Raises `WarehouseError` where the last line is missing."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in queries}
    is_whole = False
    for line in printed:
        assert isinstance(line, dict)
        if line["query"] is None:
            is_whole = True
        else:
            rows[line["query"]].append(line["row"])
    if not is_whole:
        raise WarehouseError("dbt ended before all was read")
    return rows


def _of_person_from_file(
    project: Path, file: Path, schema: str, queries: Mapping[str, str], person: int | None
) -> dict[str, list[dict[str, Any]]] | None:
    """Return the rows of queries of a DuckDB file; None where it is not plain where a relation is.

    A relation is looked for in DuckDB's catalogue: in the schemas of the profile, and of several of its name the one
    that dbt's manifest says.
    """
    import duckdb

    try:
        with duckdb.connect(str(file), read_only=True, config={"threads": 1}) as connection:
            tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
            schemas = _schemas(tables, schema, _layers(project))
            if not schemas:
                return None
            found = {}
            for name, sql in queries.items():
                relations = _REF.findall(sql)
                lacking = next((relation for relation in relations if relation not in schemas), None)
                if lacking is not None:
                    raise WarehouseError(f"{lacking} is not built there: is its pack in the dbt variable 'packs'?")
                if any(schemas[relation] is None for relation in relations):
                    return None
                asked = _REF.sub(lambda ref: f'"{schemas[ref[1]]}"."{ref[1]}"', sql).replace(PERSON, str(person))
                if "{{" in asked:  # a source of dbt, which only dbt finds
                    return None
                cursor = connection.execute(asked)
                names = [column[0] for column in cursor.description or ()]
                found[name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            return found
    except (duckdb.CatalogException, duckdb.BinderException):  # a view of a database that only dbt attaches
        return None
    except duckdb.Error as error:
        raise failed(str(error) if person is None else str(error).replace(str(person), "...")) from None


def _schemas(tables: list[tuple[str, str]], schema: str, layers: dict[str, str]) -> dict[str, str | None]:
    """Return the schema of each relation of a profile; None where several could be meant."""
    found: dict[str, list[str]] = {}
    for place, name in tables:
        if schema == "main" or place == schema or place.startswith(f"{schema}_"):
            found.setdefault(name, []).append(place)
    result: dict[str, str | None] = {}
    for name, places in found.items():
        layer = layers.get(name, "")
        told = layer if schema == "main" else f"{schema}_{layer}"
        result[name] = told if told in places else places[0] if len(places) == 1 else None
    return result


def _layers(project: Path) -> dict[str, str]:
    """Return the layer of each relation as dbt last read the project; {} where it did not."""
    try:
        nodes = json.loads((project / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
        return {node["name"]: node["config"].get("schema") or "" for node in nodes.values()}
    except (OSError, ValueError, KeyError):
        return {}
