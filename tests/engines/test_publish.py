"""Publications on DuckDB and PostgreSQL: what is written, that builds leave it alone, kills, two at once, retraction."""

import csv
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import postgres_builds
import psycopg2
import pytest
from lab.tiers import size
from measuremart.publication.audience_file import write_audience_file
from measuremart.publication.checking import Checked, checked
from measuremart.publication.figures import Figure, primary
from measuremart.publication.files import TABLES, export_publication
from measuremart.publication.reading import Candidates, policy_of, read_candidates
from measuremart.publication.writing import write_publication, write_retraction
from measuremart.warehouse.dbt import WarehouseError, dbt_command
from publication.worlds import World, each_its_own, large_world, people
from publication_world import EXACT, REPORT, ROUNDED, SCHEMA, Project, project, rows_of, set_environment

WORLD = large_world()
PLACE = ("indicator", "period_kind", "period", "stratifier", "stratum", "level_name", "entity")


@contextmanager
def built_project(folder: Path, target: str, dsn: str, world: World = WORLD) -> Iterator[Project]:
    given = postgres_builds.environment(dsn, SCHEMA) if target == "postgres" else {}
    made = project(folder, target, world, given)
    kept = set_environment(made)
    try:
        with postgres_builds.postgres_schemas(dsn, SCHEMA):
            made.build()
            yield made
    finally:
        os.environ.clear()
        os.environ.update(kept)


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_dsn: str
) -> Iterator[Project]:
    with built_project(tmp_path_factory.mktemp(request.param), request.param, postgres_dsn) as made:
        yield made


@contextmanager
def connection(made: Project) -> Iterator[Any]:
    """A function from SQL, in which publication.x is a table of the project, to rows."""
    if made.warehouse.target == "duckdb":
        with duckdb.connect(str(made.warehouse.database)) as opened:
            yield lambda sql: opened.execute(sql).fetchall()
        return
    at = {
        name.removeprefix("MEASUREMART_POSTGRES_").lower(): value
        for name, value in made.environment.items()
        if name.startswith("MEASUREMART_POSTGRES_")
    }
    opened = psycopg2.connect(
        host=at["host"], port=at["port"], user=at["user"], password=at["password"], dbname=at["database"]
    )
    try:
        with opened.cursor() as cursor:

            def rows(sql: str) -> list[tuple[Any, ...]]:
                cursor.execute(sql.replace("publication.", f"{SCHEMA}_publication."))
                return list(cursor.fetchall()) if cursor.description else []

            yield rows
        opened.commit()
    finally:
        opened.close()


def ask(made: Project, sql: str) -> list[tuple[Any, ...]]:
    with connection(made) as rows:
        return list(rows(sql))


def publish(made: Project, name: str, approver: str = "Dr O'Neil") -> tuple[int, Candidates, Checked]:
    candidates = read_candidates(made.marts, made.audience(name), made.report())
    found = checked(candidates)
    assert found.leaks == ()
    return write_publication(made.marts, name, REPORT, approver, candidates, found.figures), candidates, found


def place_of(figure: Figure) -> tuple[str, ...]:
    place = figure.place
    return (
        place.indicator,
        place.period_kind,
        place.period,
        place.stratifier,
        place.stratum,
        place.level,
        place.entity,
    )


@pytest.mark.parametrize("name", [ROUNDED, EXACT])
def test_candidates_are_what_an_audience_names_with_small_counts_hidden(built: Project, name: str) -> None:
    candidates = read_candidates(built.marts, built.audience(name), built.report())
    policy = policy_of(built.audience(name))
    expected = {}
    for place in built.world.places():
        figure = primary(Figure(0, place, *built.world.count(place)), policy)
        expected[place_of(figure)] = (figure.eligible, figure.met, figure.eligible_reason, figure.met_reason)
    assert {place_of(f): (f.eligible, f.met, f.eligible_reason, f.met_reason) for f in candidates.figures} == expected
    assert [f.number for f in candidates.figures] == list(range(1, len(expected) + 1))


