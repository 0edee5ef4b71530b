"""Funnels, ranks and XmR charts over aggregates by level, beside published figures and plain arithmetic, on both engines."""

import datetime as dt
import math
import random
import statistics
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import levels_world as world
import pytest
from lab.engines import DuckDbEngine, Engine, PostgresEngine

AGGREGATE = (
    "report text, indicator text, period_kind text, period text, stratifier text, stratum text, level_name text, "
    "entity text, met bigint, eligible bigint, rate numeric(18, 6), better text, as_of date, indicator_key text, "
    "period_key text, entity_key text, title text"
)


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    yield found
    found.rollback()
    found.close()


def six(value: Fraction | float) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)
    return exact.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def funnel(engine: Engine, units: list[tuple[int, int]], better: str | None = "higher") -> list[dict[str, Any]]:
    """The funnel of units (met, eligible), in their order."""
    engine.execute(f"create temp table agg_indicator_by_level ({AGGREGATE})")
    direction = "null" if better is None else f"'{better}'"
    for number, (met, eligible) in enumerate(units):
        rate = six(Fraction(met, eligible)) if eligible else "null"
        engine.execute(
            "insert into agg_indicator_by_level values ('r', 'i', 'all_time', 'all time', 'all', 'all', 'unit', "
            f"'u{number:03d}', {met}, {eligible}, {rate}, {direction}, '2025-01-01', "
            f"'r.i', 'r.all_time.all time', 'omop.unit.u{number:03d}', 'I')"
        )
    world.build(engine, "agg_indicator_funnel")
    names = [
        "peers",
        "pooled_rate",
        "dispersion",
        "between_variance",
        "alert_lower",
        "alert_upper",
        "alarm_lower",
        "alarm_upper",
        "overdispersed_alert_lower",
        "overdispersed_alarm_upper",
        "z_score",
        "overdispersed_z_score",
        "outlier_class",
        "overdispersed_outlier_class",
        "direction",
        "peer_rank",
        "quartile",
    ]
    rows = engine.rows(f"select {', '.join(names)} from agg_indicator_funnel order by entity")
    return [dict(zip(names, row, strict=True)) for row in rows]


def by_hand(units: list[tuple[int, int]]) -> tuple[float, float, float, list[float]]:
    """Pooled rate, phi, tau squared and scores, after Spiegelhalter 2005, in doubles from the text's formulas."""
    target = sum(m for m, _ in units) / sum(n for _, n in units)
    variances = [target * (1 - target) / n for _, n in units]
    z = [(m / n - target) / math.sqrt(v) for (m, n), v in zip(units, variances, strict=True)]
    tenths = statistics.quantiles(z, n=10, method="inclusive")
    held = [min(max(score, tenths[0]), tenths[-1]) for score in z]
    phi = sum(score * score for score in held) / len(z)
    w = [1 / v for v in variances]
    tau = max(0.0, (len(z) * phi - (len(z) - 1)) / (sum(w) - sum(x * x for x in w) / sum(w)))
    return target, phi, tau, z


# The ten units of FunnelPlotR's worked proportions (dev/workingout_binom.R).
UNITS = [(12, 82), (30, 98), (26, 100), (50, 125), (42, 162), (71, 151), (4, 12), (29, 100), (48, 82), (36, 99)]


def test_funnel_of_ten_units(engine: Engine) -> None:
    found = funnel(engine, UNITS)
    target, phi, tau, z = by_hand(UNITS)
    assert tau > 0
    for row, (_, n), score in zip(found, UNITS, z, strict=True):
        deviation = math.sqrt(target * (1 - target) / n)
        wide = math.sqrt(target * (1 - target) / n + tau)
        wanted = {
            "pooled_rate": target, "dispersion": phi, "between_variance": tau, "z_score": score, "overdispersed_z_score": score * deviation / wide,
            "alert_lower": max(0, target - 2 * deviation), "alert_upper": min(1, target + 2 * deviation),
            "alarm_lower": max(0, target - 3 * deviation), "alarm_upper": min(1, target + 3 * deviation),
            "overdispersed_alert_lower": max(0, target - 2 * wide), "overdispersed_alarm_upper": min(1, target + 3 * wide),
        }  # fmt: skip
        assert {name: float(row[name]) for name in wanted} == pytest.approx(wanted, abs=2e-6)
    assert [row["outlier_class"] for row in found] == [
        "alarm", "within limits", "within limits", "within limits", "alert", "alarm", "within limits", "within limits",
        "alarm", "within limits",
    ]  # fmt: skip
    assert {row["overdispersed_outlier_class"] for row in found} == {"within limits", "alert"}
    assert [row["direction"] for row in found][:2] == ["worse", "worse"]
    assert found[5]["direction"] == "better"


