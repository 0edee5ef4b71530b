"""Organisations, levels, attribution and aggregation, worked out by hand on both engines (semantics.md, 9)."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import levels_world as world
import marts_page
import pytest
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine
from lab.project import ROOT
from measuremart.report_notes import lines_below, note_rows
from measuremart.report_rows import Cut, report_rows

# Hospitals a and b are of trust T1; a is in two networks. c moved from trust T1 to T2 on 1 July 2024. d is of T3 and has no
# children. Nobody knows hospital x. Levels: hospital, trust, network, national.
BRIDGE = [
    ("p", "a", "hospital", "a", "Hospital A", None, None),
    ("p", "b", "hospital", "b", "Hospital B", None, None),
    ("p", "c", "hospital", "c", "Hospital C", None, None),
    ("p", "d", "hospital", "d", "Hospital D", None, None),
    ("p", "a", "trust", "T1", "T1", None, None),
    ("p", "b", "trust", "T1", "T1", None, None),
    ("p", "c", "trust", "T1", "T1", None, "2024-06-30"),
    ("p", "c", "trust", "T2", "T2", "2024-07-01", None),
    ("p", "d", "trust", "T3", "T3", None, None),
    ("p", "a", "network", "N1", "N1", None, None),
    ("p", "a", "network", "N2", "N2", None, None),
    ("p", "b", "network", "N1", "N1", None, None),
    *(("p", h, "national", "all", "all", None, None) for h in "abcd"),
    ("other", "a", "trust", "not of this population", "-", None, None),
]
# Persons 1 to 8, an episode each. 3 moved from a to b. 7 was at nobody-knows-where, 8 nowhere.
REGISTERED = {1: "a", 2: "a", 3: "a", 4: "b", 5: "c", 6: "c", 7: "x"}
LEAD = REGISTERED | {3: "b"}
DAYS = {
    1: "2024-01-10", 2: "2024-02-10", 3: "2024-03-10", 4: "2024-08-10",
    5: "2024-06-30", 6: "2024-07-01", 7: "2024-01-01", 8: "2024-01-01",
}  # fmt: skip
STATUS = {1: "met", 2: "not_met", 3: "met", 4: "unresolved", 5: "met", 6: "excluded", 7: "met", 8: "met"}


def tables() -> dict[str, list[Any]]:
    return {
        "dim_report": [("r", "p", True, "R"), ("not_built", "p", False, "N")],
        "dim_indicator": [
            ("r", "i", 1, 3, "proportion", "70", "higher", True, "I", "percent", "r.i"),
            ("r", "j", 2, 1, "proportion", None, None, True, "J", None, "r.j"),
        ],
        "catalogue_report_level": [
            ("r", n, level, "registered")
            for n, level in enumerate(("hospital", "trust", "network", "national"), start=1)
        ],
        "organisation_level": BRIDGE,
        "organisation_attribution": [
            ("p", rule, True, person, 10 * person, organisation, None, None)
            for rule, of in (("registered", REGISTERED), ("lead", LEAD))
            for person, organisation in of.items()
        ],
        "indicator_result": [
            ("r", "i", person, 10 * person, 10 * person, DAYS[person], STATUS[person], DAYS[person], True)
            for person in DAYS
        ]
        + [("r", "i", 9, 90, 90, "2024-01-10", "met", "2024-01-10", False)],
        "report_cohort_keys": [("r", person, 10 * person, 10 * person, DAYS[person]) for person in DAYS],
        "report_period": [
            ("r", "named", "first_half", "2024-01-01", "2024-06-30"),
            ("r", "named", "second_half", "2024-07-01", "2024-12-31"),
        ],
        "run_context": [("2025-01-01",)],
        "reference_period": [
            ("year", "1900-01-01", "1900-12-31"),
            ("year", "2099-01-01", "2099-12-31"),
            ("all_time", None, None, "all time"),
            ("undated", None, None, "undated"),
        ],
    }


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    yield found
    found.rollback()
    found.close()


def counts(engine: Engine, indicator: str, period: str) -> dict[tuple[str, str], tuple[int, ...]]:
    """(met, not met, unresolved, excluded) by level and entity."""
    rows = engine.rows(
        "select level_name, entity, met, not_met, unresolved, excluded from agg_indicator_by_level "
        f"where indicator = '{indicator}' and period = '{period}'"
    )
    found = {row[:2]: row[2:] for row in rows}
    assert len(found) == len(rows)
    return found


def test_counts_by_entity(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    # 5 was registered on the last day of c in T1, 6 on its first day in T2
    assert counts(engine, "i", "all time") == {
        ("hospital", "a"): (2, 1, 0, 0),
        ("hospital", "b"): (0, 0, 1, 0),
        ("hospital", "c"): (1, 0, 0, 1),
        ("hospital", "d"): (0, 0, 0, 0),
        ("trust", "T1"): (3, 1, 1, 0),
        ("trust", "T2"): (0, 0, 0, 1),
        ("trust", "T3"): (0, 0, 0, 0),
        ("network", "N1"): (2, 1, 1, 0),
        ("network", "N2"): (2, 1, 0, 0),
        ("national", "all"): (3, 1, 1, 1),
        # 7 and 8, of no known hospital; 5 and 6 at c, which is in no network
        ("hospital", "not attributed"): (2, 0, 0, 0),
        ("trust", "not attributed"): (2, 0, 0, 0),
        ("network", "not attributed"): (3, 0, 0, 1),
        ("national", "not attributed"): (2, 0, 0, 0),
    }
    assert counts(engine, "i", "first_half")["national", "all"] == (3, 1, 0, 0)
    assert counts(engine, "i", "second_half")["national", "all"] == (0, 0, 1, 1)
    empty = counts(engine, "j", "second_half")
    assert set(empty) == set(counts(engine, "i", "all time"))
    assert set(empty.values()) == {(0, 0, 0, 0)}


def test_a_key_that_is_not_counted_is_in_no_count(engine: Engine) -> None:
    """Person 9 is registered at hospital a and has met i, but her key is not counted: a has the counts of 1 to 3 alone."""
    given = tables()
    given["organisation_attribution"] += [("p", rule, True, 9, 90, "a", None, None) for rule in ("registered", "lead")]
    given["report_cohort_keys"] += [("r", 9, 90, 90, "2024-01-10")]
    world.load(engine, given)
    world.build(engine)
    found = counts(engine, "i", "all time")
    assert found["hospital", "a"] == (2, 1, 0, 0)
    assert found["national", "all"] == (3, 1, 1, 1)
    assert sorted(engine.rows("select attribution, persons, attributed from agg_attribution")) == [
        ("lead", 8, 7),
        ("registered", 8, 7),
    ]
    of_a = "select n_keys from agg_case_mix where entity = 'a' and stratum = 'all' and period = 'all time'"
    assert engine.rows(of_a) == [(3,)]


def test_rates_bounds_and_verdicts(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    rows = engine.rows(
        "select entity, rate, lowest_rate, highest_rate, lower_95, upper_99_8, verdict, is_certain, as_of "
        "from agg_indicator_by_level where indicator = 'i' and period = 'all time' and level_name in ('trust', 'national')"
    )
    found = {row[0]: tuple(None if v is None else str(v) for v in row[1:]) for row in rows}
    # 3 of 4, one unresolved; Wilson limits of 3 of 4 by the closed form
    assert found["T1"] == ("0.750000", "0.600000", "0.800000", "0.300642", "0.977775", "reached", "False", "2025-01-01")
    assert found["T2"] == (None, None, None, None, None, "no data", "False", "2025-01-01")
    assert found["all"][:3] == ("0.750000", "0.600000", "0.800000")
    without = engine.rows("select distinct verdict, is_certain, rate from agg_indicator_by_level where indicator = 'j'")
    assert [(verdict, rate) for verdict, _, rate in without] == [("no benchmark", None)]


def test_differences_from_parents(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    rows = engine.rows(
        "select entity, parent_level, parent_entity, difference from agg_indicator_by_parent "
        "where indicator = 'i' and period = 'all time' and level_name = 'hospital'"
    )
    found = {row[:3]: row[3] for row in rows}
    third = Decimal("0.666667")
    assert found["a", "trust", "T1"] == third - Decimal("0.75")
    assert found["a", "network", "N1"] == found["a", "network", "N2"] == 0
    assert found["a", "national", "all"] == third - Decimal("0.75")
    assert {key[1:] for key in found if key[0] == "c"} == {("trust", "T1"), ("trust", "T2"), ("national", "all")}
    assert found["c", "trust", "T2"] is None
    in_second = engine.rows(
        "select parent_entity from agg_indicator_by_parent where indicator = 'i' and period = 'second_half' "
        "and entity = 'c' and parent_level = 'trust'"
    )
    assert in_second == [("T2",)]
    upwards = engine.rows("select count(*) from agg_indicator_by_parent where level_name = 'national'")
    assert upwards == [(0,)]


def test_moved_and_unknown_persons(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    rows = engine.rows(
        "select attribution, persons, attributed, unattributed, unknown_organisation, moved from agg_attribution"
    )
    assert sorted(rows) == [("lead", 8, 7, 1, 1, 1), ("registered", 8, 7, 1, 1, 0)]


def test_a_rule_without_a_row_gives_nobody_an_organisation(engine: Engine) -> None:
    """A source without organisations: the rules stand in agg_attribution, and everyone is not attributed."""
    given = tables()
    given["organisation_attribution"], given["organisation_level"] = [], []
    world.load(engine, given)
    world.build(engine)
    rows = engine.rows("select attribution, is_chosen, persons, attributed, unattributed from agg_attribution")
    assert rows == [("registered", True, 8, 0, 8)]
    levels = ("hospital", "trust", "network", "national")
    assert counts(engine, "i", "all time") == {(level, "not attributed"): (5, 1, 1, 1) for level in levels}
    assert engine.rows("select level_name, title, organisations from dim_level_entity order by 1") == [
        (level, "Not attributed", 0) for level in sorted(levels)
    ]


def test_every_level_holds_everyone(engine: Engine) -> None:
    """The test of dbt: a level's entities and its not attributed add up to the whole, or something is said."""
    given = tables()
    given["fct_cohort_stratum"] = [("r", p, DAYS[p], "sex", "girl" if p in {1, 7} else "boy") for p in DAYS]
    world.load(engine, given)
    world.build(engine)
    # the whole, counted here by hand from STATUS and DAYS: eight keys, six of them in the first half, and two girls
    halves = {"first_half": {1, 2, 3, 5, 7, 8}, "second_half": {4, 6}, "all time": set(DAYS)}
    strata = {("all", "all"): set(DAYS), ("sex", "girl"): {1, 7}, ("sex", "boy"): set(DAYS) - {1, 7}}
    statuses = ("met", "not_met", "exception", "unresolved", "excluded", "ineligible")
    engine.execute("drop table agg_indicator")  # what is built says the same; here it is counted by hand
    engine.execute(
        "create temp table agg_indicator (report text, indicator text, period_kind text, period text, stratifier text, "
        f"stratum text, {' bigint, '.join(statuses)} bigint, verdict text)"
    )
    for period, in_it in halves.items():
        for (stratifier, stratum), persons in strata.items():
            kind = "all_time" if period == "all time" else "named"
            found = [sum(STATUS[p] == status for p in in_it & persons) for status in statuses]
            row = ("r", "i", kind, period, stratifier, stratum, *found, "reached")
            engine.execute(f"insert into agg_indicator values ({', '.join(world.literal(v) for v in row)})")
    test = (ROOT / "tests/singular/levels_hold_everyone.sql").read_text(encoding="utf-8")
    faults = f"select report, level_name, met, excluded from ({compiled(test, engine.name)}) as fault"
    assert engine.rows(faults) == []
    # in two networks at once a counts twice; but nobody may be missing
    engine.execute("delete from agg_indicator_by_level where entity = 'not attributed' and level_name = 'network'")
    assert set(engine.rows(f"{faults} where period = 'all time' and stratifier = 'all'")) == {("r", "network", -1, -1)}
    engine.execute("update agg_indicator_by_level set met = met + 1 where entity = 'T3' and stratifier = 'all'")
    assert ("r", "trust", 1, 0) in set(engine.rows(faults))


