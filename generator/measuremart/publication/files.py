"""A publication as files: its figures, what was hidden and why, its definitions and record, and a data dictionary."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from measuremart.export import DICTIONARY, write_dictionary
from measuremart.publication.page import page_of
from measuremart.runtime import runtime_folder
from measuremart.table_files import CsvFile, ParquetFile
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.marts import Marts, rows_of_layers
from measuremart.write import WriteRefusedError

TABLES = ("pub_publication", "pub_figure", "pub_hidden", "pub_definition", "pub_retraction")
_CONTRACTS = "models/publication/_publication.yml"
_ORDER = "indicator, period_kind, period, stratifier, stratum, level_name, entity"
_ORDERS = {
    "pub_figure": "indicator_order, period_kind, period, stratifier, stratum, level_order, entity",
    "pub_hidden": f"{_ORDER}, quantity",
    "pub_definition": "indicator_order",
}


def export_publication(marts: Marts, publication: int, to: Path, file_format: str) -> dict[str, int]:
    """Write a publication into a new folder: csv or parquet files, or one html page; return rows by table.

    Raises `WriteRefusedError` where the folder holds anything, `WarehouseError`, also where there is no such
    publication, and `OSError` with the name of the file.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise WriteRefusedError(f"{to} is there already: name a new folder")
    about = contracts()
    rows = rows_of_layers(marts, {t["table"]: ordered_query(t, f"publication_id = {publication}") for t in about})
    if not rows["pub_publication"]:
        raise WarehouseError(f"there is no publication {publication}")
    to.parent.mkdir(parents=True, exist_ok=True)
    stage = to.absolute().parent / f".{to.absolute().name}.{os.getpid()}"
    stage.mkdir()
    try:
        if file_format == "html":
            text = page_of(rows)
            (stage / f"publication_{publication}.html").write_text(text, encoding="utf-8", newline="\n")
        else:
            for table in about:
                _write_table(stage / f"{table['table']}.{file_format}", table, rows[table["table"]], file_format)
        write_dictionary(stage, about, DICTIONARY)
        if to.exists():
            to.rmdir()
        stage.rename(to)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return {name: len(found) for name, found in rows.items()}


def contracts() -> list[dict[str, Any]]:
    """Return what the dictionary says of each table: name, description and columns with their types."""
    models = yaml.safe_load((runtime_folder() / _CONTRACTS).read_text(encoding="utf-8"))["models"]
    found = []
    for model in models:
        columns = [
            {"name": c["name"], "type": c["data_type"], "description": c["description"]} for c in model["columns"]
        ]
        found.append({"table": model["name"], "description": model["description"], "columns": columns})
    return sorted(found, key=lambda table: TABLES.index(table["table"]))


def ordered_query(table: Mapping[str, Any], where: str) -> str:
    """Return the query of rows of a table of publications, in the order in which they are written."""
    name, columns = table["table"], ", ".join(column["name"] for column in table["columns"])
    order = ", ".join(filter(None, ("publication_id", _ORDERS.get(name))))
    return f"select {columns} from {{{{ ref('{name}') }}}} where {where} order by {order}"


def _write_table(path: Path, table: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], file_format: str) -> None:
    kinds = [(column["name"], column["type"]) for column in table["columns"]]
    file = (ParquetFile if file_format == "parquet" else CsvFile)(path, kinds)
    for row in rows:
        file.add([_text(row[name]) for name, _ in kinds])
    file.close()


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)
