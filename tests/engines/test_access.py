"""Who sees what on PostgreSQL: each role logs in and tries everything (docs/decisions/0015)."""

import shlex
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from access_world import BUILDER, LISTED, LISTS, NAME, PASSWORD, ROLES, SHOWN, World, children, own_and_parents
from lab.tiers import size
from measuremart.pipeline import read_definitions
from measuremart.warehouse.reading import Readings
from measuremart.web.app import application
from measuremart.web.people import AccessFile
from measuremart.web.site import Site
from page_runs import ROOT, SCREEN, blocks, is_as_shown
from psycopg2 import errors
from starlette.testclient import TestClient

PAGE = (ROOT / "docs" / "how-to" / "give-access.md").read_text(encoding="utf-8")
PERSONS = (
    "fct_indicator_result",
    "fct_cohort_member",
    "fct_cohort_stratum",
    "dim_person",
    "dim_episode",
    "report_attribution",
)
BY_ENTITY = ("agg_indicator_by_level", "agg_indicator_trend", "agg_indicator_funnel", "agg_case_mix", "indicator_overview",
             "dim_level_entity")  # fmt: skip
OPEN = {"dim_date", "dim_indicator", "dim_reference_period", "dim_report"}
CLINICIANS = ("one", "two", "trust", "empty", "unlisted")
OWN = {"one": ("organisation", "EN001"), "two": ("organisation", "EN002"), "trust": ("trust", "ET01")}
# The whole country of England and Wales is no column of the file.
NATIONAL = ("national", "England and Wales")


