"""A dbt project of its own for examples: their tables, and one model an example with all that it is asked.

A model has the generated models below it as CTEs, byte for byte but for the relations that they name
(`e1__measure__x`), and, where it asks for results, the evidence of its indicator and the one model that decides every
status. So all examples fit into one run, each alone in its world. Tables are made before the first model; what came is
said, a line of JSON a model, after the last.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from measuremart.plan.examples import Example, Value
from measuremart.plan.grain import PERSON
from measuremart.plan.nodes import Column, ColumnKind, Plan, Report
from measuremart.render import sql
from measuremart.render.catalogue import CATALOGUE, catalogue_rows
from measuremart.render.concepts import used_concepts
from measuremart.render.evidence import evidence_models
from measuremart.render.models import Model, concept_set_models, member_models
from measuremart.render.properties import RECORDED_NUMBERS, evidence_columns, member_columns
from measuremart.render.recorded import Part, recorded_models, recorded_parts

_RELATION = re.compile(r"\{\{ (?:ref|source)\('([A-Za-z0-9_]+)'(?:, '([A-Za-z0-9_]+)')?\) \}\}")
# What the catalogue's columns are.
_KINDS: dict[str, ColumnKind] = {"string": "text", "bigint": "id", "date": "date", "boolean": "flag"}
_TYPES: dict[ColumnKind, str] = {
    "id": "bigint",
    "concept": "bigint",
    "unit": "bigint",
    "date": "date",
    "number": "numeric(38, 10)",
    "text": "text",
    "flag": "boolean",
}
# The model that decides statuses, by its path in the project, and what its rows are called beside members.
VERDICT = "models/evaluation/indicator_result.sql"
RESULTS = "results"
_SAY_ROWS = """\
{% macro say_rows() %}
    {% for result in results if result.status == 'success' %}
        {% set found = run_query('select * from ' ~ result.node.relation_name) %}
        {% set rows = [] %}
        {% for row in found.rows %}
            {% do rows.append(row.values() | list) %}
        {% endfor %}
        {% do print(tojson({'model': result.node.name, 'rows': rows})) %}
    {% endfor %}
{% endmacro %}
"""
# Tables of all examples. No key counts more than another.
_COUNTED = (
    Column("report", "text"),
    Column("person_id", "id"),
    Column("episode_id", "id"),
    Column("measure_resolver", "id"),
)
_SHARED = ("catalogue_report", "catalogue_report_indicator", "report_counted_keys")


@dataclass(frozen=True, slots=True)
class ExampleProject:
    """The files of the project, by path, and the model of each example."""

    files: dict[str, str]
    models: tuple[str, ...]


def example_project(plan: Plan, examples: Sequence[Example], macros: str, verdict: str = "") -> ExampleProject:
    """Return the project; `macros` is the folder of the real project's macros, `verdict` the text of `VERDICT`."""
    models = {model.name: model for model in (*concept_set_models(plan), *member_models(plan))}
    models |= {model.name: model for model in recorded_models(plan)}
    files: dict[str, str] = {"macros/say_rows.sql": _SAY_ROWS}
    tables: list[str] = []
    hierarchies = {concept for *_, matcher, _, concept in used_concepts(plan) if matcher == "hierarchy"}
    names: list[str] = []
    reports: dict[str, Report] = {}
    for number, example in enumerate(examples, start=1):
        prefix = f"e{number}__"
        if example.asked is not None:
            reports[f"e{number}"] = _renamed(example.asked.report, f"e{number}")
        name = f"{prefix}{noun_of(example)}__{example.definition}"
        files[f"models/{name}.sql"] = _model(plan, example, prefix, models, reports.get(f"e{number}"), verdict)
        names.append(name)
        tables += _tables(example, prefix, hierarchies)
    tables += _shared_tables(plan, reports)
    files["dbt_project.yml"] = _json(
        {
            "name": "measuremart",  # the package's own name: its macros may call each other by it
            "version": "1.0.0",
            "config-version": 2,
            "profile": "examples",
            "flags": {"send_anonymous_usage_stats": False},
            "macro-paths": ["macros", macros],
            "models": {"measuremart": {"+materialized": "table"}},
            "on-run-start": [";\n".join(tables)],
            "on-run-end": ["{{ say_rows() }}"],
        }
    )
    # One thread of DuckDB's would do; what it answers wrongly on several (docs/decisions/0007) is off all the same.
    settings = {"threads": 1, "disabled_optimizers": "top_n_window_elimination"}
    output = {"type": "duckdb", "path": ":memory:", "threads": 2, "settings": settings}
    files["profiles.yml"] = _json({"examples": {"target": "examples", "outputs": {"examples": output}}})
    return ExampleProject(files, tuple(names))


