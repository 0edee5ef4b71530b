"""What each evaluator answers for one case: the referee in memory, an engine in a transaction that is rolled back.

The statements are the generator's text, compiled by the laboratory's Jinja environment with this repository's own
macros, piece by piece (`test_bench.py` holds this to compiling whole models).
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lab.cases import in_order
from lab.direct import statement
from lab.engines import Engine
from lab.models import HIERARCHY, hierarchy_sql
from measuremart.catalogue import load
from measuremart.plan import nodes
from measuremart.plan.build import build_plan
from measuremart.plan.datasets import dataset_columns
from measuremart.plan.nodes import Plan
from measuremart.problems import Kind, Problem
from measuremart.referee import Referee, World
from measuremart.render.concepts import used_concepts
from measuremart.render.models import Model
from measuremart.render.project import generated_models
from measuremart.render.recorded import recorded_models, recorded_name

from property.evaluation import RESULTS, evaluation_models, seed_tables
from property.house import ALIASES, SQL_TYPES, TABLES, text_of
from property.worlds import Rows

PACK = "random"
MEMBER = ("person_id", "episode_id", "measure_resolver", "measure_date")
RESULT = (
    "indicator",
    "person_id",
    "episode_id",
    "measure_resolver",
    "cohort_date",
    "status",
    "reason",
    "denominator_date",
    "numerator_date",
    "days_between",
    "period_date",
    "is_counted",
    "reason_code",
    "reason_measure",
    "nearest_date",
    "days_outside",
    "nearest_value",
)
DROPPED = f"matched_rows__{PACK}"
# Rows by relation: sorted tuples, or what went wrong as one text.
Answers = dict[str, list[tuple[Any, ...]] | str]


@dataclass(frozen=True)
class Case:
    """Definitions and the rows they are applied to."""

    population: str
    definitions: dict[str, Any]
    rows: Rows
    # What must be true of pairs of its measures (`property.laws.Law`).
    laws: tuple[Any, ...] = ()

    def text(self) -> str:
        return text_of(self.definitions) + "\n"


@dataclass(frozen=True)
class Planned:
    """What the generator makes of a case's definitions."""

    plan: Plan
    problems: list[Problem]

    @property
    def is_valid(self) -> bool:
        return all(p.kind is Kind.WARNING for p in self.problems)


def plan_of(text: str) -> Planned:
    """Read a definition file with the real reader and planner."""
    with tempfile.TemporaryDirectory(prefix="property_") as folder:
        file = Path(folder) / "definitions" / PACK / "random.yml"
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")
        catalogue, problems = load(file.parent.parent)
    planned = build_plan(catalogue)
    return Planned(planned.plan, problems + planned.problems)


# --- the referee


def world_of(rows: Rows) -> World:
    """Return the rows as the referee reads them."""
    return World(
        tables=rows,
        ancestors={(r["ancestor_concept_id"], r["descendant_concept_id"]) for r in rows["concept_ancestor"]},
        codes={r["concept_id"]: r["concept_code"] for r in rows["concept"]},
        as_of=rows["run_context"][0]["as_of"],
    )


def ask_referee(plan: Plan, rows: Rows) -> Answers:
    """Return what the referee answers for every relation that a plan names."""
    judge = Referee(plan, world_of(rows))
    answers: Answers = {}
    for name in plan.concept_sets:
        answers[f"concept_set__{name}"] = in_order([(c,) for c in judge.concept_set(name)])
    for name, named in plan.subqueries.items():
        answers[f"subquery__{name}"] = _members(judge.subquery(named.subquery))
    for name in plan.measures:
        answers[f"measure__{name}"] = _members(judge.measure(name))
    for name in plan.cohorts:
        answers[f"cohort__{name}"] = _members(judge.cohort(name))
    for name in plan.indicators:
        answers[f"indicator__{name}"] = _members(judge.indicator(name))
    for name in plan.reports:
        answers[f"report__{name}"] = _members(judge.report(name))
        if plan.reports[name].counted:
            answers[f"report__{name}__counted"] = _members(judge.counted(name))
        results = [tuple(getattr(r, c) for c in RESULT) for r in judge.results(name)]
        answers[f"report__{name}__results"] = in_order(results)
        own = [c.name for c in dataset_columns(plan, plan.reports[name])]
        answers[f"report__{name}__dataset"] = in_order([_dataset_row(row, own) for row in judge.dataset(name)])
    if plan.subqueries or plan.measures:
        answers[DROPPED] = in_order(_dropped(plan, judge, rows))
    for name, subquery in matched(plan):
        answers[name] = _members(judge.subquery(subquery))
    for name, subquery in recorded(plan):
        found = [(*_members([r.member])[0], r.number, r.missed_by) for r in judge.recorded(subquery)]
        answers[name] = in_order(found)
    return answers