@pytest.fixture(scope="module")
def world(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(postgres_dsn, tmp_path_factory.mktemp("access"))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        made.owner.close()


def shown(world: World) -> list[str]:
    return [name for (name,) in world.rows(f"select viewname from pg_views where schemaname = '{SHOWN}' order by 1")]


def persons_seen(world: World, login: str, relation: str) -> set[int]:
    return {person for (person,) in world.seen_by(login, f"select distinct person_id from {SHOWN}.{relation}")}


def entities_seen(world: World, login: str, relation: str) -> set[tuple[str, str]]:
    return set(world.seen_by(login, f"select distinct level_name, entity from {SHOWN}.{relation}"))


@pytest.mark.parametrize("relation", PERSONS)
def test_persons_of_own_entities_alone(world: World, relation: str) -> None:
    for login, own in OWN.items():
        persons = world.persons(*own)
        assert len(persons) == len(children(*own)) > 5
        assert persons_seen(world, login, relation) == persons
    assert not persons_seen(world, "one", relation) & persons_seen(world, "two", relation)


@pytest.mark.parametrize("relation", BY_ENTITY)
def test_figures_of_own_entities_and_their_parents_alone(world: World, relation: str) -> None:
    """Neither those of another hospital nor, for a trust, those of its hospitals."""
    everything = set(world.rows(f"select distinct level_name, entity from {NAME}_marts.{relation}"))
    for login, own in OWN.items():
        expected = own_and_parents(*own) | {NATIONAL}
        assert entities_seen(world, login, relation) == expected & everything
        assert own in expected & everything
        assert len(expected & everything) < len(everything) / 2


def test_what_is_seen_is_whole(world: World) -> None:
    """Every row of an own key or entity is there, with the values of the mart."""
    for relation, where in (
        ("agg_indicator_by_level", "level_name = 'organisation' and entity = 'EN001'"),
        ("agg_indicator_trend", "level_name = 'trust' and entity = 'ET01'"),
        (
            "fct_indicator_result",
            f"person_id in ({', '.join(map(str, sorted(world.persons('organisation', 'EN001'))))})",
        ),
    ):
        there = world.rows(f"select * from {NAME}_marts.{relation} where {where}")
        seen = world.seen_by("one", f"select * from {SHOWN}.{relation} where {where}")
        assert sorted(map(str, seen)) == sorted(map(str, there))
        assert len(seen) > 100


@pytest.mark.parametrize("relation", ["agg_indicator_by_parent", "entity_parent"])
def test_comparisons_with_parents(world: World, relation: str) -> None:
    for login, own in OWN.items():
        seen = world.seen_by(login, f"select level_name, entity, parent_level, parent_entity from {SHOWN}.{relation}")
        allowed = own_and_parents(*own) | {NATIONAL}
        assert {row[:2] for row in seen} <= allowed
        assert {row[2:] for row in seen} <= allowed
        assert (own[0], own[1], *NATIONAL) in seen


def test_nobody_and_nulls_see_nothing(world: World) -> None:
    """A role that no list names, and one whose rows each have a null or a name too wide, see definitions and days alone."""
    assert len([row for row in LISTED if row[0] == f"{NAME}_empty"]) > 5
    for login in ("empty", "unlisted"):
        counted = {name: world.seen_by(login, f"select count(*) from {SHOWN}.{name}")[0][0] for name in shown(world)}
        assert {name for name, rows in counted.items() if rows} == OPEN


def test_a_row_in_the_list_is_no_right(world: World) -> None:
    with world.login("stranger") as cursor:
        for name in shown(world):
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(f"select count(*) from {SHOWN}.{name}")


@pytest.mark.parametrize("login", [*CLINICIANS, "stranger", "reader", "web"])
def test_no_other_relation_is_open(world: World, login: str) -> None:
    relations = world.rows(
        "select schemaname, tablename from pg_tables union all select schemaname, viewname from pg_views order by 1, 2"
    )
    closed = [f"{place}.{name}" for place, name in relations if place.startswith(f"{NAME}_") and place != SHOWN]
    assert len(closed) > 100
    with world.login(login) as cursor:
        for relation in closed:
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(f"select 1 from {relation}")


def test_nothing_can_be_written(world: World) -> None:
    with world.login("one") as cursor:
        for statement in (
            f"insert into {LISTS}.entity_access values ('{NAME}_one', '*', 'epilepsy12', 'organisation', 'EN002')",
            f"delete from {SHOWN}.dim_person",
            f"create view {SHOWN}.mine as select 1 as one",
            f"create or replace function {SHOWN}.rows_of_dim_person() returns int language sql as 'select 1'",
            f"create table {NAME}_marts.mine (one int)",
        ):
            with pytest.raises(
                (errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState, errors.FeatureNotSupported)
            ):
                cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        f"set role {NAME}_two",
        f"set role {ROLES['owner']}",
        f"set session authorization {NAME}_two",
        f"select set_config('role', '{NAME}_two', false)",
        f"set session_authorization = '{NAME}_two'",
    ],
)
def test_nobody_becomes_another(world: World, statement: str) -> None:
    with world.login("one") as cursor:
        with pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)):
            cursor.execute(statement)
        cursor.execute(f"select distinct person_id from {SHOWN}.dim_person")
        assert {person for (person,) in cursor.fetchall()} == world.persons("organisation", "EN001")


def test_functions_give_no_more_than_views(world: World) -> None:
    functions = world.rows(f"select proname, pronargs from pg_proc where pronamespace = '{SHOWN}'::regnamespace")
    assert {arguments for _, arguments in functions} == {0}
    assert {name.removeprefix("rows_of_") for name, _ in functions} == set(shown(world))
    with world.login("one") as cursor:
        cursor.execute(f"select distinct person_id from {SHOWN}.rows_of_fct_indicator_result()")
        assert {person for (person,) in cursor.fetchall()} == world.persons("organisation", "EN001")
    for login in ("reader", "stranger"):
        with world.login(login) as cursor, pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(f"select * from {SHOWN}.rows_of_fct_indicator_result()")