def test_funnels_of_random_units(engine: Engine) -> None:
    rng = random.Random(3)
    units = [(rng.randint(0, n), n) for n in (rng.randint(1, 400) for _ in range(60))]
    found = funnel(engine, units)
    _, phi, tau, z = by_hand(units)
    assert float(found[0]["dispersion"]) == pytest.approx(phi, abs=1e-5)
    assert float(found[0]["between_variance"]) == pytest.approx(tau, abs=1e-8)
    assert [float(row["z_score"]) for row in found] == pytest.approx(z, abs=1e-6)
    assert all((row["outlier_class"] == "alarm") == (abs(score) > 3) for row, score in zip(found, z, strict=True))


def test_exactly_two_deviations_is_no_alert(engine: Engine) -> None:
    # pooled 50 of 100 and more; 60 of 100 is 2 deviations of 0.05 above one half
    found = funnel(engine, [(60, 100), (40, 100), (61, 100), (39, 100), (50, 100)])
    assert [row["outlier_class"] for row in found] == [
        "within limits", "within limits", "alert", "alert", "within limits",
    ]  # fmt: skip
    assert [row["direction"] for row in found] == ["better", "worse", "better", "worse", None]


@pytest.mark.parametrize(
    ("units", "classes"),
    [
        ([(3, 4)], ["not assessed"]),  # nobody to compare with
        ([(3, 4), (0, 0)], ["not assessed", "not assessed"]),
        ([(4, 4), (5, 5)], ["not assessed", "not assessed"]),  # no variance: all got it
        ([(0, 4), (0, 5)], ["not assessed", "not assessed"]),
        ([(1, 2), (1, 2)], ["within limits", "within limits"]),
    ],
)
def test_nothing_to_assess(engine: Engine, units: list[tuple[int, int]], classes: list[str]) -> None:
    assert [row["outlier_class"] for row in funnel(engine, units)] == classes


@pytest.mark.parametrize(
    ("better", "units", "ranks", "quartiles"),
    [
        ("higher", [(9, 10), (5, 10), (5, 10), (1, 10)], [1, 2, 2, 4], [1, 2, 2, 4]),
        ("lower", [(9, 10), (5, 10), (5, 10), (1, 10)], [4, 2, 2, 1], [4, 2, 2, 1]),
        (None, [(1, 10), (9, 10), (0, 0), (5, 10)], [3, 1, None, 2], [None] * 4),  # three peers: no quartiles
        ("higher", [(9, 10), (8, 10), (7, 10), (6, 10), (5, 10)], [1, 2, 3, 4, 5], [1, 1, 2, 3, 4]),
        ("higher", [(1, 2), (2, 4), (3, 6), (4, 8)], [1, 1, 1, 1], [1, 1, 1, 1]),
    ],
)
def test_ranks(engine: Engine, better: str | None, units: Any, ranks: Any, quartiles: Any) -> None:
    found = funnel(engine, units, better)
    assert [row["peer_rank"] for row in found] == ranks
    assert [row["quartile"] for row in found] == quartiles


# --- XmR