@pytest.mark.parametrize("name", [ROUNDED, EXACT])
def test_what_is_published_is_what_was_checked(built: Project, name: str) -> None:
    number, candidates, found = publish(built, name)
    policy = candidates.material.policy
    expected = {}
    hidden = set()
    for figure in found.figures:
        eligible = None if figure.eligible_reason else policy.rounded(figure.eligible)
        met = None if figure.met_reason else policy.rounded(figure.met)
        rate = None if not eligible or met is None else round(met / eligible, 6)
        expected[place_of(figure)] = (eligible, met, rate)
        for quantity, reason in (("eligible", figure.eligible_reason), ("met", figure.met_reason)):
            if reason:
                hidden.add((*place_of(figure), quantity, reason))
    columns = ", ".join(PLACE)
    rows = ask(
        built,
        f"select {columns}, eligible, met, rate, lower_95 from publication.pub_figure where publication_id = {number}",
    )
    assert {tuple(row[:7]): (row[7], row[8], None if row[9] is None else float(row[9])) for row in rows} == expected
    assert all((row[9] is None) == (row[10] is None) for row in rows)
    rows = ask(built, f"select {columns}, quantity, reason from publication.pub_hidden where publication_id = {number}")
    assert {tuple(row) for row in rows} == hidden
    assert {"small", "complementary"} >= {row[-1] for row in hidden} >= {"small"}
    record = f"select report, audience, approver, cast(as_of as varchar(10)), figures, cast(newest_source_day as varchar(10)), source_release from publication.pub_publication where publication_id = {number}"
    assert ask(built, record) == [(REPORT, name, "Dr O'Neil", "2025-06-30", len(expected), "2025-06-01", "2025-06-02")]
    assert ask(built, f"select indicator, version from publication.pub_definition where publication_id = {number}") == [
        ("i", 2)
    ]


def test_ranks_are_of_the_rates_that_are_shown(built: Project) -> None:
    number, _, _ = publish(built, ROUNDED)
    rows = ask(
        built,
        "select period, stratum, level_name, rate, peer_rank from publication.pub_figure "
        f"where publication_id = {number} and entity <> 'not attributed' and level_name <> 'all'",
    )
    assert any(row[4] is not None for row in rows)
    for row in rows:
        peers = [other[3] for other in rows if other[:3] == row[:3] and other[3] is not None]
        assert row[4] == (None if row[3] is None else 1 + sum(rate > row[3] for rate in peers))


def everything(made: Project) -> dict[str, list[tuple[Any, ...]]]:
    return {table: sorted(ask(made, f"select * from publication.{table}"), key=repr) for table in TABLES}


@pytest.mark.parametrize("more", [(), ("--full-refresh",)], ids=["build", "full refresh"])
def test_a_build_publishes_nothing_and_loses_nothing(built: Project, more: tuple[str, ...]) -> None:
    publish(built, ROUNDED)
    before = everything(built)
    built.build(*more)
    assert everything(built) == before


def test_retraction_takes_the_numbers_and_leaves_a_trace(built: Project) -> None:
    first, _, _ = publish(built, ROUNDED)
    second, _, _ = publish(built, ROUNDED)
    write_retraction(built.marts, ROUNDED, REPORT, first, "The audit's lead")
    counts = "select publication_id, count(*) from publication.pub_figure where publication_id in ({}, {}) group by publication_id"
    assert [row[0] for row in ask(built, counts.format(first, second))] == [second]
    assert ask(built, f"select retracted_by from publication.pub_retraction where publication_id = {first}") == [
        ("The audit's lead",)
    ]
    assert ask(built, f"select count(*) from publication.pub_publication where publication_id = {first}") == [(1,)]
    with pytest.raises(WarehouseError, match="was retracted before: nothing was changed"):
        write_retraction(built.marts, ROUNDED, REPORT, first, "me")
    with pytest.raises(WarehouseError, match="publication 999 of report r to audience rounded does not exist"):
        write_retraction(built.marts, ROUNDED, REPORT, 999, "me")
    with pytest.raises(WarehouseError, match="to audience exact does not exist"):
        write_retraction(built.marts, EXACT, REPORT, second, "me")
    assert [row[0] for row in ask(built, counts.format(first, second))] == [second]


