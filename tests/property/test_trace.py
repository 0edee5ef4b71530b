"""`trace` and the results agree: random persons and indicators of random reports, on both engines.

The tables are built by the engine. What `trace` asks of them is answered by the engine, too: only the way there by dbt or by a
file is not in it, which tests/engines/test_trace.py goes.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lab.engines import Engine
from lab.models import HIERARCHY
from lab.tiers import size
from measuremart.plan.nodes import Plan
from measuremart.render.sql import text
from measuremart.trace.data import trace_data
from measuremart.trace.sentences import explained
from measuremart.trace.tracing import Trace, same_verdict, trace_indicator
from measuremart.warehouse.marts import PERSON

from property.bench import RESULT, RESULTS, Case, models_of, plan_of
from property.cases import numbered
from property.comparison import Trial, trial
from property.reports import write_plain_reports, write_reports

SEED = 2891
CASES = size(25, 75)
SAMPLE = 6  # persons and indicators of a case
_REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
# What a trace reads beside the relations that a case has.
_BESIDE = {
    "fct_indicator_result": f"create temp view fct_indicator_result as select * from {RESULTS}",
    "opted_out_person": "create temp table opted_out_person (population text, person_id bigint)",
}
_WORDS = {"not_met": "NOT MET", "ineligible": "NOT DUE"}


@pytest.fixture(scope="module")
def judge(postgres_dsn: str) -> Iterator[Trial]:
    with trial(postgres_dsn) as opened:
        yield opened


class Tables:
    """Answers what a trace asks of the tables of one case on one engine."""

    def __init__(self, engine: Engine, has_hierarchy: bool) -> None:
        self.engine = engine
        for statement in _BESIDE.values():
            engine.execute(statement)
        if not has_hierarchy:
            engine.execute(f"create temp table {HIERARCHY} (ancestor_concept_id bigint, descendant_concept_id bigint)")

    def __call__(self, queries: Mapping[str, str], person: int) -> dict[str, list[dict[str, Any]]]:
        return {name: self._rows(sql.replace(PERSON, str(person))) for name, sql in queries.items()}

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        asked = _REF.sub(lambda ref: ref[1], sql).replace("concept_name", "null as concept_name")
        columns = [part.split()[-1] for part in asked.removeprefix("select ").split(" from ")[0].split(", ")]
        return [dict(zip(columns, row, strict=True)) for row in self.engine.rows(asked)]


def results_of(engine: Engine, report: str, indicator: str, person: int) -> list[dict[str, Any]]:
    """The rows of the results, read apart from the trace."""
    where = f"report = {text(report)} and indicator = {text(indicator)} and person_id = {person}"
    rows = engine.rows(f"select {', '.join(RESULT)} from {RESULTS} where {where}")
    return [dict(zip(RESULT, row, strict=True)) for row in rows]


def sampled(case: Case, plan: Plan, number: int) -> list[tuple[str, int]]:
    """Draw some persons and indicators; those of the report that nobody asks are among them."""
    (model, column) = ("person", "person_id") if case.population == "clinic" else ("registrant", "registrant_id")
    persons = sorted({row[column] for row in case.rows[model] if row[column] is not None})
    asked = [i.about.name for report in plan.reports.values() for i in report.indicators]
    pairs = [(indicator, person) for indicator in asked for person in persons]
    return random.Random(f"{SEED}/{number}").sample(pairs, min(SAMPLE, len(pairs)))


def agrees(plan: Plan, trace: Trace, row: dict[str, Any]) -> None:
    """What a trace says, in its tree and in words, is what the row of the results says."""
    assert trace.built is not None
    assert trace.judged is not None
    assert same_verdict(row, trace.judged)
    assert {name: trace.built[name] for name in ("status", "reason_code", "reason_measure")} == {
        name: row[name] for name in ("status", "reason_code", "reason_measure")
    }
    said = explained(plan, trace, full=True).sections[0].lines[0]
    word = _WORDS.get(row["status"], row["status"].upper())
    assert re.match(rf"{word}(\.| \({row['reason_code']}\)\.)", said), said
    if trace.indicator is not None and trace.indicator.by_person:
        return  # the tree is of one key, the verdict of the best of them
    trees = {(part.role, part.tree.name): part.tree for part in trace.parts}
    measure = row["reason_measure"]
    match row["reason_code"]:
        case "met" | "too_early" | "too_late" | "undated_ignored" | "date_unknown":
            assert trees["numerator", measure].rows
        case "no_candidate" | "in_another_episode" | "recorded_not_met":
            assert not trees["numerator", measure].rows
        case "excluded" | "exception" | "unresolved":
            role = {"excluded": "exclusion"}.get(row["status"], row["status"])
            assert trees[role, measure].rows
        case "denominator_outside_window" | "denominator_date_unknown":
            assert trees["denominator", measure].rows
        case "not_in_denominator":
            assert not trees["denominator", measure].rows


def test_a_trace_says_what_the_results_say(judge: Trial) -> None:
    seen: Counter[str] = Counter()
    pairs = 0
    for number in range(CASES):
        case = numbered(SEED, number, write_reports if number % 2 else write_plain_reports)
        planned = plan_of(case.text())
        if not planned.is_valid or not planned.plan.reports:
            continue
        plan, models = planned.plan, models_of(planned.plan)
        chosen = sampled(case, plan, number)
        said: dict[str, list[Any]] = {bench.name: [] for bench in judge.benches}
        for bench in judge.benches:
            with bench.built(plan, models, case.rows) as failure:
                assert not failure
                tables = Tables(bench.engine, any(f"ref('{HIERARCHY}')" in model.sql for model in models))
                for indicator, person in chosen:
                    found = trace_indicator(plan, tables, plan.indicators[indicator], person, None, None)
                    by_key = {
                        (r["person_id"], r["episode_id"], r["measure_resolver"]): r
                        for report in plan.reports
                        for r in results_of(bench.engine, report, indicator, person)
                    }
                    met = set()
                    for one in found:
                        assert one.differs == (), (number, indicator, person, one.differs)
                        if one.built is None:
                            continue
                        by_person = one.indicator is not None and one.indicator.by_person
                        key = (person, None, person) if by_person else one.key
                        assert key is not None
                        agrees(plan, one, by_key[key])
                        met.add(key)
                        seen[by_key[key]["reason_code"]] += 1
                    assert met == set(by_key), (number, indicator, person)
                    said[bench.name].append([trace_data(one, explained(plan, one)) for one in found])
        assert said["duckdb"] == said["postgres"], number
        pairs += len(chosen)
    assert pairs >= 4 * CASES
    assert len(seen) >= size(9, 12), seen