def chart(engine: Engine, rates: list[Any], better: str | None = "higher") -> list[dict[str, Any]]:
    """The chart of rates (None: nobody eligible), one a month."""
    engine.execute(f"create temp table agg_indicator_by_level ({AGGREGATE})")
    engine.execute(
        "create temp table report_period (report text, period_kind text, period text, start_date date, end_date date)"
    )
    direction = "null" if better is None else f"'{better}'"
    for number, rate in enumerate(rates):
        first = dt.date(2020 + number // 12, 1 + number % 12, 1)
        engine.execute(f"insert into report_period values ('r', 'month', '{first:%Y-%m}', '{first}', '{first}')")
        engine.execute(
            f"insert into agg_indicator_by_level values ('r', 'i', 'month', '{first:%Y-%m}', 'all', 'all', 'unit', 'u', "
            f"0, {0 if rate is None else 10}, {'null' if rate is None else rate}, {direction}, '2025-01-01', 'r.i', 'r.month.{first:%Y-%m}', 'omop.unit.u', 'I')"
        )
    world.build(engine, "agg_indicator_trend")
    names = [
        "points",
        "has_trial_limits",
        "mean_rate",
        "lower_limit",
        "upper_limit",
        "is_astronomical",
        "is_shift",
        "is_trend",
        "is_two_of_three",
        "variation",
        "spc_rules",
    ]
    rows = engine.rows(f"select {', '.join(names)} from agg_indicator_trend order by place")
    return [dict(zip(names, row, strict=True)) for row in rows]


def marked(found: list[dict[str, Any]], flag: str) -> list[int]:
    return [number for number, row in enumerate(found) if row[flag]]


def test_limits_as_published(engine: Engine) -> None:
    """NHSRplotthedots, vignette "Deviations from Excel defaults": what the Excel tool gives, here in hundredths.

    Its moving ranges are all counted: mean 1.944444, mean range 32 / 17, limits -3.06 and 6.95 as the vignette prints them.
    """
    data = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    found = chart(engine, [Decimal(x) / 100 for x in data])
    first = found[0]
    assert [round(100 * first[name], 2) for name in ("mean_rate", "lower_limit", "upper_limit")] == [
        Decimal("1.94"), Decimal("-3.06"), Decimal("6.95"),
    ]  # fmt: skip
    centre, reach = Fraction(35, 1800), Fraction(266, 100) * Fraction(32, 1700)
    assert first["mean_rate"] == six(centre)
    assert (first["lower_limit"], first["upper_limit"]) == (six(centre - reach), six(centre + reach))
    assert marked(found, "is_astronomical") == [4]
    assert (first["points"], first["has_trial_limits"]) == (18, False)


def test_limits_of_the_nist_flow_rates(engine: Engine) -> None:
    """NIST/SEMATECH e-Handbook, 6.3.2.2: mean 50.81, mean range 1.8778; its limits 45.8159 and 55.8041 take 3 / 1.128 for 2.66."""
    flow = ["49.6", "47.6", "49.9", "51.3", "47.8", "51.2", "52.6", "52.4", "53.6", "52.1"]
    first = chart(engine, [Decimal(x) / 100 for x in flow])[0]
    assert 100 * first["mean_rate"] == Decimal("50.81")
    mean_range = (first["upper_limit"] - first["mean_rate"]) / Decimal("2.66") * 100
    assert round(mean_range, 4) == Decimal("1.8778")
    published = [float(first["mean_rate"]) * 100 + side * 3 * float(mean_range) / 1.128 for side in (-1, 1)]
    assert published == pytest.approx([45.8159, 55.8041], abs=1e-4)
    assert first["has_trial_limits"]


# The rules as tests/testthat/test-ptd_calculate_point_type.R of NHSRplotthedots draws them.
LOW, HIGH = "0.4", "0.6"


def test_shift_is_seven_on_one_side(engine: Engine) -> None:
    # nine above, two below: above at 2..10 of which all are part of a run of seven or more
    found = chart(engine, [LOW, LOW, *[HIGH] * 9, LOW, LOW, LOW])
    assert marked(found, "is_shift") == list(range(2, 11))
    assert {found[n]["variation"] for n in range(2, 11)} == {"improvement"}


def test_six_on_one_side_are_no_shift(engine: Engine) -> None:
    assert marked(chart(engine, [HIGH] * 6 + [LOW] * 6), "is_shift") == []


def test_a_point_on_the_mean_ends_a_run(engine: Engine) -> None:
    """Six above, one on the mean, one above: the mean is exactly one half."""
    found = chart(engine, [HIGH] * 6 + ["0.5", HIGH, "0.5"] + [LOW] * 5 + ["0.3"])
    assert found[0]["mean_rate"] == Decimal("0.5")
    assert marked(found, "is_shift") == []


def test_trend_is_seven_points_each_beyond_the_last(engine: Engine) -> None:
    rising = [Decimal(n) / 100 for n in (52, 51, 52, 53, 54, 55, 56, 57, 53)]
    assert marked(chart(engine, rising), "is_trend") == list(range(1, 8))


@pytest.mark.parametrize("points", [(1, 2, 3, 4, 5, 6), (1, 2, 3, 3, 4, 5, 6), (7, 6, 5, 4, 3, 2, 2)])
def test_no_trend(engine: Engine, points: tuple[int, ...]) -> None:
    assert marked(chart(engine, [Decimal(n) / 100 for n in points]), "is_trend") == []


def test_falling_is_a_trend_and_concern_below_the_mean(engine: Engine) -> None:
    found = chart(engine, [Decimal(n) / 100 for n in (57, 56, 55, 54, 53, 52, 51)])
    assert marked(found, "is_trend") == list(range(7))
    assert [row["variation"] for row in found[:2]] == ["improvement"] * 2
    assert [row["variation"] for row in found[-2:]] == ["concern"] * 2


def test_two_of_three_near_one_limit(engine: Engine) -> None:
    """Sixteen points that go up and down; the last three lie above the mean, the first and third of them near the limit."""
    plain = [Decimal(x) for x in ("0.51", "0.49") * 8]
    found = chart(engine, [*plain, "0.555", "0.52", "0.555"])
    reach = found[0]["upper_limit"] - found[0]["mean_rate"]
    assert found[0]["mean_rate"] + reach * 2 / 3 < Decimal("0.555") < found[0]["upper_limit"]
    assert marked(found, "is_two_of_three") == [16, 18]
    assert marked(found, "is_astronomical") == []


@pytest.mark.parametrize(
    ("last", "outside", "of_two"),
    [
        # Mean 0.5089, two sigma 0.5513, limit 0.5725: the second point is outside, the third beyond two sigma
        (("0.52", "0.59", "0.56"), [17], [17, 18]),
        # mean 0.51, two sigma 0.5504, limit 0.5706: both are outside
        (("0.52", "0.59", "0.58"), [17, 18], [17, 18]),
        # mean 0.5089, two sigma 0.5592, limit 0.5843: the first and the third; the one between is only part of the three
        (("0.59", "0.52", "0.56"), [16], [16, 18]),
        # mean 0.5068, two sigma 0.5541, limit 0.5778: one of three
        (("0.59", "0.53", "0.51"), [16], []),
    ],
)
def test_a_point_outside_the_limits_is_one_of_two_of_three(
    engine: Engine, last: tuple[str, str, str], outside: list[int], of_two: list[int]
) -> None:
    """The rules of November 2023: a point beyond three sigma is beyond two, too (NHSRplotthedots, issue 194)."""
    found = chart(engine, [*["0.51", "0.49"] * 8, *last])
    assert marked(found, "is_astronomical") == outside
    assert marked(found, "is_two_of_three") == of_two
    assert marked(found, "is_shift") == []
    assert {found[n]["variation"] for n in (*outside, *of_two)} == {"improvement"}
    assert {row["spc_rules"] for row in found} == {"making_data_count_2023_11"}


def test_exactly_two_sigma_is_not_beyond(engine: Engine) -> None:
    """Mean 0.518, mean range 1.2 / 19, limit 0.686, so two sigma is 0.63: the last point lies on it, the one before beyond."""
    found = chart(engine, [*["0.53", "0.47"] * 8, "0.50", "0.53", "0.70", "0.63"])
    first = found[0]
    assert (first["mean_rate"], first["upper_limit"]) == (Decimal("0.518"), Decimal("0.686"))
    assert marked(found, "is_astronomical") == [18]
    assert marked(found, "is_two_of_three") == []


def test_two_of_three_on_two_sides_is_no_signal_of_its_own(engine: Engine) -> None:
    """One of them outside a limit (mean 0.5016, limit 0.5976), the other beyond two sigma below it (0.4375)."""
    found = chart(engine, [*["0.51", "0.49"] * 8, "0.60", "0.43", "0.50"])
    assert marked(found, "is_astronomical") == [16]
    assert marked(found, "is_two_of_three") == []


def test_near_both_limits_is_common_cause(engine: Engine) -> None:
    """As in NHSRplotthedots: two successive points near opposite limits are no signal."""
    data = [Decimal(50 + x) / 100 for x in (1, -1) * 7] + [Decimal("0.555"), Decimal("0.445")]
    found = chart(engine, data)
    assert {row["variation"] for row in found} == {"common cause"}


def test_a_month_without_anybody_is_no_point(engine: Engine) -> None:
    found = chart(engine, ["0.5", None, "0.6"], better=None)
    assert [row["points"] for row in found] == [2, 2]
    assert found[0]["mean_rate"] == Decimal("0.55")
    alone = engine.rows("select count(*) from agg_indicator_trend where lower_limit is null")
    assert alone == [(0,)]


def test_one_point_has_no_limits(engine: Engine) -> None:
    (only,) = chart(engine, ["0.5"])
    assert (only["lower_limit"], only["upper_limit"], only["variation"]) == (None, None, "common cause")