def test_a_function_that_tells_is_told_own_rows_alone(world: World) -> None:
    """A function that costs nothing is called first by PostgreSQL, and tells what it is given: only rows that are shown.

    Names of the caller's own in pg_temp are not taken for those that the query means.
    """
    with world.login("one") as cursor:
        cursor.execute(
            "create function pg_temp.tell(id bigint) returns boolean language plpgsql cost 0.0000001 "
            "as $$ begin raise notice '%', id; return true; end $$"
        )
        cursor.execute("create temp table report_attribution (population text, person_id bigint)")
        cursor.execute(
            "create function pg_temp.current_setting(text) returns text language sql "
            f"as $$ select '{NAME}_two'::text $$"
        )
        del cursor.connection.notices[:]
        cursor.execute(f"select count(*) from {SHOWN}.dim_person where pg_temp.tell(person_id)")
        told = {int(line.split()[-1]) for line in cursor.connection.notices}
        assert told == world.persons("organisation", "EN001")


def test_statistics_tell_nothing(world: World) -> None:
    world.rows(f"analyze {NAME}_marts.dim_person, {NAME}_marts.fct_indicator_result, {LISTS}.entity_access")
    where = f"from pg_stats where schemaname like '{NAME}\\_%'"
    assert world.rows(f"select count(*) {where}")[0][0] > 10
    for login in (*CLINICIANS, "stranger", "reader", "web"):
        assert world.seen_by(login, f"select count(*) {where}") == [(0,)]
    with world.login("one") as cursor, pytest.raises(errors.InsufficientPrivilege):
        cursor.execute("select * from pg_statistic limit 1")


def test_what_the_catalogue_shows(world: World) -> None:
    """The page says so: names of relations and columns, and about how many rows there are, show to every login."""
    world.rows(f"analyze {NAME}_marts.dim_person")
    (names,) = world.seen_by(
        "stranger", f"select count(*) from pg_class where relnamespace = '{NAME}_marts'::regnamespace"
    )
    assert names[0] > 30
    (about,) = world.seen_by("stranger", f"select reltuples from pg_class where oid = (select oid from pg_class where relname = "
                             f"'dim_person' and relnamespace = '{NAME}_marts'::regnamespace)")  # fmt: skip
    assert about[0] > 0
    listed = f"select count(*) from information_schema.tables where table_schema like '{NAME}\\_%'"
    assert world.seen_by("stranger", listed) == [(0,)]


def test_the_public_sees_publications_of_its_audience_alone(world: World) -> None:
    assert world.seen_by("reader", f"select publication_id from {SHOWN}.pub_retraction") == []
    for relation in ("pub_publication", "pub_figure", "pub_hidden", "pub_definition"):
        assert world.seen_by("reader", f"select distinct publication_id from {SHOWN}.{relation}") == [(1,)]
        assert world.seen_by("one", f"select publication_id from {SHOWN}.{relation}") == []
    with world.login("reader") as cursor:
        with pytest.raises(errors.UndefinedColumn):
            cursor.execute(f"select approver from {SHOWN}.pub_publication")
        for name in {name for name in shown(world) if not name.startswith("pub_")}:
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(f"select * from {SHOWN}.{name}")


def test_a_server_asks_as_the_person(world: World) -> None:
    """A login that may become others sees nothing itself, and what the person sees after `set local role`."""
    connection = psycopg2.connect(world.login_dsn(f"{NAME}_web"))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {SHOWN}.dim_person")
            assert cursor.fetchall() == [(0,)]
            cursor.execute(f"set local role {NAME}_one")
            cursor.execute(f"select person_id from {SHOWN}.dim_person")
            assert {person for (person,) in cursor.fetchall()} == world.persons("organisation", "EN001")
            connection.rollback()
            cursor.execute(f"select count(*) from {SHOWN}.dim_person")
            assert cursor.fetchall() == [(0,)]
    finally:
        connection.close()


