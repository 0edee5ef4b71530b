"""`measuremart doctor`: each thing that would stop a build is named with a remedy, whatever else is broken; no value is shown."""

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest
import yaml
from dbt_runs import ROOT, Warehouse, staging_project
from measuremart.cli import app
from postgres_builds import environment
from test_staging import source_columns
from typer.testing import CliRunner

TABLES = ("cdm_source", "concept", "condition_occurrence", "episode", "person", "provider", "visit_occurrence")
SECRET = "29/02/1961"  # a day that nothing reads

Table = tuple[dict[str, str], list[dict[str, Any]]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """The staging of a few tables, with the example profile; nothing is read from this machine's own settings."""
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(tmp_path / "built_here.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    made = staging_project(tmp_path, "duckdb", *TABLES)
    shutil.copy(ROOT / "profiles.example.yml", made.project / "profiles.yml")
    return made


def doctor(project: Warehouse, *words: str, **variables: Any) -> tuple[int, str]:
    given = ["--vars", json.dumps(variables)] if variables else []
    done = CliRunner().invoke(app, ["doctor", "--project-dir", str(project.project), *given, *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.output


def found(project: Warehouse, *words: str, **variables: Any) -> tuple[int, dict[str, Any]]:
    code, said = doctor(project, "--format", "json", *words, **variables)
    return code, json.loads(said)


def findings(said: dict[str, Any], status: str) -> list[str]:
    return [f"{check['name']}: {check['finding']}" for check in said["checks"] if check["status"] == status]


def source() -> dict[str, Table]:
    """A source that lacks nothing: two persons, one of them with two conditions; all columns are texts."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    rows["person"] = [{"person_id": 1, "year_of_birth": "1961"}, {"person_id": 2, "year_of_birth": "1970"}]
    rows["condition_occurrence"] = [
        {"condition_occurrence_id": 1, "person_id": 1, "condition_start_date": "2024-02-29"},
        {"condition_occurrence_id": 2, "person_id": 1, "condition_start_date": "20240301"},
    ]
    rows["concept"] = [{"concept_id": 1}, {"concept_id": 2}]
    rows["episode"] = [{"episode_id": 10, "person_id": 1, "episode_start_date": "2024-02-29"}]
    rows["cdm_source"] = [{"cdm_version": "v5.4.1", "vocabulary_version": "v5.0 29-AUG-25"}]
    return {table: (dict.fromkeys(source_columns(table), "text"), rows[table]) for table in TABLES}


def written(folder: Path, tables: dict[str, Table]) -> dict[str, Any]:
    """Write a parquet file for each table; return the variables that name them."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        for table, (columns, rows) in tables.items():
            declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"create or replace table made ({declared})")
            for row in rows:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into made ({', '.join(row)}) values ({marks})", list(row.values()))
            connection.execute(f"copy made to '{folder / table}.parquet'")
    return {"omop_source": "files", "omop_files": str(folder)}


def test_what_is_absent_is_printed_to_paste_and_then_all_is_well(project: Warehouse, tmp_path: Path) -> None:
    tables = source()
    del tables["provider"]
    del tables["person"][0]["location_id"]
    del tables["condition_occurrence"][0]["condition_source_value"]
    place = written(tmp_path / "omop", tables)
    code, said = doctor(project, **place, absent_tables=["device_exposure"])
    assert code == 8
    pasted = yaml.safe_load(said[said.index("for vars of dbt_project.yml:") :])["for vars of dbt_project.yml"]
    assert pasted == {
        "absent_tables": ["device_exposure", "provider"],
        "absent_columns": ["condition_occurrence.condition_source_value", "person.location_id"],
    }
    code, said = doctor(project, **place, **pasted)
    assert code == 0, said
    assert "for vars of" not in said
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert {line.split()[0] for line in lines} == {"ok"}
    assert f"ok tables all 6 that a build reads are in folder {tmp_path / 'omop'}" in lines
    assert "ok table condition_occurrence 2 rows" in lines
    assert "ok persons 2" in lines
    assert "ok episodes 1" in lines
    assert "ok vocabulary 2 concepts, version v5.0 29-AUG-25" in lines


def written_lists(project: Warehouse) -> dict[str, Any]:
    said = yaml.safe_load((project.project / "dbt_project.yml").read_text())
    return {name: said["vars"][name] for name in ("absent_tables", "absent_columns")}


def test_what_is_absent_is_written_and_the_next_look_is_well(project: Warehouse, tmp_path: Path) -> None:
    tables = source()
    del tables["provider"]
    del tables["person"][0]["location_id"]
    place = written(tmp_path / "omop", tables)
    file = project.project / "dbt_project.yml"
    before = yaml.safe_load(file.read_text())
    code, said = doctor(project, "--write", **place)
    assert code == 0, said
    assert f"{file}: written into vars\n  absent_tables: [provider]\n  absent_columns: [person.location_id]\n" in said
    assert "for vars of" not in said
    lists = {"absent_tables": ["provider"], "absent_columns": ["person.location_id"]}
    assert written_lists(project) == lists
    assert yaml.safe_load(file.read_text()) == before | {"vars": before["vars"] | lists}
    text = file.read_text()
    code, said = doctor(project, "--write", **place)
    assert code == 0
    assert f"{file}: nothing to write\n" in said
    assert file.read_text() == text
    # what is loaded later is read again
    written(tmp_path / "omop", source())
    assert doctor(project, "--write", **place)[0] == 0
    assert written_lists(project) == {"absent_tables": [], "absent_columns": []}


def test_nothing_is_written_where_the_place_is_wrong_or_the_file_cannot_be_kept(
    project: Warehouse, tmp_path: Path
) -> None:
    file = project.project / "dbt_project.yml"
    text = file.read_text()
    (tmp_path / "empty").mkdir()
    code, said = doctor(project, "--write", omop_source="files", omop_files=str(tmp_path / "empty"))
    assert code == 8
    assert "nothing to write" in said
    tables = source()
    del tables["provider"]
    place = written(tmp_path / "omop", tables)
    code, said = doctor(project, "--write", **place, absent_tables=["death"])
    assert code == 2
    assert "leave them out of --vars" in said
    assert file.read_text() == text
    kept = text.replace('"absent_tables": []', '"absent_tables": [\n  # none\n]')
    assert kept != text
    file.write_text(kept)
    code, said = doctor(project, "--write", **place)
    assert code == 7
    assert "absent_tables has comments between its brackets; write this into vars:\n  absent_tables: [provider]" in said
    assert file.read_text() == kept


def test_what_is_listed_as_absent_but_there_is_named(project: Warehouse, tmp_path: Path) -> None:
    place = written(tmp_path / "omop", source())
    listed = {"absent_tables": ["provider", "death"], "absent_columns": ["person.location_id"]}
    code, said = found(project, "--no-rows", **place, **listed)
    assert (code, said["rows"]) == (0, {})
    assert findings(said, "warning") == [
        "tables: listed as absent, but there: provider; nothing is read of it",
        "columns: listed as absent, but there: person.location_id; nothing is read of it",
    ]
    assert said["vars"] == {"absent_tables": ["death"], "absent_columns": []}


def test_cells_that_cannot_be_read_are_counted_and_not_shown(project: Warehouse, tmp_path: Path) -> None:
    tables = source()
    tables["condition_occurrence"][1][1]["condition_start_date"] = SECRET
    tables["episode"][1][0]["episode_start_date"] = SECRET
    tables["person"][1][0]["person_id"] = "b7c1"
    tables["person"][1][1]["person_id"] = "b7c2"
    place = written(tmp_path / "omop", tables)
    code, said = found(project, **place)
    assert code == 8
    assert findings(said, "error") == [
        "days: episode.episode_start_date: none of 1 cells are days",
        "ids: person.person_id: none of 2 cells are whole numbers",
    ]
    assert findings(said, "warning") == [
        "days: condition_occurrence.condition_start_date: 1 (50.0% of 2 cells cannot be read)"
    ]
    assert not {"b7c1", "b7c2", SECRET} & set(json.dumps(said).split('"'))
    assert SECRET not in json.dumps(said)


def test_another_version_of_the_cdm_and_a_column_that_nothing_replaces(project: Warehouse, tmp_path: Path) -> None:
    tables = source()
    del tables["person"][0]["person_id"]
    tables["person"] = (tables["person"][0], [{"year_of_birth": "1961"}])
    code, said = found(project, **written(tmp_path / "omop", tables), cdm_version="5.3")
    assert code == 8
    assert findings(said, "error") == [
        "columns: visit_occurrence has admitted_from_concept_id, not admitting_source_concept_id, and so for 1 more",
        "columns: not in the source: person.person_id",
    ]
    assert 'set cdm_version: "5.4" in vars' in str(said["checks"])
    assert findings(said, "warning") == [
        "tables: there, but not read, since cdm_version is 5.3: episode",
        "episodes: there are none, so that definitions that count episodes find nothing",
        "source: cdm_source says CDM v5.4.1, and cdm_version is 5.3",
    ]
    assert said["vars"] == {}


def test_a_file_that_is_no_parquet_and_one_that_is_another_table(project: Warehouse, tmp_path: Path) -> None:
    place = written(tmp_path / "omop", source())
    (tmp_path / "omop" / "concept.parquet").write_text(SECRET)
    written(tmp_path / "omop", {"provider": ({"C1": "text"}, [])})
    code, said = found(project, **place)
    assert code == 8
    assert findings(said, "error") == [
        "source: the table concept cannot be read",
        "tables: with none of the columns that a build reads: provider",
    ]
    assert said["vars"] == {"absent_tables": ["provider"]}
    assert set(said["rows"]) == set(TABLES) - {"concept"}
    assert SECRET not in json.dumps(said)


def test_nothing_there(project: Warehouse, tmp_path: Path) -> None:
    code, said = found(project, omop_source="files", omop_files=str(tmp_path / "nowhere"))
    assert code == 8
    assert findings(said, "error") == [f"source: folder {tmp_path / 'nowhere'} has no file of an OMOP table"]
    assert said["vars"] == {}


def test_a_source_without_patients_episodes_or_vocabulary_warns(project: Warehouse, tmp_path: Path) -> None:
    tables = {table: (columns, []) for table, (columns, _) in source().items()}
    code, said = found(project, **written(tmp_path / "omop", tables))
    assert code == 0
    assert [one.split(":")[0] for one in findings(said, "warning")] == ["persons", "episodes", "vocabulary"]


def test_csv_files(project: Warehouse, tmp_path: Path) -> None:
    folder = tmp_path / "omop"
    folder.mkdir()
    for table, (columns, rows) in source().items():
        lines = [";".join(columns), *(";".join(str(row.get(column, "")) for column in columns) for row in rows)]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n")
    (folder / "provider.csv").unlink()
    (folder / "concept.csv").write_text(f"{SECRET};1\n")
    place = {"omop_source": "files", "omop_files": str(folder), "omop_files_format": "csv"}
    code, said = found(project, **place, omop_files_delimiter=";")
    assert code == 8
    assert said["vars"] == {"absent_tables": ["provider"]}
    assert (said["rows"]["person"], said["rows"]["condition_occurrence"]) == (2, 2)
    assert "concept.csv: its first line does not name the column concept_id" in findings(said, "error")[1]
    assert SECRET not in json.dumps(said)


def test_a_setting_that_stops_a_build(project: Warehouse) -> None:
    code, said = found(project, omop_source="file")
    assert code == 8
    assert findings(said, "error") == ["project: omop_source is 'file'; it can be demo, schema or files"]


def test_without_a_profile_or_a_project(project: Warehouse, tmp_path: Path) -> None:
    code, said = found(project, "--profiles-dir", str(tmp_path))
    assert code == 8
    assert findings(said, "error") == [f"profile: there is no {tmp_path / 'profiles.yml'}"]
    assert findings(said, "ok")[0].startswith("versions: measuremart ")
    (project.project / "dbt_project.yml").unlink()
    code, said = found(project)
    assert code == 8
    assert findings(said, "error") == [f"project: there is no {project.project / 'dbt_project.yml'}"]


def test_a_project_that_dbt_cannot_read(project: Warehouse) -> None:
    (project.project / "models" / "broken.sql").write_text("select * from {{ ref('no_such_model') }}")
    code, said = found(project, omop_source="schema")
    assert code == 8
    (error,) = findings(said, "error")
    assert error.startswith("project: ")
    assert "no_such_model" in error


def test_a_folder_of_the_database_that_is_not_there(project: Warehouse, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(tmp_path / "nowhere" / "built_here.duckdb"))
    code, said = found(project, omop_source="schema")
    assert code == 8
    (error,) = findings(said, "error")
    assert error.startswith("connection: ")
    assert str(tmp_path / "nowhere") in error


@pytest.fixture
def postgres(project: Warehouse, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Any]]:
    """(prefix of schemas and name of a user who may do nothing, cursor of a superuser); the profile says the user."""
    name = f"doctor_{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(postgres_dsn)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f"create role {name} login password 'p-{name}'")
    cursor.execute(f"create schema {name}_source")
    given = environment(postgres_dsn, name) | {"MEASUREMART_POSTGRES_USER": name}
    for variable, value in (given | {"MEASUREMART_POSTGRES_PASSWORD": f"p-{name}"}).items():
        monkeypatch.setenv(variable, value)
    yield name, cursor
    cursor.execute("select nspname from pg_namespace where nspname like %s", [f"{name}%"])
    for (schema,) in cursor.fetchall():
        cursor.execute(f"drop schema {schema} cascade")
    cursor.execute(f"drop owned by {name}; drop role {name}")
    connection.close()


def test_postgres(project: Warehouse, postgres: tuple[str, Any]) -> None:
    name, cursor = postgres
    for table, (columns, rows) in source().items():
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        spelt = f'"{table.upper()}"' if table == "episode" else table
        if table != "provider":
            cursor.execute(f"create table {name}_source.{spelt} ({declared})")
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(
                    f"insert into {name}_source.{spelt} ({', '.join(row)}) values ({marks})", list(row.values())
                )
    # a view that cannot be read: PostgreSQL's own message shows the value
    cursor.execute(f"alter table {name}_source.concept rename to inner_concept")
    cursor.execute(
        f"create view {name}_source.concept as "
        f"select cast('{SECRET}' || concept_id as date) as day, inner_concept.* from {name}_source.inner_concept"
    )
    cursor.execute(f"grant usage on schema {name}_source to {name}")
    cursor.execute(f"grant select on all tables in schema {name}_source to {name}")
    cursor.execute(f"revoke select on {name}_source.cdm_source from {name}")
    source_of = {"omop_source": "schema", "omop_schema": f"{name}_source"}
    code, said = found(project, "--target", "postgres", **source_of)
    assert code == 8
    assert [error.split(",")[0] for error in findings(said, "error")] == [
        f"rights: the user {name} may not create schemas in the database postgres",
        f"source: the user of the profile may not read {name}_source.cdm_source",
        f"source: schema {name}_source has a table EPISODE",
        f"tables: 1 that a build reads are not in schema {name}_source: provider",
    ]
    assert said["vars"] == {"absent_tables": ["provider"]}
    assert said["rows"] == {"concept": 2, "condition_occurrence": 2, "person": 2, "visit_occurrence": 0}
    assert SECRET not in json.dumps(said)
    assert f"p-{name}" not in json.dumps(said)


def test_what_is_absent_on_postgres_is_written(project: Warehouse, postgres: tuple[str, Any]) -> None:
    name, cursor = postgres
    for table, (columns, _) in source().items():
        declared = ", ".join(f"{column} text" for column in columns if (table, column) != ("person", "location_id"))
        if table != "provider":
            cursor.execute(f"create table {name}_source.{table} ({declared})")
    cursor.execute(f"grant usage on schema {name}_source to {name}")
    cursor.execute(f"grant select on all tables in schema {name}_source to {name}")
    cursor.execute(f"grant create on database postgres to {name}")
    source_of = {"omop_source": "schema", "omop_schema": f"{name}_source"}
    try:
        code, said = doctor(project, "--write", "--target", "postgres", **source_of)
        assert code == 0, said
        assert written_lists(project) == {"absent_tables": ["provider"], "absent_columns": ["person.location_id"]}
        text = (project.project / "dbt_project.yml").read_text()
        code, said = doctor(project, "--write", "--target", "postgres", **source_of)
        assert (code, "nothing to write" in said) == (0, True)
        assert (project.project / "dbt_project.yml").read_text() == text
    finally:
        cursor.execute(f"revoke create on database postgres from {name}")


def test_a_connection_that_is_refused_shows_no_password(
    project: Warehouse, postgres: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _ = postgres
    profile = yaml.safe_load((project.project / "profiles.yml").read_text())
    profile["measuremart"]["outputs"]["postgres"]["password"] = 730125  # dbt's own message would show it
    (project.project / "profiles.yml").write_text(yaml.safe_dump(profile))
    code, said = found(project, "--target", "postgres", omop_source="schema")
    assert code == 8
    assert [error.split(":")[0] for error in findings(said, "error")] == ["connection"]
    assert "730125" not in json.dumps(said)
    monkeypatch.setenv("MEASUREMART_POSTGRES_DATABASE", "no_such_database")
    profile["measuremart"]["outputs"]["postgres"]["password"] = f"p-{name}"
    (project.project / "profiles.yml").write_text(yaml.safe_dump(profile))
    code, said = found(project, "--target", "postgres", omop_source="schema")
    assert code == 8
    assert "no_such_database" in findings(said, "error")[0]
    assert f"p-{name}" not in json.dumps(said)


OLD = "old relations: no model makes these any more, and a build leaves them as they are: "


def test_relations_that_no_model_makes_any_more_are_named(project: Warehouse, tmp_path: Path) -> None:
    """A definition that was taken out leaves its tables; those of other schemas are somebody else's."""
    place = written(tmp_path / "omop", source())
    file = str(tmp_path / "built_here.duckdb")
    with duckdb.connect(file) as connection:
        connection.execute("create schema staging")
        connection.execute("create table staging.stg_omop__person as select 1 as person_id")
    assert findings(found(project, "--no-rows", **place)[1], "warning") == []
    with duckdb.connect(file) as connection:
        connection.execute("create table staging.measure__gone as select 1 as person_id")
        connection.execute("create view staging.person__dbt_backup as select 1 as person_id")
        connection.execute("create schema elsewhere")
        connection.execute("create table elsewhere.kept as select 1 as person_id")
    code, said = found(project, "--no-rows", **place)
    assert code == 0
    assert findings(said, "warning") == [OLD + "staging.measure__gone, staging.person__dbt_backup"]
