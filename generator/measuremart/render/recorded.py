"""What is recorded of numerators and does not count, a model for each subquery that can leave some (6.3)."""

from __future__ import annotations

from collections.abc import Iterator

from measuremart.plan.nodes import Indicator, Named, Plan, Report, Subquery
from measuremart.plan.reach import inline_subqueries
from measuremart.plan.recorded import Limit, recorded_leaves, recorded_of
from measuremart.render import sql
from measuremart.render.environment import fill
from measuremart.render.headers import header
from measuremart.render.matches import match_ctes
from measuremart.render.members import Ctes
from measuremart.render.models import Model
from measuremart.words import subquery_words

# What an indicator of a report reads: a relation, and its columns that are not columns of the relation.
Part = tuple[str, dict[str, str]]


def recorded_name(subquery: Subquery) -> str:
    """Return the relation that holds what is recorded of a subquery and does not count."""
    return f"recorded__{subquery.key}"


def recorded_models(plan: Plan) -> list[Model]:
    """Return one model for each subquery of a numerator of a report that can leave something recorded."""
    wanted = {
        subquery.key
        for report in plan.reports.values()
        for indicator in report.indicators
        for subquery, _ in recorded_leaves(plan.measures, indicator.numerator, report.types.grain)
    }
    return [_model(plan, *owned) for owned in _subqueries(plan) if owned[2].key in wanted]


def recorded_parts(plan: Plan, report: Report, indicator: Indicator) -> list[Part]:
    """Return what the union of recorded rows has of an indicator of a report."""
    said = {"report": sql.text(report.about.name), "indicator": sql.text(indicator.about.name)}
    return [
        (recorded_name(subquery), said | {"key_match": sql.text(match)})
        for subquery, match in recorded_leaves(plan.measures, indicator.numerator, report.types.grain)
    ]


def _subqueries(plan: Plan) -> Iterator[tuple[str, Named, Subquery]]:
    """Yield (subquery or measure, whose it is, subquery) of the named and the inline subqueries."""
    for named in plan.subqueries.values():
        yield "subquery", named.about, named.subquery
    for measure in plan.measures.values():
        for subquery in inline_subqueries(measure.expression):
            yield "measure", measure.about, subquery


def _model(plan: Plan, what: str, about: Named, subquery: Subquery) -> Model:
    recorded = recorded_of(subquery)
    assert recorded is not None
    ctes = Ctes(plan.populations)
    match_ctes(recorded.subquery, ctes, "matched")
    words = [_not_counted(line) for line in subquery_words(recorded.subquery, _names(plan, about.pack))]
    misses = [
        (number, _missed_by(limit), limit.units)
        for number, limit in enumerate(recorded.limits, start=1)
        if limit is not None
    ]
    text = fill("recorded_model", header=header(what, about, words), ctes=ctes.blocks(), last="matched", misses=misses)
    said = f"Rows of the concepts of {what} {about.name} that failed another condition of its rules"
    return Model(
        "recorded", about.name, "matches", about.pack, recorded_name(subquery), text, said, subquery=recorded.subquery
    )


def _names(plan: Plan, pack: str) -> dict[int, str]:
    return dict(plan.concept_names.get(pack, {}))


def _not_counted(line: str) -> str:
    """Return a line of the subquery's words, said of rows that do not count."""
    return line.replace(" counts if", " is recorded, and does not count, if").replace(
        "It counts for the", "It is of the"
    )


def _missed_by(limit: Limit) -> str:
    """Return how far a number lies from what is asked of it; 0 where it is as asked."""
    value, *other = (sql.number(v) for v in limit.number.values)
    match limit.number.op:
        case "<" | "<=":
            return f"greatest(number_value - {value}, 0)"
        case ">" | ">=":
            return f"greatest({value} - number_value, 0)"
        case "=":
            return f"abs(number_value - {value})"
        case "between":
            return f"greatest({value} - number_value, number_value - {other[0]}, 0)"
        case _:
            return "0"