@pytest.fixture
def pages(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], TestClient]]:
    """The pages over this database: the server logs in as one role, and asks as the person's own role."""
    server = f"{NAME}_server"
    world.rows(f"create role {server} login password '{PASSWORD}'")
    for login in ("one", "two", "trust", "empty", "auditor"):
        world.rows(f"grant {NAME}_{login} to {server}")
    world.warehouse.arguments()  # writes the profile
    for name, value in world.environment(server).items():
        monkeypatch.setenv(name, value)
    readings = Readings(ROOT, world.warehouse.folder / "profiles", "postgres", 2)
    people: dict[str, Any] = {"auditor": {"role": "team", "database_role": f"{NAME}_auditor"}}
    # The file of the server lets everyone see two hospitals: what the database does not show is not shown all the same.
    both = {"epilepsy12": {"organisation": ["EN001", "EN002"], "trust": ["ET01"]}}
    for login in ("one", "two", "trust", "empty"):
        people[login] = {"role": "clinician", "database_role": f"{NAME}_{login}", "entities": both}
    file = tmp_path / "access.yml"
    file.write_text(yaml.safe_dump({"sign_in": "header", "proxies": ["testclient"], "people": people}))
    app = application(Site(read_definitions(ROOT / "definitions", None), readings, AccessFile(file), ("testserver",)))

    def client(name: str) -> TestClient:
        return TestClient(app, base_url="https://testserver", headers={"X-Forwarded-User": name})

    yield client
    readings.close()
    world.rows(f"drop owned by {server}")
    world.rows(f"drop role {server}")


@pytest.mark.parametrize("login", ["one", "two", "trust"])
def test_pages_as_the_person(world: World, pages: Callable[[str], TestClient], login: str) -> None:
    """Every page is there for the own entity, with its persons; of any other entity there is nothing."""
    client, report = pages(login), "/reports/epilepsy12"
    level, entity = OWN[login]
    own = f"part={level}:{entity}"
    for address in (
        "/",
        f"{report}?{own}",
        f"{report}/indicators/ecg?{own}",
        f"{report}/organisations/{level}/{entity}",
    ):
        assert client.get(address).status_code == 200, address
    counted = world.rows(
        f"select person_id from {NAME}_marts.fct_indicator_result where report = 'epilepsy12' and indicator = 'ecg' and is_counted"
    )
    expected = {person for (person,) in counted} & world.persons(level, entity)
    assert len(expected) > 3
    listed = client.get(f"/api/v1{report}/indicators/ecg/persons?level={level}&entity={entity}")
    assert {row["person_id"] for row in listed.json()["rows"]} == expected
    page = client.get(f"{report}/indicators/ecg/persons?{own}")
    assert page.status_code == 200
    assert "/persons/" not in page.text  # no trace, which reads what the role may not
    found = client.get(f"/fhir/MeasureReport?report=epilepsy12&measure=ecg&level={level}&entity={entity}").json()
    identity = found["entry"][0]["resource"]["id"].replace(".summary", ".persons")
    lists = client.get(f"/fhir/MeasureReport/{identity}").json()["contained"]
    entries = next(one for one in lists if one["id"] == "list-initial-population")["entry"]
    assert {int(entry["item"]["identifier"]["value"]) for entry in entries} == expected
    for other_level, other in set(OWN.values()) - {OWN[login]}:
        if (other_level, other) in own_and_parents(level, entity):
            # A parent's figures are shown; of its persons only those that are the own entity's.
            rows = client.get(f"/api/v1{report}/indicators/ecg/persons?level={other_level}&entity={other}")
            persons = {row["person_id"] for row in rows.json().get("rows", [])}
            assert persons <= world.persons(level, entity)
            continue
        for address in (
            f"{report}?part={other_level}:{other}",
            f"{report}/organisations/{other_level}/{other}",
            f"{report}/indicators/ecg/persons?part={other_level}:{other}",
            f"/api/v1{report}/indicators/ecg/persons?level={other_level}&entity={other}",
            f"/fhir/MeasureReport?report=epilepsy12&level={other_level}&entity={other}",
        ):
            assert client.get(address).status_code == 404, address


def test_pages_as_a_role_without_entities_and_as_the_team(pages: Callable[[str], TestClient]) -> None:
    """Who is in the file of the server but in no list of the database sees nothing."""
    own = "/reports/epilepsy12?part=organisation:EN001"
    assert pages("empty").get(own).status_code == 404
    assert pages("empty").get("/reports/epilepsy12/indicators/ecg/persons?part=organisation:EN001").status_code == 404
    assert pages("auditor").get(own).status_code == 200
    assert pages("stranger").get(own).status_code == 403


