"""Statistical macros beside published worked figures and beside plain arithmetic, on both engines."""

import math
import random
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from lab.direct import compiled
from lab.engines import DuckDbEngine, Engine, PostgresEngine

Z95, Z998 = "1.959963985", "3.090232306"


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    is_duckdb = request.param == "duckdb"
    found: Engine = DuckDbEngine() if is_duckdb else PostgresEngine(request.getfixturevalue("postgres_dsn"))
    found.begin()
    yield found
    found.rollback()
    found.close()


def computed(engine: Engine, expression: str, columns: str, rows: list[tuple[Any, ...]]) -> list[Any]:
    """The value of a macro for each row, in order."""
    names = ["position", *(part.split()[0] for part in columns.split(", "))]
    engine.execute(f"create temp table given (position integer, {columns})")
    values = ", ".join(f"({', '.join(str(v) for v in (n, *row))})" for n, row in enumerate(rows))
    engine.execute(f"insert into given ({', '.join(names)}) values {values}")
    sql = compiled(f"select {{{{ {expression} }}}} as answer from given order by position", engine.name)
    found = [row[0] for row in engine.rows(sql)]
    engine.execute("drop table given")
    return found


# Issue and Newcombe, Stat Med 17 (1998) 857-872, table I, method 3 (score method, no continuity correction).
WILSON = [
    (Z95, 1, 100, 0.0017674, 0.0544862, 7),
    (Z998, 1, 100, 0.000873, 0.104554, 6),
    (Z95, 81, 263, 0.2553, 0.3662, 4),
    (Z95, 15, 20, 0.531299, 0.888138, 6),  # these three by hand with the formula of 1927
    (Z95, 0, 10, 0.0, 0.277533, 6),
    (Z95, 10, 10, 0.722467, 1.0, 6),
    (Z95, 15, 148, 0.0624, 0.1605, 4),
    (Z95, 0, 20, 0.0000, 0.1611, 4),
    (Z95, 1, 29, 0.0061, 0.1718, 4),
]


@pytest.mark.parametrize(("z", "met", "eligible", "lower", "upper", "digits"), WILSON)
def test_wilson_as_published(
    engine: Engine, z: str, met: int, eligible: int, lower: float, upper: float, digits: int
) -> None:
    rows = [(met, eligible)]
    low = computed(engine, f"wilson_lower('met', 'eligible', '{z}')", "met bigint, eligible bigint", rows)
    high = computed(engine, f"wilson_upper('met', 'eligible', '{z}')", "met bigint, eligible bigint", rows)
    assert (round(low[0], digits), round(high[0], digits)) == (lower, upper)


