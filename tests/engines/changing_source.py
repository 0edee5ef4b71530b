"""An OMOP source whose persons change at random, on DuckDB or PostgreSQL, and all that a project built over it."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
from psycopg2.extras import execute_values

Rows = list[tuple[Any, ...]]
Execute = Callable[[str], Rows]

# Tables with persons, and their own key: copies of a person have keys of their own.
PERSONS = {
    "person": "person_id",
    "death": "person_id",
    "observation_period": "observation_period_id",
    "visit_occurrence": "visit_occurrence_id",
    "condition_occurrence": "condition_occurrence_id",
    "drug_exposure": "drug_exposure_id",
    "procedure_occurrence": "procedure_occurrence_id",
    "measurement": "measurement_id",
    "observation": "observation_id",
    "device_exposure": "device_exposure_id",
    "episode": "episode_id",
}
DAYS = {
    "condition_occurrence": "condition_start",
    "drug_exposure": "drug_exposure_start",
    "procedure_occurrence": "procedure",
    "measurement": "measurement",
    "observation": "observation",
    "visit_occurrence": "visit_start",
    "episode": "episode_start",
    "death": "death",
}
POSTGRES_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision"}


def load_postgres(dsn: str, schema: str, parquet: Path) -> None:
    """Write a folder of parquet files into a schema."""
    reader = duckdb.connect()
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"create schema {schema}")
        for file in sorted(parquet.glob("*.parquet")):
            columns = reader.execute(f"describe from '{file}'").fetchall()
            said = ", ".join(f"{name} {POSTGRES_TYPES.get(kind, kind)}" for name, kind, *_ in columns)
            cursor.execute(f"create table {schema}.{file.stem} ({said})")
            rows = reader.execute(f"from '{file}'").fetchall()
            if rows:
                execute_values(cursor, f"insert into {schema}.{file.stem} values %s", rows)
    connection.close()


def load_duckdb(database: Path, parquet: Path) -> None:
    """Write a folder of parquet files into a DuckDB file."""
    with duckdb.connect(str(database)) as connection:
        for file in sorted(parquet.glob("*.parquet")):
            connection.execute(f"create table {file.stem} as from '{file}'")


@contextmanager
def duckdb_source(database: Path) -> Iterator[Execute]:
    """A function that runs SQL in the source."""
    with duckdb.connect(str(database)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@contextmanager
def postgres_source(dsn: str, schema: str) -> Iterator[Execute]:
    """A function that runs SQL in the source."""
    connection = psycopg2.connect(dsn, options=f"-c search_path={schema}")
    connection.autocommit = True

    def execute(sql: str) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall()) if cursor.description else []

    try:
        yield execute
    finally:
        connection.close()


class Changes:
    """Changes of a source: each method is one kind, of the person `p`, with the help of the person `q`."""

    def __init__(self, execute: Execute, seed: int) -> None:
        self.execute = execute
        self.random = random.Random(seed)
        self.copies = seed * 100

    def persons(self, number: int) -> list[int]:
        """Draw persons of whom an episode is known, so that a change meets something."""
        found = self.execute(
            "select distinct person_id from episode where person_id in (select person_id from person) order by 1"
        )
        return self.random.sample([person for (person,) in found], number)

    def some(self, number: int) -> list[str]:
        """Make changes of so many kinds, drawn at random; return their names."""
        kinds = [name for name in vars(Changes) if name.startswith("to_")]
        drawn = self.random.sample(kinds, number)
        for kind in drawn:
            getattr(self, kind)(*self.persons(2))
        return drawn

    def to_remove(self, p: int, _: int) -> None:
        for table in PERSONS:
            self.execute(f"delete from {table} where person_id = {p}")

    def to_merge(self, p: int, q: int) -> None:
        self.execute(f"delete from person where person_id = {p}")
        for table in PERSONS:
            self.execute(f"update {table} set person_id = {q} where person_id = {p}")

    def to_copy(self, p: int, _: int) -> None:
        """A new person, with the events, episodes and links of another."""
        self.copies += 1
        more = self.copies * 1_000_000_000
        self.execute(
            f"insert into episode_event select episode_id + {more}, event_id + {more}, episode_event_field_concept_id "
            f"from episode_event where episode_id in (select episode_id from episode where person_id = {p})"
        )
        for table, key in PERSONS.items():
            self.execute(f"create table copied as select * from {table} where person_id = {p}")
            for column in {key, "person_id", *(["episode_parent_id"] if table == "episode" else [])}:
                self.execute(f"update copied set {column} = {column} + {more}")
            self.execute(f"insert into {table} select * from copied")
            self.execute("drop table copied")

    def to_move_an_episode(self, p: int, q: int) -> None:
        self.execute(f"update episode set person_id = {q} where episode_id = {self.an_episode(p)}")

    def to_move_days(self, p: int, _: int) -> None:
        for table, day in DAYS.items():
            if self.random.random() < 0.5:
                days = self.random.choice([-400, -45, -1, 1, 20, 90])
                self.execute(
                    f"update {table} set {day}_date = {day}_date + {days}, {day}_datetime = null where person_id = {p}"
                )

    def to_lose_events(self, p: int, _: int) -> None:
        table = self.random.choice([*DAYS])
        self.execute(f"delete from {table} where person_id = {p}")

    def to_repeat_events(self, p: int, _: int) -> None:
        table = self.random.choice(["person", "death", "condition_occurrence", "measurement", "episode"])
        self.execute(f"insert into {table} select * from {table} where person_id = {p}")

    def to_be_nobody(self, p: int, _: int) -> None:
        table = self.random.choice(["condition_occurrence", "measurement", "drug_exposure"])
        self.execute(f"update {table} set person_id = null where person_id = {p}")

    def to_lose_links(self, p: int, _: int) -> None:
        self.execute(
            f"delete from episode_event where episode_id in (select episode_id from episode where person_id = {p})"
        )

    def to_link_another(self, p: int, q: int) -> None:
        """A link of an episode of p names events of q."""
        self.execute(
            "update episode_event set event_id = (select min(condition_occurrence_id) from condition_occurrence "
            f"where person_id = {q}) where episode_id = {self.an_episode(p)}"
        )

    def to_be_another(self, p: int, q: int) -> None:
        """Concepts of all diagnoses of p become those of a diagnosis of q, and p is older and of another sex."""
        self.execute(
            "update condition_occurrence set condition_concept_id = (select max(condition_concept_id) from "
            f"condition_occurrence where person_id = {q}) where person_id = {p}"
        )
        self.execute(
            "update person set year_of_birth = year_of_birth - 20, birth_datetime = null, gender_concept_id = "
            f"8507 + 8532 - gender_concept_id where person_id = {p}"
        )

    def to_change_what_is_no_person(self, p: int, _: int) -> None:
        self.execute(
            "delete from concept_ancestor where descendant_concept_id in (select max(condition_concept_id) from "
            f"condition_occurrence where person_id = {p})"
        )
        self.execute(
            "update provider set specialty_concept_id = 0 where provider_id = (select min(provider_id) from provider)"
        )

    def an_episode(self, p: int) -> int:
        """Return an episode of the person."""
        found: int = self.random.choice(
            self.execute(f"select episode_id from episode where person_id = {p} order by 1")
        )[0]
        return found


def relations(execute: Execute, left_out: tuple[str, ...], prefix: str = "") -> dict[str, Counter[tuple[Any, ...]]]:
    """Read all tables and views of the schemas that begin with a prefix: what rows, and how many of each."""
    found = execute(
        "select table_schema, table_name from information_schema.tables where table_schema like "
        f"'{prefix}%' and table_schema not in ('information_schema', 'pg_catalog') order by 1, 2"
    )
    held = {}
    for schema, name in found:
        layer = schema.removeprefix(prefix)
        if layer not in left_out:
            held[f"{layer}.{name}"] = Counter(execute(f'select * from "{schema}"."{name}"'))
    return held
