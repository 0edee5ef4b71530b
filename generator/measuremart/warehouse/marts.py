"""Questions to the marts of a built project: read from the DuckDB file itself where the profile plainly names one, else
through `dbt show`.

dbt takes seconds to start and to read the project; a file has no credentials that only dbt should know
(docs/decisions/0009). Every other engine is asked by dbt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.warehouse.dbt import WarehouseError, failed, query
from measuremart.warehouse.profile import duckdb_file_and_schema, missing, profiles_option
from measuremart.warehouse.schemas import names_schemas_itself

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
        return query(self.project, sql, self._dbt_options()) if found is None else found

    def _dbt_options(self) -> tuple[str, ...]:
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