def test_wilson_solves_its_equation(engine: Engine) -> None:
    """Both limits p solve (met/n - p)^2 = z^2 p (1 - p) / n, and lie in 0..1 around the rate; nobody eligible has none."""
    pairs = [(m, n) for n in (1, 2, 3, 7, 20, 999) for m in {0, 1, n // 2, n - 1, n}]
    for name, side in (("wilson_lower", -1), ("wilson_upper", 1)):
        found = computed(engine, f"{name}('met', 'n', '{Z95}')", "met bigint, n bigint", [*pairs, (0, 0)])
        assert found.pop() is None
        for (met, n), limit in zip(pairs, found, strict=True):
            assert 0 <= limit <= 1
            assert side * (limit - met / n) >= 0
            assert math.isclose((met / n - limit) ** 2, float(Z95) ** 2 * limit * (1 - limit) / n, abs_tol=1e-9)
            if met in (0, n):
                assert (limit == met / n) == ((met == 0) == (side < 0))


# OHID's PHStatsMethods, tests/test_data/testdata_funnel_prop_outputs.csv: population, then limits in percent around 80.642448.
OHID_FUNNEL = [
    (1, 3.204264, 100, 0, 100),
    (3, 35.933491, 100, 10.150815, 100),
    (18, 62.390093, 98.894803, 51.864359, 100),
    (41, 68.548635, 92.73626, 61.574398, 99.710497),
    (102, 72.974925, 88.309971, 68.553233, 92.731663),
    (1008, 78.203374, 83.081521, 76.796814, 84.488082),
    (110000, 80.408963, 80.875933, 80.274317, 81.010578),
]


def test_funnel_limits_as_published(engine: Engine) -> None:
    rows = [(population,) for population, *_ in OHID_FUNNEL]
    limits = [
        computed(engine, f"{name}('0.80642448', 'n', {z})", "n bigint", rows)
        for z in (Z95, Z998)
        for name in ("funnel_lower", "funnel_upper")
    ]
    found = [tuple(round(100 * limit, 6) for limit in limits_of_one) for limits_of_one in zip(*limits, strict=True)]
    assert [(low95, high95, low998, high998) for low95, high95, low998, high998 in found] == [
        pytest.approx(row[1:], abs=2e-6) for row in OHID_FUNNEL
    ]


def test_funnel_z_and_limits_agree(engine: Engine) -> None:
    """A rate at a limit is that many deviations from the target, with and without variance between entities."""
    for between in ("0", "0.0004"):
        deviation = math.sqrt(0.2 * 0.8 / 400 + float(between))
        z = computed(
            engine, f"funnel_z('met', 'n', '0.2', '{between}')", "met bigint, n bigint", [(80, 400), (96, 400)]
        )
        assert z == pytest.approx([0, 0.04 / deviation])
        lower = computed(engine, f"funnel_lower('0.2', 'n', 3, '{between}')", "n bigint", [(400,), (0,)])
        assert lower == [pytest.approx(0.2 - 3 * deviation), None]
    assert computed(
        engine, "funnel_z('met', 'n', 'target')", "met bigint, n bigint, target numeric", [(0, 5, 0), (0, 0, 0.5)]
    ) == [
        None,
        None,
    ]


# The ten units of FunnelPlotR's worked proportions (dev/workingout_binom.R).
UNITS = [(12, 82), (30, 98), (26, 100), (50, 125), (42, 162), (71, 151), (4, 12), (29, 100), (48, 82), (36, 99)]


def test_between_variance_is_dersimonian_and_laird(engine: Engine) -> None:
    """The macro, written for proportions, beside the general formula with weights, in fractions."""
    total = sum(n for _, n in UNITS)
    target = Fraction(sum(m for m, _ in UNITS), total)
    weights = [n / (target * (1 - target)) for _, n in UNITS]
    dispersion = sum(w * (Fraction(m, n) - target) ** 2 for w, (m, n) in zip(weights, UNITS, strict=True)) / len(UNITS)
    tau = (len(UNITS) * dispersion - (len(UNITS) - 1)) / (sum(weights) - sum(w * w for w in weights) / sum(weights))
    assert tau > 0
    columns = "i bigint, phi double precision, target double precision, n bigint, n2 bigint"
    squares = sum(n * n for _, n in UNITS)
    rows = [
        (len(UNITS), float(dispersion), float(target), total, squares),
        (len(UNITS), 0.9, float(target), total, squares),  # no more than chance
        (1, 5.0, 0.5, 40, 1600),  # nobody to differ from
    ]
    found = computed(engine, "between_variance('i', 'phi', 'target', 'n', 'n2')", columns, rows)
    assert found == [pytest.approx(float(tau), abs=1e-12), 0, 0]


def test_rounding_is_half_away_from_zero(engine: Engine) -> None:
    rows = [(0.125,), (-0.125,), (0.375,), (2.5,), (0.1249,), (-0.004,), (0,), ("null",)]
    found = computed(engine, "rounded('x', 2)", "x double precision", rows)
    assert [None if v is None else str(Decimal(v)) for v in found] == [
        "0.13", "-0.13", "0.38", "2.50", "0.12", "0.00", "0.00", None,
    ]  # fmt: skip


def test_ratios_round_as_fractions(engine: Engine) -> None:
    """No double stands between: ties such as 57 of 200 go up on every engine."""
    rng = random.Random(7)
    pairs = [(57, 200), (1, 128), (1, 8), (2, 3), (0, 9), (9, 9), (51_000, 51_001), (999_999, 2_000_000)]
    pairs += [(rng.randint(0, n), n) for n in (rng.choice((200, 400, 1600, 2000, 31_250)) for _ in range(200))]
    for digits in (2, 6):
        found = computed(engine, f"rounded_ratio('m', 'n', {digits})", "m bigint, n bigint", [*pairs, (0, 0)])
        assert found.pop() is None
        unit = Decimal(1).scaleb(-digits)
        wanted = [(Decimal(m) / Decimal(n)).quantize(unit, rounding=ROUND_HALF_UP) for m, n in pairs]
        assert [Decimal(v) for v in found] == wanted