def _dataset_row(row: Any, columns: list[str]) -> tuple[Any, ...]:
    assert set(row.values) == set(columns)
    m = row.member
    return (m.person_id, m.episode_id, m.measure_resolver, m.measure_date, *(row.values[c] for c in columns))


def _members(members: Any) -> list[tuple[Any, ...]]:
    return list(in_order([(m.person_id, m.episode_id, m.measure_resolver, m.measure_date) for m in members]))


def _dropped(plan: Plan, judge: Referee, rows: Rows) -> list[tuple[str, str, str, str, int]]:
    """Count what definitions drop: rows without a person or resolver, and what an OR cannot lift (2.3, 2.4)."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    of = [("subquery", name, named.subquery) for name, named in plan.subqueries.items()]
    of += [("measure", name, inline) for name, m in plan.measures.items() for inline in inline_subqueries(m.expression)]
    for construct, name, subquery in of:
        grain = subquery.grain
        what = {"event": "event id", "key": grain.name}.get(grain.level, grain.level)
        for row in judge.dropped(subquery):
            why = f"no {what}" if row.unattached is None else row.unattached
            reason = {"no_person": "no person", "after_as_of": "after_as_of"}.get(row.reason, why)
            found[construct, name, subquery.target.name, reason] += 1
    as_of = rows["run_context"][0]["as_of"]
    started = [r for r in rows["episode"] if r.get("start_date") is None or r["start_date"] <= as_of]
    with_episode = {r["person_id"] for r in started}
    for name, measure in plan.measures.items():
        for child in lifted(measure.expression):
            lost = sum(m.person_id not in with_episode for m in judge.expression(child))
            found["measure", name, "", "no episode to lift to"] += lost
    return [(*what, number) for what, number in found.items() if number]


def recorded(plan: Plan) -> list[tuple[str, nodes.Subquery]]:
    """Return (relation, subquery) of what is recorded of numerators and does not count."""
    wanted = {model.name for model in recorded_models(plan)}
    of = [named.subquery for named in plan.subqueries.values()]
    of += [inline for m in plan.measures.values() for inline in inline_subqueries(m.expression)]
    return [(recorded_name(s), s) for s in of if recorded_name(s) in wanted]


def matched(plan: Plan) -> list[tuple[str, nodes.Subquery]]:
    """Return the relation of each match, and the subquery that it is of."""
    found = [named.subquery for named in plan.subqueries.values()]
    found += [inline for m in plan.measures.values() for inline in inline_subqueries(m.expression)]
    return [(f"match__{subquery.key}", subquery) for subquery in found]


def inline_subqueries(node: nodes.Expression) -> list[nodes.Subquery]:
    """Return the subqueries without a name in an expression."""
    if isinstance(node, nodes.Leaf):
        return [] if node.subquery.name else [node.subquery]
    return [found for child in children_of(node) for found in inline_subqueries(child)]


def children_of(node: nodes.Expression) -> tuple[nodes.Expression, ...]:
    """Return the children of an expression."""
    match node:
        case nodes.Or() | nodes.And():
            return node.children
        case nodes.Except():
            return (node.first, *node.rest)
        case nodes.Window():
            return (node.anchor, node.candidate)
        case nodes.Leaf() | nodes.MeasureRef():
            return ()
    return (node.child,)


def lifted(node: nodes.Expression) -> list[nodes.Expression]:
    """Return the children of person grain below ORs of episode grain."""
    own = [c for c in children_of(node) if isinstance(node, nodes.Or) and c.types.grain != node.types.grain]
    return own + [found for child in children_of(node) for found in lifted(child)]


# --- an engine


@dataclass(frozen=True)
class Reading:
    """Columns to read of a generated relation, and what the answer is called."""

    answer: str
    relation: str
    columns: tuple[str, ...]


def readings(plan: Plan, models: list[Model]) -> list[Reading]:
    """Return what is compared of generated models."""
    found = []
    for model in models:
        name = model.name
        match model.kind:
            case "matched_rows":
                columns = ("construct", "definition", "target_name", "reason")
                rows = (
                    f"(select {', '.join(columns)}, cast(sum(n_rows) as bigint) as n_rows from {name} "
                    f"where reason is not null group by {', '.join(columns)}) as dropped"
                )
                found.append(Reading(DROPPED, rows, (*columns, "n_rows")))
            case "match":
                found.append(Reading(name, f"(select * from {name} where dropped_reason is null) as members", MEMBER))
            case "recorded":
                found.append(Reading(name, name, (*MEMBER, "number_value", "missed_by")))
            case "dataset":
                own = tuple(c.name for c in dataset_columns(plan, plan.reports[model.of]))
                found.append(Reading(name, name, (*MEMBER[:3], "cohort_date", *own)))
            case "concept_set":
                found.append(Reading(name, name, ("concept_id",)))
            case "evidence" | "strata" | "slice":
                pass  # read by what comes after
            case _:
                found.append(Reading(name, name, MEMBER))
    return found + [
        Reading(
            f"report__{report}__results", f"(select * from {RESULTS} where report = '{report}') as of_{report}", RESULT
        )
        for report in plan.reports
    ]


class Bench:
    """An engine with the empty tables of the house."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name
        for table, columns in TABLES.items():
            typed = ", ".join(f"{c} {SQL_TYPES.get(kind, 'bigint')}" for c, kind in columns.items())
            engine.execute(f"create table {table} ({typed})")
        for alias, table in ALIASES.items():
            engine.execute(f"create view {alias} as select * from {table}")
        if self.name == "postgres":
            engine.execute("set jit = off")
            engine.release()

    def ask(self, plan: Plan, models: list[Model], rows: Rows) -> Answers:
        """Return what the engine answers for every model that is compared."""
        with self.built(plan, models, rows) as failure:
            return failure or self._read(readings(plan, models))

    @contextmanager
    def built(self, plan: Plan, models: list[Model], rows: Rows) -> Iterator[Answers]:
        """Build the models and what evaluates reports, until the end of the block; yield what failed, {} where nothing did."""
        self.engine.begin()
        try:
            for table, its in rows.items():
                if its:
                    self.engine.execute(insertion(table, its))
            texts = [(model.name, model.sql) for model in models]
            if any(f"ref('{HIERARCHY}')" in text for _, text in texts):
                asked = [f"('{matcher}', {concept})" for _, _, _, matcher, _, concept in used_concepts(plan)]
                self.engine.execute("create temp table catalogue_concept (matcher text, concept_id bigint)")
                self.engine.execute(f"insert into catalogue_concept values {', '.join(asked)}")
                texts.insert(0, (HIERARCHY, hierarchy_sql()))
            if plan.reports:
                for table, columns, its in seed_tables(plan):
                    self.engine.execute(
                        f"create temp table {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})"
                    )
                    if its:
                        self.engine.execute(f"insert into {table} values {', '.join(values(columns, its))}")
                texts += evaluation_models(plan)
            for name, text in texts:
                try:
                    self.engine.execute(f"create temp table {name} as {statement(text, self.name)}")
                except Exception as error:  # any error of an engine is an answer, and a wrong one
                    yield {name: f"{type(error).__name__}: {error}"}
                    return
            yield {}
        finally:
            self.engine.rollback()

    def _read(self, wanted: list[Reading]) -> Answers:
        """Read all relations of one shape with one statement."""
        answers: Answers = {reading.answer: [] for reading in wanted}
        by_shape: dict[tuple[str, ...], list[Reading]] = defaultdict(list)
        for reading in wanted:
            by_shape[reading.columns].append(reading)
        for columns, alike in by_shape.items():
            parts = [f"select '{r.answer}', {', '.join(columns)} from {r.relation}" for r in alike]
            for answer, *row in self.engine.rows(" union all ".join(parts)):
                answers[answer].append(tuple(row))  # type: ignore[union-attr]
        return {name: in_order(found) for name, found in answers.items()}


def insertion(table: str, rows: list[dict[str, Any]]) -> str:
    """Return the statement that fills a table."""
    return f"insert into {table} values {', '.join(values(TABLES[table], rows))}"


def values(kinds: dict[str, str], rows: list[dict[str, Any]]) -> list[str]:
    """Return each row as SQL, its columns in the order of `kinds`."""
    return [f"({', '.join(literal(row.get(c), kind) for c, kind in kinds.items())})" for row in rows]


def literal(value: Any, kind: str) -> str:
    """Return a value as SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return f"cast('{value!r}' as double precision)"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def models_of(plan: Plan) -> list[Model]:
    """Return the generated models of a plan in an order in which parents come first."""
    return generated_models(plan)