def noun_of(example: Example) -> str:
    """Return measure or indicator."""
    return example.section.removesuffix("s")


def _renamed(report: Report, name: str) -> Report:
    return replace(report, about=replace(report.about, name=name))


def _model(
    plan: Plan, example: Example, prefix: str, models: dict[str, Model], report: Report | None, verdict: str
) -> str:
    """Return the model of an example: what is below it as CTEs, then all rows in one shape."""
    ctes: dict[str, str] = {}
    known = dict(models)
    wanted = [e.table for e in example.expected]
    if report is not None:
        (evidence,) = evidence_models(plan, report)
        known[evidence.name] = evidence
        (indicator,) = report.indicators
        recorded = [part for part in recorded_parts(plan, report, indicator) if part[0] in models]
        wanted += [evidence.name, *(relation for relation, _ in recorded)]
    for name in _parents_first(wanted, known):
        ctes[f"{prefix}{name}"] = _placed(known[name].sql, prefix, known)
    selects = [_members(e.table, prefix) for e in example.expected]
    if report is not None:
        ctes[f"{prefix}indicator_evidence"] = _united(report, evidence.name, prefix)
        ctes[f"{prefix}indicator_recorded"] = _all_recorded(recorded, prefix)
        unions = {"indicator_evidence", "indicator_recorded"}
        ctes[f"{prefix}indicator_result"] = _placed(verdict, prefix, unions, shared=_SHARED)
        selects.append(_results(prefix))
    # materialized: what several read is computed once
    parts = ",\n\n".join(f"{name} as materialized (\n\n{text.strip()}\n\n)" for name, text in ctes.items())
    return f"with\n\n{parts}\n\n" + "\n\nunion all\n\n".join(selects) + "\n"


def _members(table: str, prefix: str) -> str:
    return (
        f"select\n    '{table}' as expected,\n    cast(person_id as varchar) as person_id,\n"
        "    cast(episode_id as varchar) as episode_id,\n    cast(measure_resolver as varchar) as measure_resolver,\n"
        "    cast(measure_date as varchar) as measure_date,\n    cast(null as varchar) as status,\n"
        "    cast(null as varchar) as reason_code,\n    cast(null as varchar) as denominator_date,\n"
        f"    cast(null as varchar) as numerator_date\nfrom {prefix}{table}"
    )


def _results(prefix: str) -> str:
    return (
        f"select\n    '{RESULTS}' as expected,\n    cast(person_id as varchar) as person_id,\n"
        "    cast(episode_id as varchar) as episode_id,\n    cast(measure_resolver as varchar) as measure_resolver,\n"
        "    cast(null as varchar) as measure_date,\n    status,\n    reason_code,\n"
        "    cast(denominator_date as varchar) as denominator_date,\n"
        f"    cast(numerator_date as varchar) as numerator_date\nfrom {prefix}indicator_result"
    )


def _united(report: Report, evidence: str, prefix: str) -> str:
    """Return what the union of all evidence says of one indicator of one report."""
    (indicator,) = report.indicators
    columns = ",\n".join(f"    {name}" for name, _, _ in evidence_columns())
    return (
        f"select\n    {sql.text(report.about.name)} as report,\n    {sql.text(indicator.about.name)} as indicator,\n"
        f"{columns}\nfrom {prefix}{evidence}"
    )