def test_what_was_checked_must_be_what_is_there(built: Project) -> None:
    """A publication or a build between checking and writing is noticed."""
    candidates = read_candidates(built.marts, built.audience(ROUNDED), built.report())
    found = checked(candidates)
    before = everything(built)
    for name, change in (("publications", 1), ("figures", -1), ("digest", 5)):
        candidates.seen[name] += change
        with pytest.raises(WarehouseError, match="the database changed while the publication was checked"):
            write_publication(built.marts, ROUNDED, REPORT, "me", candidates, found.figures)
        candidates.seen[name] -= change
    assert everything(built) == before


@pytest.mark.parametrize("file_format", ["csv", "parquet", "html"])
def test_a_publication_is_exported_with_what_was_hidden_and_why(
    built: Project, file_format: str, tmp_path: Path
) -> None:
    number, _, found = publish(built, ROUNDED)
    rows = export_publication(built.marts, number, tmp_path / "out", file_format)
    assert rows["pub_figure"] == len(found.figures)
    dictionary = (tmp_path / "out" / "data_dictionary.md").read_text()
    assert all(f"## {table}\n" in dictionary for table in TABLES)
    if file_format == "html":
        page = (tmp_path / "out" / f"publication_{number}.html").read_text()
        assert page.count("hidden: small") == sum(f.eligible_reason == "small" for f in found.figures) + sum(
            f.met_reason == "small" for f in found.figures
        )
        assert "Dr O&#x27;Neil" in page
        assert "<script" not in page
    elif file_format == "csv":
        with (tmp_path / "out" / "pub_figure.csv").open() as file:
            lines = list(csv.DictReader(file))
        assert sum(line["met"] == "" for line in lines) == sum(f.met_reason is not None for f in found.figures)
    else:
        read = duckdb.sql(f"select count(*), count(met) from '{tmp_path / 'out' / 'pub_figure.parquet'}'").fetchall()
        assert read == [(len(found.figures), sum(f.met_reason is None for f in found.figures))]


