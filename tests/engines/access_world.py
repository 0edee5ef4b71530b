"""The demo of the audit on PostgreSQL, built by a login without rights of its own, and roles that may see parts of it.

What each role may see is worked out from the demo's CSV files, not from what is built.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from dbt_runs import ROOT, Run, Warehouse, lean_project, shared_folder
from measuremart.cli import app
from postgres_builds import Rows, environment
from psycopg2.extensions import make_dsn
from typer.testing import CliRunner, Result

NAME = "gated"
LISTS, SHOWN = f"{NAME}_lists", f"{NAME}_shown"
PASSWORD = "only-for-tests"
BUILDER = f"{NAME}_builder"
ROLES = {kind: f"{NAME}_{kind}" for kind in ("owner", "team", "clinician", "public")}
VARIABLES: dict[str, Any] = {"packs": ["epilepsy12"], "access_roles": ROLES, "access_schema": LISTS}
# What the levels of the report are called in the file of organisations; national is worked out from the country.
LEVELS = {
    "organisation": "ods_code",
    "trust": "trust",
    "local_health_board": "local_health_board",
    "icb": "icb",
    "nhs_england_region": "nhs_england_region",
    "open_uk": "open_uk_network",
    "country": "country",
}
# Logins: the roles that they are of, and what the list of entities says of them.
LOGINS: dict[str, list[str]] = {
    "one": [ROLES["clinician"]],
    "two": [ROLES["clinician"]],
    "trust": [ROLES["clinician"]],
    "empty": [ROLES["clinician"]],
    "unlisted": [ROLES["clinician"]],
    "stranger": [],
    "auditor": [ROLES["team"]],
    "reader": [ROLES["public"]],
    "web": [f"{NAME}_one"],
}
ALL = ("*", "epilepsy12")
LISTED: list[tuple[str | None, ...]] = [
    (f"{NAME}_one", *ALL, "organisation", "EN001"),
    (f"{NAME}_two", "epilepsy12", "epilepsy12", "organisation", "EN002"),
    (f"{NAME}_trust", *ALL, "trust", "ET01"),
    (f"{NAME}_stranger", *ALL, "organisation", "EN001"),
    # None of these lets anybody see anything.
    (f"{NAME}_empty", *ALL, "organisation", None),
    (f"{NAME}_empty", *ALL, None, "EN001"),
    (f"{NAME}_empty", None, "epilepsy12", "organisation", "EN001"),
    (f"{NAME}_empty", "*", None, "organisation", "EN001"),
    (f"{NAME}_empty", "another_report", "epilepsy12", "organisation", "EN001"),
    (f"{NAME}_empty", "*", "omop", "organisation", "EN001"),
    (f"{NAME}_empty", *ALL, "trust", "EN001"),
    (f"{NAME}_empty", *ALL, "organisation", "not attributed"),
    (f"{NAME}_empty", *ALL, "organisation", "%"),
    (None, *ALL, "organisation", "EN001"),
]


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the demo."""
    with (ROOT / "seeds" / "epilepsy12" / f"demo_e12__{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def children(level: str, entity: str) -> set[str]:
    """Return the children of the report who are registered at an organisation of an entity."""
    inside = {row["ods_code"] for row in table("organisations") if row[LEVELS[level]] == entity}
    reported = [
        row
        for row in table("children")
        if row["first_paediatric_assessment_date"] and row["eligibility_criteria_met"] == "1"
    ]
    return {row["child_id"] for row in reported if row["registered_org"] in inside}


def own_and_parents(level: str, entity: str) -> set[tuple[str, str]]:
    """Return an entity with those of the wider levels that one of its organisations is in, but for the national one."""
    wider = list(LEVELS)[list(LEVELS).index(level) + 1 :]
    inside = [row for row in table("organisations") if row[LEVELS[level]] == entity]
    return {(level, entity)} | {(w, row[LEVELS[w]]) for row in inside for w in wider if row[LEVELS[w]]}


class World:
    """The database as each login sees it."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn = dsn
        self.warehouse = Warehouse(folder, target="postgres")
        self.owner = psycopg2.connect(dsn)
        self.owner.autocommit = True

    def environment(self, user: str | None = None) -> dict[str, str]:
        """Return what the profile reads: as the builder unless told, as the owner of the server for an empty name."""
        login = self.dsn if user == "" else self.login_dsn(user or BUILDER)
        return environment(login, NAME)

    def login_dsn(self, user: str) -> str:
        """Return how a login reaches the database."""
        return make_dsn(self.dsn, user=user, password=PASSWORD)

    def build(self, *select: str) -> Run:
        """Build the audit's demo as the builder, tests apart."""
        chosen = ("--select", *select) if select else ()
        return self.warehouse.dbt(
            "build", "--exclude-resource-type", "test", *chosen, variables=VARIABLES, **self.environment()
        )

    def access(self, option: str, user: str | None = None, variables: Mapping[str, Any] = {}) -> Result:
        """Run `measuremart access` on the same project; the server's owner asks unless told."""
        self.warehouse.arguments()  # writes the profile
        project = lean_project(shared_folder() / "lean", VARIABLES["packs"])
        words = ["access", option, "--project-dir", str(project), "--target", "postgres"]
        words += ["--profiles-dir", str(self.warehouse.folder / "profiles")]
        words += ["--vars", json.dumps(VARIABLES | dict(variables))]
        folders = {
            name: str(self.warehouse.folder / name.lower()[4:-5]) for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH")
        }
        return CliRunner().invoke(app, words, env={**self.environment("" if user is None else user), **folders})

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Return rows as the server's owner sees them."""
        with self.owner.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    @contextmanager
    def login(self, name: str) -> Iterator[Any]:
        """Log in; yield a cursor of a connection in which each statement is a transaction of its own."""
        connection = psycopg2.connect(self.login_dsn(f"{NAME}_{name}"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def seen_by(self, name: str, sql: str) -> Rows:
        """Return rows as a login sees them."""
        with self.login(name) as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def persons(self, level: str, entity: str) -> set[int]:
        """Return the numbers that the build gave the children of an entity."""
        found = self.rows(f"select person_id, child_id from {NAME}_episodes.epilepsy12_child")
        wanted = children(level, entity)
        return {person for person, child in found if child in wanted}

    def start(self) -> None:
        """Build, give access by the statements that the builder has printed, and fill the lists."""
        self.stop()
        self.rows(f"create role {BUILDER} login password '{PASSWORD}'")
        self.rows(f"grant create on database {psycopg2.extensions.parse_dsn(self.dsn)['dbname']} to {BUILDER}")
        run = self.build()
        assert run.exit_code == 0, run.output
        self.publish()
        done = self.access("--sql", BUILDER)
        assert done.exit_code == 0, done.output
        self.rows(done.stdout)
        for login, roles in LOGINS.items():
            self.rows(f"create role {NAME}_{login} login password '{PASSWORD}'")
            for role in roles:
                self.rows(f"grant {role} to {NAME}_{login}")
        for row in LISTED:
            self.rows(f"insert into {LISTS}.entity_access values (%s, %s, %s, %s, %s)", row)
        for audience_row in ((f"{NAME}_reader", "everyone"), (f"{NAME}_reader", None), (None, "board")):
            self.rows(f"insert into {LISTS}.audience_access values (%s, %s)", audience_row)

    def publish(self) -> None:
        """Write three publications: to everyone, to everyone and retracted since, to the board."""
        place = f"{NAME}_publication"
        for statement in (
            f"create schema if not exists {place} authorization {BUILDER}",
            f"create table if not exists {place}.pub_publication (publication_id bigint, audience text, approver text)",
            f"create table if not exists {place}.pub_figure (publication_id bigint, audience text, entity text)",
            f"create table if not exists {place}.pub_hidden (publication_id bigint, entity text)",
            f"create table if not exists {place}.pub_definition (publication_id bigint, indicator text)",
            f"create table if not exists {place}.pub_retraction (publication_id bigint, retracted_by text)",
        ):
            self.rows(statement)
        for number, audience in ((1, "everyone"), (2, "everyone"), (3, "board")):
            self.rows(
                f"insert into {place}.pub_publication (publication_id, audience, approver) values (%s, %s, 'Dr A')",
                (number, audience),
            )
            self.rows(
                f"insert into {place}.pub_figure (publication_id, audience, entity) values (%s, %s, 'EN001')",
                (number, audience),
            )
            self.rows(f"insert into {place}.pub_hidden (publication_id, entity) values (%s, 'EN001')", (number,))
            self.rows(f"insert into {place}.pub_definition (publication_id, indicator) values (%s, 'i')", (number,))
        self.rows(f"insert into {place}.pub_retraction (publication_id, retracted_by) values (2, 'Dr A')")

    def stop(self) -> None:
        """Remove all schemas and roles of this world."""
        for (schema,) in self.rows(f"select nspname from pg_namespace where nspname like '{NAME}\\_%'"):
            self.rows(f"drop schema {schema} cascade")
        for (role,) in self.rows(f"select rolname from pg_roles where rolname like '{NAME}\\_%'"):
            self.rows(f"drop owned by {role}")
        for (role,) in self.rows(f"select rolname from pg_roles where rolname like '{NAME}\\_%'"):
            self.rows(f"drop role {role}")
