"""What must not change an answer: the order of rows, rows that stand twice, persons who have nothing to do with it, and
what happens after the day that everything is seen from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lab.tiers import size

from property import worlds
from property.bench import Answers, Case, models_of, plan_of
from property.cases import numbered
from property.comparison import Trial, trial
from property.definitions import write_measures
from property.reports import write_reports

SEED = 2718
NUMBERS = range(size(12, 30))


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Iterator[Trial]:
    with trial(postgres_dsn) as opened:
        yield opened


def case_of(number: int) -> Case:
    return numbered(SEED, number, write_reports if number % 4 == 0 else write_measures)


def sets_of(answers: Answers, below: int | None = None) -> dict[str, Any]:
    """Return what is not a bag, of persons below a number."""
    found: dict[str, Any] = {}
    for name, rows in answers.items():
        if not name.startswith(("subquery__", "match__", "matched_rows__", "recorded__", "concept_set__")):
            person = 1 if "__results" in name else 0
            found[name] = [r for r in rows if below is None or r[person] < below] if isinstance(rows, list) else rows
    return found


def unchanged(judge: Trial, case: Case, rows: worlds.Rows, below: int | None = None) -> None:
    plan = plan_of(case.text()).plan
    models = models_of(plan)
    for bench in judge.benches:
        before, after = bench.ask(plan, models, case.rows), bench.ask(plan, models, rows)
        assert sets_of(after, below) == sets_of(before), (bench.name, case.text())
    changed = judge.compare(plan, replace(case, rows=rows))
    assert not changed.differences


@pytest.mark.parametrize("number", NUMBERS[::3])
def test_the_order_of_rows_changes_nothing(judge: Trial, number: int) -> None:
    case = case_of(number)
    unchanged(judge, case, worlds.shuffled(case.rows, number))


@pytest.mark.parametrize("number", NUMBERS[1::3])
def test_rows_that_stand_twice_change_no_measure(judge: Trial, number: int) -> None:
    case = case_of(number)
    unchanged(judge, case, worlds.doubled(case.rows, number))


@pytest.mark.parametrize("number", NUMBERS[2::3])
def test_other_persons_change_nothing(judge: Trial, number: int) -> None:
    case = case_of(number)
    rows, beyond = worlds.with_strangers(case.rows, number, case.population)
    unchanged(judge, case, rows, beyond)


@pytest.mark.parametrize("number", range(100, 110))
def test_what_happens_after_as_of_changes_nothing(judge: Trial, number: int) -> None:
    """A report of the past can be made again: later rows are not there yet, and later ends are not these yet."""
    case = case_of(number)
    rows, _ = worlds.before_as_of(case.rows)
    unchanged(judge, case, rows)


def test_the_worlds_have_something_after_as_of() -> None:
    changes = [worlds.before_as_of(case_of(number).rows)[1] for number in range(100, 140)]
    assert sum(n > 3 for n in changes) >= 5