def _all_recorded(parts: Sequence[Part], prefix: str) -> str:
    """Return what the union of all recorded rows says of one indicator of one report."""
    of_row = ", ".join(name for name, _, _ in (*member_columns(PERSON), *RECORDED_NUMBERS))
    # no rows: the shape of the union where nothing is recorded
    nulls = ", ".join(
        f"cast(null as {kind}) as {name}" for name, kind, _ in (*member_columns(PERSON), *RECORDED_NUMBERS)
    )
    empty = f"select\n    'none' as report, 'none' as indicator, 'none' as key_match, {nulls}\nwhere 1 = 0"
    selects = [
        f"select\n    {', '.join(f'{said} as {name}' for name, said in own.items())}, {of_row}\nfrom {prefix}{relation}"
        for relation, own in parts
    ]
    return "\n\nunion all\n\n".join([*selects, empty])


def _json(data: object) -> str:
    # JSON is YAML, and quicker to write.
    return json.dumps(data, ensure_ascii=False)


def _parents_first(names: Iterable[str], models: dict[str, Model]) -> list[str]:
    """Return the generated models below the named ones, themselves included; what a model reads comes before it."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name in models and name not in found:
            for match in _RELATION.finditer(models[name].sql):
                visit(match[1])
            found.append(name)

    for name in names:
        visit(name)
    return found


def _placed(text: str, prefix: str, models: Container[str], shared: Container[str] = ()) -> str:
    """Lead each relation of generated SQL to the example's own: a CTE, or a table."""

    def place(match: re.Match[str]) -> str:
        name = match[1] if match[2] is None else f"{match[1]}.{match[2]}"
        if name in shared:
            return name
        return f"{prefix}{name}" if name in models else _input(prefix, name)

    return _RELATION.sub(place, text)


def _input(prefix: str, relation: str) -> str:
    return f"{prefix}{relation.replace('.', '__')}"


def _tables(example: Example, prefix: str, hierarchies: set[int]) -> list[str]:
    """Return the statements that make an example's input tables; `hierarchies` are asked for by some definition."""
    below = {(above, concept) for above, concept in example.ancestors if above in hierarchies and concept != 0}
    pair = (Column("ancestor_concept_id", "id"), Column("descendant_concept_id", "id"))
    code = (Column("concept_id", "id"), Column("concept_code", "text"))
    made = [(table.relation, table.columns, table.rows) for table in example.tables]
    made += [
        ("run_context", (Column("as_of", "date"),), ((example.as_of,),)),
        ("asked_hierarchy", pair, tuple(sorted(below | {(concept, concept) for concept in hierarchies}))),
        ("stg_omop__concept", code, example.codes),
    ]
    if example.asked is not None:
        key = (Column("person_id", "id"), Column("episode_id", "id"), Column("measure_resolver", "id"))
        cohort = (*key, Column("measure_date", "date"))
        made.append((f"report__{prefix.removesuffix('__')}", cohort, example.asked.cohort))
    return [line for relation, columns, rows in made for line in _created(_input(prefix, relation), columns, rows)]


def _created(name: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> list[str]:
    statements = [f"create table {name} ({', '.join(f'{c.name} {_TYPES[c.kind]}' for c in columns)})"]
    if rows:
        groups = ", ".join(f"({', '.join(_literal(v) for v in row)})" for row in rows)
        statements.append(f"insert into {name} values {groups}")
    return statements


def _shared_tables(plan: Plan, reports: dict[str, Report]) -> list[str]:
    """Return the statements that make what the verdict reads beside evidence: the catalogue's rows of `reports`."""
    if not reports:
        return []
    rows = catalogue_rows(replace(plan, reports=reports))
    statements = _created("report_counted_keys", _COUNTED, ())
    for name in ("catalogue_report", "catalogue_report_indicator"):
        columns = [Column(column, _KINDS.get(kind, "number")) for column, kind, _ in CATALOGUE[name]]
        statements += _created(name, columns, [row for row in rows[name] if row[0] in reports])
    return statements


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return sql.number(value)
        case str():
            return sql.text(value)
        case dt.date():
            return sql.day(value)
