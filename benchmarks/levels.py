"""Aggregates by level in one statement, beside one GROUP BY for each level.

    python -m benchmarks.levels                  # 51,000 children, 21 scores, 8 levels, three runs of each
    python -m benchmarks.levels --children 5000 --runs 1

Invents results and a bridge of organisations in a DuckDB database in memory, and runs `entity_period_count` and
`agg_indicator_by_level` of `models` as they stand, with what they read (memberships, attribution ...) built before.
Beside them eight statements, one a level, each of which joins the same results to the organisations of its level and
groups them. Their counts must agree; else it stops. On a busy machine of two cores: 3.9 s against 10.8 s (November
2026).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from lab.direct import compiled  # noqa: E402

# Level and how many entities it has.
LEVELS = {
    "organisation": 252, "trust": 130, "local_health_board": 7, "icb": 42, "nhs_england_region": 7, "open_uk": 17,
    "country": 2, "national": 1,
}  # fmt: skip
SCORES = 21
STATUSES = ("met", "not_met", "unresolved", "ineligible")
COUNTS = ", ".join(f"sum(case when status = '{s}' then 1 else 0 end) as {s}" for s in STATUSES)


def world(children: int, seed: int) -> duckdb.DuckDBPyConnection:
    """The tables that the model reads; one span of days an organisation."""
    chance = random.Random(seed)
    connection = duckdb.connect(config={"threads": 2})
    run = connection.execute
    run("create table dim_report as select 'r' as report, 'p' as population, true as is_built")
    run("create table run_context as select date '2026-06-30' as as_of")
    run(
        "create table reference_period as select 'year' as period_kind, date '1900-01-01' as start_date, "
        "date '2099-12-31' as end_date"
    )
    run(
        "create table fct_cohort_stratum (report varchar, person_id bigint, cohort_date date, stratifier varchar, "
        "stratum varchar)"
    )
    levels = ", ".join(f"('r', {n}, '{level}', 'registered')" for n, level in enumerate(LEVELS, start=1))
    run(f"create table catalogue_report_level as from (values {levels}) t(report, position, level_name, attribution)")
    run(
        "create table dim_indicator as select 'r' as report, 'score_' || i as indicator, i as indicator_order, "
        f"1 as version, 'proportion' as statistic, 80.0 as benchmark_value, 'higher' as better, "
        f"true as is_available from range({SCORES}) t(i)"
    )
    run(
        "create table report_period as select 'r' as report, 'named' as period_kind, 'cohort_' || (4 + i) as period, "
        "make_date(2020 + i::int, 12, 1) as start_date, make_date(2021 + i::int, 11, 30) as end_date from range(5) t(i)"
    )
    belongs = [
        (f"o{number}", level, f"{level}_{number if level == 'organisation' else chance.randrange(entities)}")
        for number in range(LEVELS["organisation"])
        for level, entities in LEVELS.items()
    ]
    run("create table organisation_level (organisation text, level_name text, entity text)")
    connection.executemany("insert into organisation_level values (?, ?, ?)", belongs)
    run("alter table organisation_level add column population text default 'p'")
    run("alter table organisation_level add column valid_from date")
    run("alter table organisation_level add column valid_to date")
    run(f"select setseed({seed / 1000})")
    run(
        "create table organisation_attribution as select 'p' as population, 'registered' as attribution, "
        "true as by_episode, i as person_id, i as episode_id, "
        f"'o' || cast(floor(random() * {LEVELS['organisation']}) as int) as organisation, "
        f"null::date as valid_from, null::date as valid_to from range({children}) t(i)"
    )
    names = ", ".join(f"'{s}'" for s in STATUSES)
    run(
        "create table indicator_result as select 'r' as report, 'score_' || s.i as indicator, c.i as person_id, "
        "c.i as episode_id, c.i as measure_resolver, c.day as cohort_date, c.day as period_date, true as is_counted, "
        f"[{names}][1 + cast(floor(random() * {len(STATUSES)}) as int)] as status "
        "from (select i, date '2020-12-01' + cast(floor(random() * 1826) as int) as day "
        f"from range({children}) t(i)) c cross join range({SCORES}) s(i)"
    )
    run("create view indicator_result as select * from fct_indicator_result")
    run("create view catalogue_report as select report, population, report as pack from dim_report")
    run("create view known_pack as select report as pack, is_built from dim_report")
    run("create table catalogue_attribution as select 'p' as population, 'registered' as attribution")
    run("create table report_strata as from fct_cohort_stratum")
    run("create table catalogue_report as select report, population, report as pack from dim_report")
    run("create table known_pack as select report as pack, is_built from dim_report")
    for name in ("organisation_membership", "report_attribution"):
        run(f"create table {name} as {model('evaluation/levels', name)}")
    run(f"create table result_day_period as {model('evaluation/counts', 'result_day_period')}")
    return connection


def model(folder: str, name: str) -> str:
    """A model's statement for DuckDB."""
    return compiled((ROOT / "models" / folder / f"{name}.sql").read_text(encoding="utf-8"), "duckdb")


def one_level(level: str) -> str:
    """The aggregation of one level by itself."""
    return f"""
        select result.indicator, report_period.period, membership.entity, {COUNTS}
        from indicator_result as result
        inner join report_attribution as attributed
            on result.person_id = attributed.person_id and result.measure_resolver = attributed.measure_resolver
            and result.episode_id is not distinct from attributed.episode_id
        inner join organisation_membership as membership
            on attributed.organisation = membership.organisation and attributed.span_from = membership.span_from
        inner join report_period on result.period_date between report_period.start_date and report_period.end_date
        where membership.level_name = '{level}' and result.is_counted
        group by result.indicator, report_period.period, membership.entity
    """


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--children", type=int, default=51_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    connection = world(given.children, given.seed)
    counts, mart = model("evaluation/counts", "entity_period_count"), model("marts", "agg_indicator_by_level")
    together, apart = [], []
    for _ in range(given.runs):
        start = time.perf_counter()
        connection.execute(f"create or replace table entity_period_count as {counts}")
        connection.execute(f"create or replace table together as {mart}")
        together.append(time.perf_counter() - start)
        start = time.perf_counter()
        for level in LEVELS:
            connection.execute(f"create or replace table apart_{level} as {one_level(level)}")
        apart.append(time.perf_counter() - start)
    for level in LEVELS:
        differing = connection.execute(
            f"select count(*) from apart_{level} as a left join together as t on t.level_name = '{level}' "
            "and a.entity = t.entity and a.indicator = t.indicator and a.period = t.period where "
            + " or ".join(f"a.{s} is distinct from t.{s}" for s in STATUSES)
        ).fetchone()
        if differing != (0,):
            sys.exit(f"level {level}: {differing} rows differ")
    rows = connection.execute("select count(*) from together").fetchone()
    print(f"{given.children:,} children x {SCORES} scores x {len(LEVELS)} levels, {rows[0] if rows else 0:,} rows")
    print(f"all at once, grid and statistics included    {statistics.median(together):6.2f} s (median of {given.runs})")
    print(f"eight statements, a level each, counts only  {statistics.median(apart):6.2f} s")


if __name__ == "__main__":
    main()
