"""Generated models of member tables: concept sets, subqueries, measures, cohorts, denominators, indicators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from measuremart.plan import nodes
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Named, Plan, Typed
from measuremart.plan.reach import inline_subqueries
from measuremart.render.environment import fill
from measuremart.render.headers import header
from measuremart.render.matches import match_ctes
from measuremart.render.members import FINAL, Ctes, and_cte, expression_cte, match_name
from measuremart.render.rooms import ROOM
from measuremart.render.unavailable import without
from measuremart.short_text import cohort_text, concept_set_text, indicator_text, measure_text, subquery_text
from measuremart.words import Names, concept_set_words, expression_words, subquery_words

Kind: TypeAlias = Literal[
    "concept_set", "subquery", "measure", "cohort", "indicator", "report", "counted", "evidence", "dataset", "slice",
    "strata", "matched_rows", "match", "recorded",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """One generated relation: what it is (`kind`) of which definition (`of`; a pack for `matched_rows`).

    `grain` is None where it is not a member table; `report` is that of an indicator's evidence, else empty; `subquery`
    is what a match, or what is recorded, is of; `measures` are those of a dataset's slice.
    """

    kind: Kind
    of: str
    layer: str
    pack: str
    name: str
    sql: str
    description: str
    grain: Grain | None = None
    is_set: bool = True
    report: str = ""
    subquery: nodes.Subquery | None = None
    is_view: bool = False
    measures: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The model's path below the project, without its ending."""
        return f"{ROOM}/{self.pack}/{self.layer}/{self.name}"


def member_models(plan: Plan) -> list[Model]:
    """Return the model of every named construct that resolves to members, and the matches that they read."""
    models = [_match(plan, "subquery", n.about, n.subquery) for n in plan.subqueries.values()]
    models += [_subquery(plan, n) for n in plan.subqueries.values()]
    for measure in plan.measures.values():
        models += [_match(plan, "measure", measure.about, s) for s in inline_subqueries(measure.expression)]
    models += [_measure(plan, m) for m in plan.measures.values()]
    models += [_cohort(plan, c) for c in plan.cohorts.values()]
    return models + [_indicator(plan, i) for i in plan.indicators.values()]


def concept_set_models(plan: Plan) -> list[Model]:
    """Return one model a concept set: its resolved concepts."""
    models = []
    for concept_set in plan.concept_sets.values():
        lines = concept_set.lines
        text = fill(
            "concept_set",
            header=header(
                "concept set", concept_set.about, concept_set_words(concept_set, _names(plan, concept_set.pack))
            ),
            included=sorted({c.id for c in lines if not c.exclude}),
            included_above=sorted({c.id for c in lines if not c.exclude and c.descendants}),
            excluded=sorted({c.id for c in lines if c.exclude}),
            excluded_above=sorted({c.id for c in lines if c.exclude and c.descendants}),
        )
        name = f"concept_set__{concept_set.name}"
        models.append(
            Model(
                "concept_set",
                concept_set.name,
                "concept_sets",
                concept_set.pack,
                name,
                text,
                concept_set_text(concept_set, concept_set.about.description, _names(plan, concept_set.pack)),
            )
        )
    return models


def _names(plan: Plan, pack: str) -> Names:
    return plan.concept_names.get(pack, {})


def _model(
    ctes: Ctes,
    last: str,
    kind: Literal["measure", "cohort", "indicator"],
    about: Named,
    types: Typed,
    words: list[str],
    said: str,
) -> Model:
    text = fill("member_model", header=header(kind, about, words), ctes=ctes.blocks(), last=last)
    name = f"{kind}__{about.name}"
    return Model(kind, about.name, f"{kind}s", about.pack, name, text, said, types.grain)


def _match(plan: Plan, what: str, about: Named, subquery: nodes.Subquery) -> Model:
    ctes = Ctes(plan.populations)
    match_ctes(subquery, ctes)
    text = fill(
        "match_model",
        header=header(what, about, subquery_words(subquery, _names(plan, about.pack))),
        ctes=ctes.blocks(),
        last=FINAL,
    )
    said = f"Rows of target {subquery.target.name} that meet a rule of {what} {about.name}"
    return Model("match", about.name, "matches", about.pack, match_name(subquery), text, said, subquery=subquery)


def _subquery(plan: Plan, named: nodes.NamedSubquery) -> Model:
    about, grain = named.about, named.subquery.grain
    ctes = Ctes({})
    last = ctes.match(named.subquery)
    text = fill(
        "member_model",
        header=header("subquery", about, [f"Its rule is in {match_name(named.subquery)}."]),
        ctes=ctes.blocks(),
        last=last,
    )
    name = f"subquery__{about.name}"
    said = subquery_text(named, _names(plan, about.pack))
    return Model("subquery", about.name, "subqueries", about.pack, name, text, said, grain, is_set=False, is_view=True)


def _measure(plan: Plan, measure: nodes.Measure) -> Model:
    ctes = Ctes(plan.populations)
    last = expression_cte(measure.expression, ctes, FINAL)
    words = expression_words(measure.expression, _names(plan, measure.about.pack))
    model = _model(
        ctes,
        last,
        "measure",
        measure.about,
        measure.expression.types,
        words,
        measure_text(measure, _names(plan, measure.about.pack)),
    )
    # A leaf repeats the rows of a match, which is a table.
    return replace(model, is_view=isinstance(measure.expression, nodes.Leaf))


def _reference(plan: Plan, measure: str) -> nodes.MeasureRef:
    return nodes.MeasureRef(plan.measures[measure].expression.types, measure)


def _cohort(plan: Plan, cohort: nodes.Cohort) -> Model:
    ctes = Ctes(plan.populations)
    children = tuple(_reference(plan, m) for m in dict.fromkeys(m for _, m in cohort.definitions))
    union = nodes.Or(cohort.types, children)
    last = expression_cte(union, ctes, FINAL)
    about = replace(cohort.about, description=without(cohort.about.description, cohort.left_out))
    words = ["A key of one of these:", *(f"  - {name}: measure {measure}" for name, measure in cohort.definitions)]
    return _model(ctes, last, "cohort", about, cohort.types, words, cohort_text(cohort, about.description))


def _indicator(plan: Plan, indicator: nodes.Indicator) -> Model:
    ctes = Ctes(plan.populations)
    numerator = _reference(plan, indicator.numerator)
    if indicator.denominator is None:
        last = expression_cte(numerator, ctes, FINAL)
        types = numerator.types
    else:
        both = (_reference(plan, indicator.denominator), numerator)
        types = indicator.types
        last = and_cte(nodes.And(types, both, all_moments=False), ctes, FINAL, dated_by=1)
    words = ["Without windows: the keys that are due and done."]
    return _model(ctes, last, "indicator", indicator.about, types, words, indicator_text(plan, indicator))