def test_a_level_that_no_source_has_is_found(engine: Engine) -> None:
    """The test of dbt: a misspelt level would print nothing; one that another population has does not count."""
    given = tables()
    given["catalogue_report_level"] += [("r", 5, "trusts", "registered"), ("not_built", 1, "nowhere", "registered")]
    given["organisation_level"] = [*BRIDGE, ("other", "a", "trusts", "t", "T", None, None)]
    world.load(engine, given)
    test = (ROOT / "tests/singular/report_levels_exist.sql").read_text(encoding="utf-8")
    without_settings = re.sub(r"\{\{ config\(.*?\) \}\}", "", test)
    assert engine.rows(compiled(without_settings, engine.name)) == [("r", "trusts")]


def test_no_funnel_and_no_chart_of_the_not_attributed(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    for mart in ("agg_indicator_funnel", "agg_indicator_trend", "agg_indicator_by_parent"):
        assert engine.rows(f"select count(*) from {mart} where entity = 'not attributed'") == [(0,)]
    # met 3 of 4 in T1; the 2 of 2 of nobody's do not move the target
    funnel = "from agg_indicator_funnel where indicator = 'i' and period = 'all time' and entity = 'T1'"
    assert engine.rows(f"select peers, cast(pooled_rate as varchar) {funnel}") == [(1, "0.750000")]


def test_the_other_rule(engine: Engine) -> None:
    given = tables()
    given["catalogue_report_level"] = [(*row[:3], "lead") for row in given["catalogue_report_level"]]
    world.load(engine, given)
    world.build(engine)
    found = counts(engine, "i", "all time")
    assert (found["hospital", "a"], found["hospital", "b"]) == ((1, 1, 0, 0), (1, 0, 1, 0))


# --- rules of attribution that know days


@pytest.mark.parametrize(
    ("rows", "cohort_date", "organisation"),
    [
        # the provider on the day of the key
        ([("a", None, "2024-03-31"), ("b", "2024-04-01", None)], "2024-03-31", "a"),
        ([("a", None, "2024-03-31"), ("b", "2024-04-01", None)], "2024-04-01", "b"),
        # the care site of the visit that holds the index day; of two, the one that began last; then the lowest
        ([("b", "2024-01-01", "2024-01-05"), ("c", "2024-01-03", "2024-01-04")], "2024-01-04", "c"),
        ([("b", "2024-01-01", "2024-01-05"), ("c", "2024-01-01", "2024-01-04")], "2024-01-02", "b"),
        # no row holds the day
        ([("b", "2024-01-01", "2024-01-05")], "2024-01-06", None),
        # an unknown cohort date: the organisation of the day of the report
        ([("a", None, "2024-03-31"), ("b", "2024-04-01", None)], None, "b"),
    ],
)
def test_dated_rules(engine: Engine, rows: list[Any], cohort_date: str | None, organisation: str | None) -> None:
    given = tables()
    given["catalogue_report_level"] = [("r", 1, "hospital", "on_the_day")]
    given["organisation_attribution"] = [("p", "on_the_day", False, 1, None, *row) for row in rows]
    given["indicator_result"] = [("r", "i", 1, 10, 10, cohort_date, "met", cohort_date, True)]
    world.load(engine, given)
    world.build(engine)
    found = engine.rows("select organisation from report_attribution where is_chosen")
    assert found == [(organisation,)]
    by_entity = {key[1]: value[0] for key, value in counts(engine, "i", "all time").items()}
    assert by_entity == {h: int(h == organisation) for h in "abcd"} | {"not attributed": int(organisation is None)}


def test_undated_results_have_a_period_of_their_own(engine: Engine) -> None:
    given = tables()
    given["indicator_result"] = [("r", "i", 1, 10, 10, None, "met", None, True)]
    world.load(engine, given)
    world.build(engine)
    assert {p: counts(engine, "i", p)["trust", "T1"][0] for p in ("undated", "all time")} == {
        "undated": 1,
        "all time": 1,
    }


def test_no_stale_entity_stays(engine: Engine) -> None:
    """A hospital that drops out of the bridge is gone from a table rebuilt, whatever stood there before."""
    given = tables()
    given["organisation_level"] = [row for row in BRIDGE if row[1] != "a"]
    world.load(engine, given)
    world.build(engine)
    assert ("hospital", "a") not in counts(engine, "i", "all time")
    assert counts(engine, "i", "all time")["trust", "T1"] == (1, 0, 1, 0)


def test_strata_of_each_entity(engine: Engine) -> None:
    """Persons 1, 2 and 5 are girls, 3, 4 and 6 boys; every entity stands in both strata, and in the whole."""
    given = tables()
    girls = {1, 2, 5}
    given["fct_cohort_stratum"] = [
        ("r", person, DAYS[person], "sex", "girl" if person in girls else "boy") for person in range(1, 7)
    ]
    world.load(engine, given)
    world.build(engine)
    rows = engine.rows(
        "select stratifier, stratum, entity, met, not_met, unresolved, excluded from agg_indicator_by_level "
        "where indicator = 'i' and period = 'all time' and level_name = 'trust'"
    )
    assert {row[:3]: row[3:] for row in rows} == {
        ("all", "all", "T1"): (3, 1, 1, 0),
        ("all", "all", "T2"): (0, 0, 0, 1),
        ("all", "all", "T3"): (0, 0, 0, 0),
        ("all", "all", "not attributed"): (2, 0, 0, 0),
        ("sex", "girl", "T1"): (2, 1, 0, 0),
        ("sex", "girl", "T2"): (0, 0, 0, 0),
        ("sex", "girl", "T3"): (0, 0, 0, 0),
        ("sex", "girl", "not attributed"): (0, 0, 0, 0),
        ("sex", "boy", "T1"): (1, 0, 1, 0),
        ("sex", "boy", "T2"): (0, 0, 0, 1),
        ("sex", "boy", "T3"): (0, 0, 0, 0),
        ("sex", "boy", "not attributed"): (0, 0, 0, 0),
    }
    assert len(rows) == 12


def test_the_case_mix_of_each_entity(engine: Engine) -> None:
    """Persons 1 to 6 count once each, whatever their statuses; 7, of no known organisation, and 8, of none, beside them."""
    given = tables()
    given["fct_cohort_stratum"] = [
        ("r", person, DAYS[person], "sex", "girl" if person in {1, 2, 5, 7} else "boy") for person in range(1, 9)
    ]
    world.load(engine, given)
    world.build(engine)
    rows = engine.rows(
        "select period, entity, stratum, n_keys, of_keys, cast(share_of_keys as varchar) from agg_case_mix "
        "where level_name = 'trust' and entity <> 'T3' order by period, entity, stratum"
    )
    assert rows == [
        ("all time", "T1", "all", 5, 5, "1.000000"),
        ("all time", "T1", "boy", 2, 5, "0.400000"),
        ("all time", "T1", "girl", 3, 5, "0.600000"),
        ("all time", "T2", "all", 1, 1, "1.000000"),
        ("all time", "T2", "boy", 1, 1, "1.000000"),
        ("all time", "T2", "girl", 0, 1, "0.000000"),
        ("all time", "not attributed", "all", 2, 2, "1.000000"),
        ("all time", "not attributed", "boy", 1, 2, "0.500000"),
        ("all time", "not attributed", "girl", 1, 2, "0.500000"),
        ("first_half", "T1", "all", 4, 4, "1.000000"),
        ("first_half", "T1", "boy", 1, 4, "0.250000"),
        ("first_half", "T1", "girl", 3, 4, "0.750000"),
        ("first_half", "T2", "all", 0, 0, None),
        ("first_half", "T2", "boy", 0, 0, None),
        ("first_half", "T2", "girl", 0, 0, None),
        ("first_half", "not attributed", "all", 2, 2, "1.000000"),
        ("first_half", "not attributed", "boy", 1, 2, "0.500000"),
        ("first_half", "not attributed", "girl", 1, 2, "0.500000"),
        ("second_half", "T1", "all", 1, 1, "1.000000"),
        ("second_half", "T1", "boy", 1, 1, "1.000000"),
        ("second_half", "T1", "girl", 0, 1, "0.000000"),
        ("second_half", "T2", "all", 1, 1, "1.000000"),
        ("second_half", "T2", "boy", 1, 1, "1.000000"),
        ("second_half", "T2", "girl", 0, 1, "0.000000"),
        ("second_half", "not attributed", "all", 0, 0, None),
        ("second_half", "not attributed", "boy", 0, 0, None),
        ("second_half", "not attributed", "girl", 0, 0, None),
    ]
    unknown = engine.rows("select distinct n_keys, of_keys, share_of_keys from agg_case_mix where entity = 'T3'")
    assert unknown == [(0, 0, None)]


def test_a_case_mix_counts_cohort_keys_not_rows_of_results(engine: Engine) -> None:
    """A row for the person is no key; a key without a date stands in all time alone, and in a stratum like any other."""
    given = tables()
    given["indicator_result"] = [
        ("r", "i", 1, 10, 10, None, "met", None, True),
        ("r", "i", 2, 20, 20, "2024-02-10", "met", "2024-02-10", False),
        ("r", "j", 1, None, 1, None, "met", None, True),
        ("r", "j", 2, None, 2, "2024-02-10", "met", "2024-02-10", True),
    ]
    given["report_cohort_keys"] = [("r", 1, 10, 10, None), ("r", 2, 20, 20, "2024-02-10")]
    given["fct_cohort_stratum"] = [("r", 1, None, "sex", "girl"), ("r", 2, "2024-02-10", "sex", "boy")]
    world.load(engine, given)
    world.build(engine)
    rows = engine.rows(
        "select period, stratum, n_keys, of_keys from agg_case_mix where entity = 'T1' order by period, stratum"
    )
    assert rows == [("all time", "all", 1, 1), ("all time", "boy", 0, 1), ("all time", "girl", 1, 1)]


def test_an_unavailable_indicator_has_no_counts(engine: Engine) -> None:
    given = tables()
    given["dim_indicator"] = [
        given["dim_indicator"][0],
        ("r", "j", 2, 1, "proportion", "70", "higher", False, "J", "percent", "r.j"),
    ]
    world.load(engine, given)
    world.build(engine)
    rows = engine.rows(
        "select distinct met, not_met, eligible, exception, unresolved, excluded, ineligible, rate, lowest_rate, lower_95, verdict "
        "from agg_indicator_by_level where indicator = 'j'"
    )
    assert rows == [(*[None] * 10, "unavailable")]
    funnel = engine.rows(
        "select distinct eligible, peer_rank, outlier_class from agg_indicator_funnel where indicator = 'j'"
    )
    assert funnel == [(None, None, "not assessed")]
    assert engine.rows("select count(*) from agg_indicator_trend where indicator = 'j'") == [(0,)]


def test_days_outside_the_calendar_have_a_period_of_their_own(engine: Engine) -> None:
    given = tables()
    given["report_period"] = [("r", "year", "1899", "1899-01-01", "1899-12-31")]
    given["indicator_result"] = [("r", "i", 1, 10, 10, day, "met", day, True) for day in ("1899-12-31", "1900-01-01")]
    world.load(engine, given)
    world.build(engine)
    found = {p: counts(engine, "i", p)["trust", "T1"][0] for p in ("outside the calendar", "all time")}
    assert found == {"outside the calendar": 1, "all time": 2}
    assert counts(engine, "i", "1899") == {}


def test_one_table_for_those_who_want_one(engine: Engine) -> None:
    """Of persons 1 to 8 six have an organisation that the levels know; all eight are in the whole."""
    given = tables()
    given["fct_cohort_stratum"] = [("r", person, DAYS[person], "sex", "girl") for person in range(1, 9)]
    world.load(engine, given)
    world.build(engine)
    of_all_time = {
        row[:3]: row[3:]
        for row in engine.rows(
            "select level_name, entity, stratum, entity_title, met, not_met, eligible, rate, lower_95, upper_95, verdict, is_certain "
            "from indicator_overview where indicator = 'i' and period_kind = 'all_time'"
        )
    }
    # 5 of 6 beside 70 percent: (2 * 5 + z^2 -+ z sqrt(z^2 + 4 * 5 / 6)) / (2 (6 + z^2)), with z = 1.959963985
    interval = (Decimal("0.833333"), Decimal("0.436497"), Decimal("0.969947"))
    assert of_all_time["all", "all", "all"] == ("Everyone", 5, 1, 6, *interval, "reached", False)
    assert of_all_time["all", "all", "girl"] == ("Everyone", 5, 1, 6, *interval, "not certain", False)
    assert of_all_time["national", "all", "all"][1:4] == (3, 1, 4)
    assert of_all_time["trust", "T1", "girl"][1:4] == (3, 1, 4)
    said = "report_title, title, period_key, indicator_key, benchmark_unit, better"
    named = engine.rows(f"select distinct {said} from indicator_overview where period_kind = 'all_time' order by title")
    assert [row[:4] for row in named] == [
        ("R", "I", "r.all_time.all time", "r.i"),
        ("R", "J", "r.all_time.all time", "r.j"),
    ]


def test_the_whole_of_the_overview_is_the_report(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    key = "indicator_key, period_key, stratifier, stratum"
    numbers = "met, not_met, eligible, exception, unresolved, excluded, ineligible, rate, lower_95, upper_95, start_date, end_date"
    whole = engine.rows(f"select {key}, {numbers} from indicator_overview where level_name = 'all' order by {key}")
    assert whole == engine.rows(f"select {key}, {numbers} from agg_indicator order by {key}")
    levels = engine.rows(
        f"select {key}, entity_key, rate, lower_95 from indicator_overview where level_name <> 'all' order by {key}, entity_key"
    )
    assert levels == engine.rows(
        f"select {key}, entity_key, rate, lower_95 from agg_indicator_by_level order by {key}, entity_key"
    )
    assert len({row[1] for row in whole}) > 1


class PrintedFrom:
    """The marts of an engine, as `measuremart report` asks them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def rows(self, sql: str) -> list[dict[str, Any]]:
        function = "to_json" if self.engine.name == "duckdb" else "row_to_json"
        found = self.engine.rows(f"select {function}(asked) from ({compiled(sql, self.engine.name)}) as asked")
        return [json.loads(row) if isinstance(row, str) else row for (row,) in found]


def test_the_report_says_who_is_not_attributed_at_each_level(engine: Engine) -> None:
    """Of 8 persons, 8 has no organisation, and 7's is unknown; c, of persons 5 and 6, is in no network."""
    world.load(engine, tables())
    world.build(engine)
    for name, columns in {
        "dim_unavailable": "report text, part text, name text, construct text, definition text, reason text",
        "fct_dropped_event": "construct text, definition text, reason text, n_rows bigint",
        "fct_empty_definition": "pack text, remedy text, kind text, definition text, reason text, n_rows bigint",
    }.items():
        engine.execute(f"create temp table {name} ({columns})")
    marts: Any = PrintedFrom(engine)
    types = SimpleNamespace(grain=SimpleNamespace(level="episode"))
    levels = ("hospital", "trust", "network", "national")
    report: Any = SimpleNamespace(levels=levels, types=types, cohorts=(), indicators=(), counted=())
    plan: Any = SimpleNamespace(cohorts={}, measures={})
    said = {}
    for period in ("all time", "second_half"):
        rows = report_rows(marts, "r", Cut(period=period))
        lines = lines_below(rows, note_rows(marts, "r", "r", has_levels=True), plan, report)
        said[period] = [line for line in lines if line.startswith(("not attributed", "no organisation"))]
    assert said["all time"] == [
        "not attributed: 2 of 8 persons: 1 without an organisation, 1 with one that belongs to no level",
        "no organisation of the level, of 8 episodes: hospital 2, trust 2, network 4, national 2",
    ]
    assert said["second_half"] == [
        "not attributed in all periods: 2 of 8 persons: 1 without an organisation, 1 with one that belongs to no level",
        "no organisation of the level in all periods, of 8 episodes: hospital 2, trust 2, network 4, national 2",
    ]


def test_not_attributed_is_printed_last(engine: Engine) -> None:
    world.load(engine, tables())
    world.build(engine)
    marts: Any = PrintedFrom(engine)
    titles = [row["entity_title"] for row in report_rows(marts, "r", Cut(level="trust")) if row["indicator"] == "i"]
    assert titles == ["T1", "T2", "T3", "Not attributed"]


def test_keys_of_no_month_stand_beside_the_months(engine: Engine) -> None:
    """Undated keys, and those before 1900, are in no month; a table of months without them would hold fewer than all."""
    given = tables()
    given["report_period"] = [("r", "month", "2024-01", "2024-01-01", "2024-01-31")]
    given["indicator_result"] = [
        ("r", "i", n, 10 * n, 10 * n, day, "met", day, True)
        for n, day in enumerate(["2024-01-10", "2024-01-11", None, "1899-12-31"], start=1)
    ]
    world.load(engine, given)
    world.build(engine)
    marts: Any = PrintedFrom(engine)
    rows = report_rows(marts, "r", Cut(period="month"))
    assert {row["period"]: row["met"] for row in rows if row["indicator"] == "i"} == {
        "2024-01": 2, "undated": 1, "outside the calendar": 1,
    }  # fmt: skip
    assert {row["period"] for row in rows if row["indicator"] == "j"} == {"2024-01"}


def test_the_query_of_the_page_adds_up_to_the_report(engine: Engine) -> None:
    """Rate per month, stratum and indicator: one select over one relation, for a report with levels and one without."""
    (query,) = (q.sql for q in marts_page.queries() if "indicator_overview" in q.sql)
    assert len(re.findall(r"\b(?:from|join)\b", query)) == 1
    given = tables()
    given["dim_report"] += [("s", "p", True, "S")]
    given["dim_indicator"] += [("s", "i", 1, 1, "proportion", "70", "higher", True, "I", "percent", "s.i")]
    for table in ("indicator_result", "report_cohort_keys"):
        given[table] += [("s", *row[1:]) for row in given[table]]
    given["fct_cohort_stratum"] = [
        (report, person, DAYS[person], "sex", "girl" if person in {1, 2, 5} else "boy")
        for report in ("r", "s")
        for person in DAYS
    ]
    last = {n: 29 if n == 2 else 30 if n in {4, 6, 9, 11} else 31 for n in range(1, 13)}
    given["report_period"] = [
        (report, "month", f"2024-{n:02}", f"2024-{n:02}-01", f"2024-{n:02}-{last[n]}") for report in "rs" for n in last
    ]
    world.load(engine, given)
    world.build(engine)
    for report, levels in (("r", ("hospital", "trust", "network", "national")), ("s", ())):
        asked = re.sub(r"\nlimit \d+$", "", query).replace("marts.", "").replace("'lung_mdt'", f"'{report}'")
        names = (
            "title, level_name, entity_title, stratifier, stratum, period, eligible, met, percent, at_least, at_most"
        )
        monthly: dict[tuple[Any, ...], Any] = {}
        totals: Counter[tuple[Any, ...]] = Counter()
        for *part, period, eligible, met, percent, low, high in engine.rows(f"select {names} from ({asked}) as q"):
            monthly[*part, period] = (eligible, met, percent, low, high)
            totals.update({(*part, "eligible"): eligible, (*part, "met"): met})
        assert {part[1] for part in totals} == {"all", *levels}
        assert {part[4] for part in monthly} == {"all", "girl", "boy"}
        printed: dict[tuple[Any, ...], Any] = {}
        all_time: Counter[tuple[Any, ...]] = Counter()
        for level in (None, *levels):
            for by in (None, "sex"):
                for row in report_rows(PrintedFrom(engine), report, Cut(level, by, "month")):
                    key = (row["title"], level or "all", row["entity_title"] or "Everyone", by or "all", row["stratum"])
                    if row["eligible"]:
                        rounded = [round(100 * row[name], 1) for name in ("rate", "lower_95", "upper_95")]
                        printed[*key, row["period"]] = (row["eligible"], row["met"], *rounded)
                for row in report_rows(PrintedFrom(engine), report, Cut(level, by)):
                    key = (row["title"], level or "all", row["entity_title"] or "Everyone", by or "all", row["stratum"])
                    all_time.update({(*key, "eligible"): row["eligible"], (*key, "met"): row["met"]})
        assert monthly == printed
        assert totals == all_time
        assert totals["I", "all", "Everyone", "all", "all", "eligible"] == 6
        assert totals["I", "all", "Everyone", "sex", "girl", "met"] == 2


def test_a_dimension_of_periods_has_those_in_use(engine: Engine) -> None:
    """A month that nobody falls into is in the calendar of the report, not in the slicer; a named period always is."""
    given = tables()
    given["report_period"] = [
        ("r", "month", "2024-01", "2024-01-01", "2024-01-31", None),
        ("r", "month", "1950-01", "1950-01-01", "1950-01-31", None),
        ("r", "named", "audit_99", "2098-01-01", "2098-12-31", "2099-01-01"),
    ]
    world.load(engine, given)
    world.build(engine)
    found = engine.rows("select period from dim_reference_period where start_date is not null and report = 'r'")
    assert sorted(found) == [("2024-01",), ("audit_99",)]
