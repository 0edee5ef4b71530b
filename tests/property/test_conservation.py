"""Rows in = rows kept + rows dropped, for every subquery (semantics.md 2.3)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from measuremart.referee import Referee

from property.bench import DROPPED, Case, models_of, plan_of, world_of
from property.cases import numbered
from property.comparison import Trial, trial

SEED = 1414


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Iterator[Trial]:
    with trial(postgres_dsn) as opened:
        yield opened


def with_twins(case: Case) -> dict[str, Any]:
    """Return the definitions, and of every subquery a twin that drops only what has no person; rows stay rows."""
    subqueries = {name: {**entry, "spans": None} for name, entry in case.definitions["subqueries"].items()}
    twins = {f"{name}_by_person": {**entry, "resolve_by": "person"} for name, entry in subqueries.items()}
    return {**case.definitions, "subqueries": {**subqueries, **twins}}


@pytest.mark.parametrize("number", range(40))
def test_rows_in_are_rows_kept_and_rows_dropped(judge: Trial, number: int) -> None:
    case = numbered(SEED, number)
    if "subqueries" not in case.definitions:
        return
    plan = plan_of(Case(case.population, with_twins(case), case.rows).text()).plan
    models = models_of(plan)
    referee = Referee(plan, world_of(case.rows))
    for bench in judge.benches:
        answers = bench.ask(plan, models, case.rows)
        kept = {name: len(answers[f"subquery__{name}"]) for name in plan.subqueries}
        dropped: Counter[str] = Counter()
        for construct, name, _, _, rows in answers[DROPPED]:
            dropped[name] += rows if construct == "subquery" else 0
        for name, named in plan.subqueries.items():
            matched = len(referee.subquery(named.subquery)) + len(referee.dropped(named.subquery))
            assert kept[name] + dropped[name] == matched
        for name in case.definitions["subqueries"]:
            twin = f"{name}_by_person"
            assert kept[name] + dropped[name] == kept[twin] + dropped[twin]