def test_a_publication_that_there_is_not_is_not_exported(built: Project, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no publication 998"):
        export_publication(built.marts, 998, tmp_path / "out", "csv")
    assert not (tmp_path / "out").exists()


# --- an opt-out between two publications


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_an_opt_out_cannot_be_read_from_two_publications(target: str, postgres_dsn: str, tmp_path: Path) -> None:
    """11 and then 10 were due the care: exact counts are hidden the second time, with the reason."""

    def world(a: int) -> World:
        return World(each_its_own("a", "b"), people("a", a, 0) + people("b", 30, 0), ["organisation"])

    with built_project(tmp_path, target, postgres_dsn, world(11)) as made:
        first, _, _ = publish(made, EXACT)
        made.seed(rows_of(world(10)))
        made.build()
        second, _, _ = publish(made, EXACT)
        shown = "select publication_id, entity, eligible from publication.pub_figure where entity in ('a', 'all') order by 1, 2"
        assert ask(made, shown) == [(first, "a", 11), (first, "all", 41), (second, "a", None), (second, "all", None)]
        why = f"select distinct reason from publication.pub_hidden where publication_id = {second} and entity in ('a', 'all')"
        assert ask(made, why) == [("earlier publication",)]


@pytest.mark.parametrize("target", ["duckdb", "postgres"])
def test_an_opt_out_cannot_be_read_against_a_retracted_publication(
    target: str, postgres_dsn: str, tmp_path: Path
) -> None:
    """Somebody may have kept what was retracted: 10 after a retracted 11 is hidden, and the 11 stands where nobody reads."""

    def world(a: int) -> World:
        return World(each_its_own("a", "b"), people("a", a, 0) + people("b", 30, 0), ["organisation"])

    with built_project(tmp_path, target, postgres_dsn, world(11)) as made:
        first, _, _ = publish(made, EXACT)
        write_retraction(made.marts, EXACT, REPORT, first, "me")
        assert ask(made, "select count(*) from publication.pub_figure") == [(0,)]
        made.seed(rows_of(world(10)))
        made.build("--full-refresh")
        second, candidates, _ = publish(made, EXACT)
        assert {e.shown_eligible for e in candidates.material.earlier} == {11, 30, 41, 0}
        shown = "select publication_id, entity, eligible from publication.pub_figure where entity in ('a', 'all') order by 1, 2"
        assert ask(made, shown) == [(second, "a", None), (second, "all", None)]
        why = f"select distinct reason from publication.pub_hidden where publication_id = {second} and entity in ('a', 'all')"
        assert ask(made, why) == [("earlier publication",)]


# --- kills, and two at once


def start(made: Project, candidates: Candidates) -> subprocess.Popen[bytes]:
    arguments = {
        "audience": ROUNDED, "report": REPORT, "approver": "me", "published_at": "2025-07-01T00:00:00Z", "version": "0",
        "seen": candidates.seen, "parts": 0,
    }  # fmt: skip
    command = [dbt_command(), "--quiet", "run-operation", "publish_figures", "--args", json.dumps(arguments)]
    command += ["--project-dir", str(made.warehouse.project), *made.marts.dbt_options()]
    return subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_at_any_point_all_is_there_or_nothing_on_duckdb(tmp_path: Path, postgres_dsn: str) -> None:
    with built_project(tmp_path, "duckdb", postgres_dsn) as made:
        candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
        began = time.monotonic()
        assert start(made, candidates).wait() == 0
        whole = time.monotonic() - began
        for number in size((2, 5, 8), tuple(range(10))):
            candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
            process = start(made, candidates)
            # The transaction lies near the end: most kills go there.
            time.sleep(whole * (0.6 + 0.045 * number))
            kill(process)
            figures = len(candidates.figures)
            per = ask(
                made,
                "select p.publication_id, p.figures, count(f.entity) from publication.pub_publication as p left join publication.pub_figure as f on p.publication_id = f.publication_id group by 1, 2",
            )
            assert {row[1:] for row in per} == {(figures, figures)}
            assert ask(made, "select count(distinct publication_id) from publication.pub_figure") == [(len(per),)]
            assert ask(made, "select count(distinct publication_id) from publication.pub_hidden") == [(len(per),)]
        # What the kills left behind does not keep the next one from being written. It is written as those before were,
        # without the attack, which would find what these unchecked ones give away.
        candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
        assert start(made, candidates).wait() == 0


def test_killed_while_it_writes_a_table_nothing_is_there_on_postgres(tmp_path: Path, postgres_dsn: str) -> None:
    """The table is held by somebody else, so that the publication waits in the middle of its transaction."""
    with built_project(tmp_path, "postgres", postgres_dsn) as made:
        candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
        for table in ("pub_figure", "pub_hidden", "pub_definition", "pub_publication"):
            with connection(made) as rows:
                rows(f"lock table publication.{table} in share row exclusive mode")
                process = start(made, candidates)
                wait_for_waiting(made)
                kill(process)
            assert {name: len(found) for name, found in everything(made).items()} == dict.fromkeys(TABLES, 0), table
        publish(made, ROUNDED)


def wait_for_waiting(made: Project) -> None:
    """Return as soon as somebody waits for a lock."""
    for _ in range(600):
        if ask(made, "select count(*) from pg_locks where not granted")[0][0]:
            return
        time.sleep(0.1)
    raise AssertionError("nobody waits")


def test_of_two_at_once_one_waits_and_is_refused_on_postgres(tmp_path: Path, postgres_dsn: str) -> None:
    with built_project(tmp_path, "postgres", postgres_dsn) as made:
        candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
        found = checked(candidates)
        said: list[str] = []

        def second() -> None:
            try:
                write_publication(made.marts, ROUNDED, REPORT, "second", candidates, found.figures)
            except WarehouseError as error:
                said.append(str(error))

        with connection(made) as rows:
            rows("lock table publication.pub_publication in exclusive mode")
            waiting = threading.Thread(target=second)
            waiting.start()
            wait_for_waiting(made)
            rows("insert into publication.pub_publication (publication_id, approver) values (1, 'first')")
        waiting.join()
        assert len(said) == 1
        assert said[0].startswith("the database changed while the publication was checked")
        assert ask(made, "select approver from publication.pub_publication") == [("first",)]


def test_of_two_at_once_one_is_refused_on_duckdb(tmp_path: Path, postgres_dsn: str) -> None:
    with built_project(tmp_path, "duckdb", postgres_dsn) as made:
        candidates = read_candidates(made.marts, made.audience(ROUNDED), made.report())
        found = checked(candidates)
        with (
            duckdb.connect(str(made.warehouse.database)),
            pytest.raises(WarehouseError, match="another program holds the database"),
        ):
            write_publication(made.marts, ROUNDED, REPORT, "second", candidates, found.figures)
        assert ask(made, "select count(*) from publication.pub_publication") == [(0,)]


# --- the DuckDB file of an audience


def everything_in(file: Path) -> tuple[dict[str, int], set[str]]:
    """How many rows each relation of a file has, and all values of all of them as texts."""
    with duckdb.connect(str(file), read_only=True) as opened:
        relations = opened.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert opened.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(0,)]
        rows = {name: opened.execute(f'select * from "{schema}"."{name}"').fetchall() for schema, name in relations}
    values = {str(value) for found in rows.values() for row in found for value in row}
    return {name: len(found) for name, found in rows.items()}, values


