"""Commands of tests share a parsed project: what is said not to decide how the project is parsed does not decide it."""

import json
from pathlib import Path
from typing import Any

from dbt_runs import READ_WHILE_RUNNING, Warehouse, default_packs

FILES = {"omop_source": "files", "omop_files": "/here", "omop_files_format": "csv", "absent_tables": ["death"]}


def parsed(folder: Path, variables: dict[str, Any], **environment: str) -> Any:
    """Return dbt's manifest of the project without days and times, and without the macros that a node calls.

    With as_of, run_context calls one macro more. dbt looks macros up when it calls them; the list is for `state:modified`.
    """
    folder.mkdir()
    warehouse = Warehouse(folder, shares_parsing=False)
    run = warehouse.dbt("parse", "--no-partial-parse", variables=variables, **environment)
    assert run.exit_code == 0, run.output
    manifest = json.loads((run.target / "manifest.json").read_text(encoding="utf-8"))
    del manifest["metadata"]
    for node in manifest["nodes"].values():
        node["depends_on"].pop("macros", None)
    return _without_times(manifest)


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(inner) for name, inner in value.items() if name != "created_at"}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value


def test_variables_that_are_read_while_dbt_runs_change_nothing_that_is_parsed(tmp_path: Path) -> None:
    packs = [*default_packs(), "epilepsy12"]
    given = FILES | {"packs": packs, "e12_source": "files", "e12_files": "/there"}
    one = parsed(tmp_path / "one", given)
    changed = given | READ_WHILE_RUNNING | {"omop_files": "/elsewhere", "packs": [*reversed(packs)]}
    two = parsed(tmp_path / "two", changed, MEASUREMART_DUCKDB_THREADS="1", MEASUREMART_OMOP_DUCKDB="elsewhere.duckdb")
    assert one["nodes"]
    # What is disabled is never read: sources that are files of a folder name that folder, while other files are read.
    assert set(one.pop("disabled")) == set(two.pop("disabled"))
    for part in one:
        assert {name for name in one[part] if one[part][name] != two[part].get(name)} == set(), part
        assert one[part] == two[part], part


def test_what_decides_has_another_name(tmp_path: Path) -> None:
    warehouse, environment = Warehouse(tmp_path), {"MEASUREMART_DUCKDB_SCHEMA": "other"}
    names = [warehouse.parsed_as(FILES, {}), warehouse.parsed_as(FILES, environment), warehouse.parsed_as({}, {})]
    names += [warehouse.parsed_as({**FILES, "omop_files_format": "parquet", "omop_files": f}, {}) for f in ("a", "b")]
    names += [warehouse.parsed_as({"packs": packs}, {}) for packs in ([], ["dirt"])]
    names.append(Warehouse(tmp_path, target="postgres").parsed_as({}, {}))
    assert len(set(names)) == len(names)
    assert warehouse.parsed_as({"packs": default_packs()}, {}) == warehouse.parsed_as({"as_of": "2025-12-31"}, {})