@pytest.mark.parametrize("login", ["one", "two", "trust"])
def test_peers_together_do_not_give_one_away(world: World, login: str) -> None:
    """Where a reader sees all peers of a level but one, what follows from all of them is not shown."""
    keys = "indicator, period_kind, period, stratifier, stratum, level_name, entity"
    rows = world.seen_by(
        login, f"select {keys}, peers, rate, pooled_rate, peer_rank, outlier_class from {SHOWN}.agg_indicator_funnel"
    )
    there = {row[:7]: row for row in world.rows(
        f"select {keys}, peers, rate, pooled_rate, peer_rank, outlier_class from {NAME}_marts.agg_indicator_funnel"
    )}  # fmt: skip
    rated: dict[Any, int] = {}
    for row in rows:
        rated[row[:6]] = rated.get(row[:6], 0) + (row[8] is not None)
    given_away = [row for row in rows if row[7] - rated[row[:6]] == 1]
    assert len(given_away) > 20
    assert all(row == (*there[row[:7]][:9], None, None, None) for row in given_away)
    others = [row for row in rows if row[7] - rated[row[:6]] != 1]
    assert len(others) > 20
    assert all(row == there[row[:7]] for row in others)


def test_the_team_reads_marts_and_no_staging(world: World) -> None:
    (everybody,) = world.rows(f"select count(*) from {NAME}_marts.dim_person")
    assert world.seen_by("auditor", f"select count(*) from {NAME}_marts.dim_person") == [everybody]
    with world.login("auditor") as cursor:
        for relation in (f"{NAME}_staging.opted_out_person", f"{LISTS}.entity_access"):
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(f"select * from {relation}")


def test_a_former_parent_is_no_parent(world: World) -> None:
    place = f"{NAME}_levels.entity_parent"
    row = "('epilepsy12', 'organisation', 'EN001', 'trust', 'ET02', date '2001-01-01', date '2020-12-31')"
    world.rows(f"insert into {place} values {row}")
    try:
        assert ("trust", "ET02") not in entities_seen(world, "one", "agg_indicator_by_level")
        world.rows(
            f"update {place} set span_to = date '9999-12-31' where parent_entity = 'ET02' and span_to < '9999-12-31'"
        )
        assert ("trust", "ET02") in entities_seen(world, "one", "agg_indicator_by_level")
    finally:
        world.rows(f"delete from {place} where entity = 'EN001' and parent_entity = 'ET02'")