def test_the_file_of_an_audience_holds_what_it_may_see_and_nothing_else(built: Project, tmp_path: Path) -> None:
    first, _, found = publish(built, ROUNDED, approver="approver of the rounded one")
    publish(built, EXACT, approver="approver of the exact one")
    file = tmp_path / "audiences" / "rounded.duckdb"
    rows = write_audience_file(built.marts, ROUNDED, file)
    told, values = everything_in(file)
    assert told == rows
    assert set(told) == set(TABLES)
    in_warehouse = "select count(*) from publication.pub_figure where audience = 'rounded'"
    assert ask(built, in_warehouse) == [(told["pub_figure"],)]
    with duckdb.connect(str(file), read_only=True) as opened:
        shown = opened.execute(f"select count(*), count(met) from pub_figure where publication_id = {first}").fetchall()
        assert opened.execute("select distinct audience from pub_figure").fetchall() == [(ROUNDED,)]
    assert shown == [(len(found.figures), sum(f.met_reason is None for f in found.figures))]
    text = file.read_bytes()
    assert b"An indicator" in text
    for never in (
        b"approver of",
        b"approver",
        b"retracted_by",
        b"secret level",
        b"organisation_membership",
        b"publication_candidate",
        b"exact",
    ):
        assert never not in text
    assert "secret level" not in values


def test_after_a_retraction_no_number_is_left_in_the_file(built: Project, tmp_path: Path) -> None:
    with connection(built) as rows:
        rows("update publication.pub_figure set entity_title = 'an earlier title' where audience = 'rounded'")
    number, _, _ = publish(built, ROUNDED)
    with connection(built) as rows:
        rows(
            f"update publication.pub_figure set entity_title = 'a planted title', met = 7654321 where publication_id = {number}"
        )
    file = tmp_path / "rounded.duckdb"
    write_audience_file(built.marts, ROUNDED, file)
    assert "7654321" in everything_in(file)[1]
    assert b"a planted title" in file.read_bytes()
    with duckdb.connect(str(file), read_only=True) as reader:
        write_retraction(built.marts, ROUNDED, REPORT, number, "me")
        write_audience_file(built.marts, ROUNDED, file)
        # Who has the old file open reads on, and nobody who opens it now finds the numbers.
        assert reader.execute("select max(met) from pub_figure").fetchall() == [(7654321,)]
    assert "7654321" not in everything_in(file)[1]
    assert b"a planted title" not in file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["rounded.duckdb"]
    assert file.stat().st_mode & 0o222 == 0
