"""Referee = DuckDB = PostgreSQL for random definitions over random rows (semantics.md sections 1 to 7).

The same worlds in every run of `make test`, four times as many in `make test-long`; `make fuzz` runs thousands of other ones of
each kind. The numbers below are those of `make test-long`.
"""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from lab.tiers import size

from property.bench import RESULT, Case, ask_referee, plan_of
from property.cases import drawn, numbered
from property.comparison import Trial, told, trial
from property.definitions import Author, write_measures
from property.laws import write_laws
from property.reports import write_gaps, write_plain_reports, write_reports

SEED = 20260630
PART = size(10, 40)
PLAIN_PARTS = 3
REASON_CASES = 240


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Iterator[Trial]:
    with trial(postgres_dsn) as opened:
        yield opened


def agreed(judge: Trial, case: Case) -> bool:
    """Say whether a case is valid; fail with a small one where evaluators disagree about it, or a law is broken."""
    outcome = judge.run(case)
    if outcome.differences:
        small = judge.smallest(case, outcome)
        again = judge.run(small).differences or outcome.differences
        pytest.fail(told(small, again[0]), pytrace=False)
    return outcome.plan is not None


def all_agreed(judge: Trial, part: int, write: object) -> None:
    valid = [agreed(judge, numbered(SEED, n, write)) for n in range(part * PART, (part + 1) * PART)]  # type: ignore[arg-type]
    assert sum(valid) >= PART - max(1, PART // 20), "too many of the drawn definitions are not valid"


@pytest.mark.parametrize("part", range(4))
def test_measures(judge: Trial, part: int) -> None:
    """160 worlds, each with two random measures, the named parts of them, and their subqueries."""
    all_agreed(judge, part, write_measures)


def test_reports(judge: Trial) -> None:
    """40 worlds, each with a report: cohorts, denominators, indicators, the report's cohort and its results."""
    all_agreed(judge, 0, write_reports)


@pytest.mark.parametrize("part", range(PLAIN_PARTS))
def test_reports_of_plain_measures(judge: Trial, part: int) -> None:
    """120 more: less depth, so that more keys are due and each reason occurs (`test_reasons_occur`)."""
    all_agreed(judge, part, write_plain_reports)


def test_reasons_occur() -> None:
    """Of what such reports say, the first 120 of them and 120 further ones, every reason is among it."""
    said: Counter[str] = Counter()
    code = RESULT.index("reason_code")
    for number in range(REASON_CASES):
        case = numbered(SEED, number, write_plain_reports)
        planned = plan_of(case.text())
        if planned.is_valid:
            rows = ask_referee(planned.plan, case.rows)["report__r1__results"]
            said.update(str(row[code]) for row in rows)
    assert set(said) == {
        *("met", "excluded", "unresolved", "exception", "denominator_date_unknown", "date_unknown"),
        "window_open",
        *("too_early", "too_late", "undated_ignored", "in_another_episode", "recorded_not_met", "no_candidate"),
        *("denominator_outside_window", "not_in_denominator"),
    }


def test_reports_with_gaps(judge: Trial) -> None:
    """40 worlds, each with a report above incomplete definitions: what is available is the same to all."""
    all_agreed(judge, 0, write_gaps)


def test_laws(judge: Trial) -> None:
    """40 worlds, each with four laws of the algebra over random operands."""
    all_agreed(judge, 0, write_laws)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Build a case with every choice drawn by Hypothesis."""

    def write(author: Author) -> None:
        write_measures(author, roots=1)

    return drawn(lambda low, high: draw(st.integers(low, high)), write)


@seed(SEED)
@settings(
    max_examples=size(15, 60),
    database=None,
    deadline=None,
    phases=(Phase.generate,),  # `agreed` shrinks definitions and rows together, by parts of the language
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_measures_that_hypothesis_chooses(judge: Trial, case: Case) -> None:
    """Hypothesis likes extremes and near repetitions, which a plain generator does not."""
    agreed(judge, case)