class Watcher(threading.Thread):
    """Asks the same question again and again; keeps the different answers, and the errors."""

    def __init__(self, world: World, login: str, sql: str) -> None:
        super().__init__()
        self.world, self.login, self.sql = world, login, sql
        self.answers: set[Any] = set()
        self.errors: list[str] = []
        self.asked = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Ask until told to end."""
        with self.world.login(self.login) as cursor:
            while not self.ended.is_set():
                try:
                    cursor.execute(self.sql)
                    self.answers.add(tuple(cursor.fetchall()))
                    self.asked += 1
                except psycopg2.Error as error:
                    self.errors.append(f"{type(error).__name__}: {error}")
                self.ended.wait(size(0.1, 0.01))


def test_a_build_leaves_no_gap(world: World) -> None:
    """Logins that ask while dbt replaces every table see the same rows in every moment, and no error; and so afterwards."""
    ids = "select string_agg(distinct person_id::text, ' ' order by person_id::text) from"
    entities = "select string_agg(distinct entity, ' ' order by entity) from"
    watchers = [
        Watcher(world, "one", f"{ids} {SHOWN}.fct_indicator_result"),
        Watcher(world, "two", f"{ids} {SHOWN}.dim_person"),
        Watcher(world, "trust", f"{entities} {SHOWN}.agg_indicator_by_level"),
        Watcher(world, "empty", f"select count(*) from {SHOWN}.fct_indicator_result"),
        Watcher(world, "auditor", f"select count(*) from {NAME}_marts.dim_person"),
    ]
    before = [world.seen_by(watcher.login, watcher.sql) for watcher in watchers]
    oid = f"select '{NAME}_marts.dim_person'::regclass::oid, '{NAME}_levels.report_attribution'::regclass::oid"
    tables = world.rows(oid)[0]
    for watcher in watchers:
        watcher.start()
    try:
        run = world.build("catalogue_report_level", "run_context", "evaluation.levels", "marts.*")
        assert run.exit_code == 0, run.output
    finally:
        for watcher in watchers:
            watcher.ended.set()
        for watcher in watchers:
            watcher.join()
    assert all(new != old for new, old in zip(world.rows(oid)[0], tables, strict=True))
    for watcher, answer in zip(watchers, before, strict=True):
        assert watcher.errors == []
        assert watcher.asked > 20
        assert watcher.answers == {tuple(answer)}
        assert world.seen_by(watcher.login, watcher.sql) == answer


def test_check_says_who_sees_what(world: World) -> None:
    done = world.access("--check")
    lines = done.stdout.splitlines()
    part = lines[lines.index(f"{NAME}_one") : lines.index(f"{NAME}_two")]
    rows = world.seen_by(
        "one", f"select count(*), count(distinct (level_name, entity)) from {SHOWN}.agg_indicator_by_level"
    )[0]
    assert f"  {SHOWN}.agg_indicator_by_level: {rows[0]:,} rows, {rows[1]} entities" in part
    assert f"  {SHOWN}.dim_person: {len(children('organisation', 'EN001'))} rows" in part
    assert lines[lines.index(f"{NAME}_stranger") + 1] == "  nothing"
    # What is wrong in the lists of this world, and nothing else.
    assert done.exit_code == 8
    problems = done.stderr.splitlines()
    assert f"{LISTS}.entity_access: 5 rows have an empty column, and let nobody see anything" in problems
    assert f"{LISTS}.audience_access: 2 rows have an empty column, and let nobody see anything" in problems
    assert all(problem.startswith(LISTS) for problem in problems)
    assert len(problems) == 6


PLANTED = [
    (
        f"grant select on {NAME}_marts.dim_person to {NAME}_one",
        f"revoke select on {NAME}_marts.dim_person from {NAME}_one",
        f"the role '{NAME}_one' has a right on {NAME}_marts: dim_person, which measuremart did not give",
    ),
    (
        f"grant select (person_id) on {NAME}_marts.dim_person to public",
        f"revoke select (person_id) on {NAME}_marts.dim_person from public",
        f"everybody has a right on {NAME}_marts: dim_person.person_id, which measuremart did not give",
    ),
    (
        f"grant execute on function {SHOWN}.rows_of_dim_person() to public",
        f"revoke execute on function {SHOWN}.rows_of_dim_person() from public",
        f"everybody has a right on {SHOWN}: rows_of_dim_person(), which measuremart did not give",
    ),
    (
        f"grant insert on {LISTS}.entity_access to {ROLES['clinician']}",
        f"revoke insert on {LISTS}.entity_access from {ROLES['clinician']}",
        f"the role '{ROLES['clinician']}' has a right on {LISTS}: entity_access, which measuremart did not give",
    ),
    (
        f"create view {SHOWN}.everyone as select * from {NAME}_marts.dim_person",
        f"drop view {SHOWN}.everyone",
        f"{SHOWN}.everyone is not as measuremart makes it: run `measuremart access --apply`",
    ),
    (
        f"alter function {SHOWN}.rows_of_dim_person() reset search_path",
        f"alter function {SHOWN}.rows_of_dim_person() set search_path = pg_catalog, pg_temp",
        f"{SHOWN}.dim_person is not as measuremart makes it: run `measuremart access --apply`",
    ),
    (
        f"grant {ROLES['owner']} to {NAME}_two",
        f"revoke {ROLES['owner']} from {NAME}_two",
        f"the role '{NAME}_two' is a member of {ROLES['owner']}, so that it reads every mart",
    ),
    (
        f"grant pg_read_all_data to {NAME}_two",
        f"revoke pg_read_all_data from {NAME}_two",
        f"the login '{NAME}_two' is a member of pg_read_all_data: it sees everything",
    ),
]


def test_check_finds_what_is_open(world: World) -> None:
    for planted, _, _ in PLANTED:
        world.rows(planted)
    try:
        done = world.access("--check")
    finally:
        for _, removed, _ in PLANTED:
            world.rows(removed)
    assert done.exit_code == 8
    found = done.stderr.splitlines()
    assert [said for _, _, said in PLANTED if said not in found] == []


def test_a_builder_without_rights_changes_nothing(world: World) -> None:
    """Who may not make roles is refused, and everything is as it was; nothing is given without the variable."""
    before = world.seen_by("one", f"select count(*) from {SHOWN}.dim_person")
    others = {kind: f"{name}_new" for kind, name in ROLES.items()}
    done = world.access("--apply", BUILDER, {"access_roles": others})
    assert done.exit_code == 8
    assert "permission denied to create role" in done.output
    assert PASSWORD not in done.output
    assert world.rows(f"select count(*) from pg_roles where rolname like '{NAME}\\_%\\_new'") == [(0,)]
    assert world.seen_by("one", f"select count(*) from {SHOWN}.dim_person") == before
    done = world.access("--apply", BUILDER, {"access_roles": {}})
    assert done.exit_code == 8
    assert "access_roles names no owner" in done.output


def test_the_page(world: World) -> None:
    """The statements of the page give Alice what the page says, and `--check` prints of her what the page shows."""
    page = blocks(PAGE)
    said, asked = [_here(block.text) for block in page if block.kind == "sql"]
    world.rows(said.replace("change-me", PASSWORD))
    try:
        assert world.seen_by("alice", asked)
        assert {row[:3][1:] for row in world.seen_by("alice", asked)} == own_and_parents(*OWN["one"]) | {NATIONAL}
        # in order, each as written but for where the project is; the statements are not as many as a screen has lines
        commands = [line for block in page if block.kind == "sh" for line in block.text.splitlines()]
        parsed = [shlex.split(command, comments=True) for command in commands]
        assert [words[:2] for words in parsed] == [["measuremart", "access"]] * 3
        assert [words[3:] for words in parsed] == [[], [">", "rights.sql"], [">", "rights.txt"]]
        applied, statements, checked = [world.access(words[2]) for words in parsed]
        # what `--check` finds wrong here, rows of this world that let nobody see anything among them, is asked elsewhere
        assert (applied.exit_code, statements.exit_code) == (0, 0)
        assert "create schema" in statements.stdout.lower()
        assert len(applied.stdout.splitlines()) <= SCREEN
        printed = checked.stdout.split("\n\n")
        (shown_there,) = [block.text for block in page if block.kind == "text"]
        (of_alice,) = [part for part in printed if part.startswith(f"{NAME}_alice\n")]
        assert is_as_shown(_here(shown_there), of_alice)
    finally:
        for table in ("entity_access", "audience_access"):
            world.rows(f"delete from {LISTS}.{table} where role_name in ('{NAME}_alice', '{NAME}_website')")
        world.rows(f"drop role {NAME}_alice, {NAME}_website")


def _here(text: str) -> str:
    """Return a text of the page with the names of this world."""
    for named, ours in (
        ("measuremart_shown", SHOWN), ("access.", f"{LISTS}."), ("alice", f"{NAME}_alice"), ("website", f"{NAME}_website"),
        ("clinicians", ROLES["clinician"]), ("public_readers", ROLES["public"]),
    ):  # fmt: skip
        text = text.replace(named, ours)
    return text


def test_apply_again_is_the_same(world: World) -> None:
    """The server's owner applies once more: what each role sees is as before, and a right that was added is gone."""
    world.rows(f"grant select on {SHOWN}.dim_person to {NAME}_stranger")
    done = world.access("--apply")
    assert done.exit_code == 0, done.output
    assert persons_seen(world, "one", "dim_person") == world.persons("organisation", "EN001")
    test_a_row_in_the_list_is_no_right(world)
