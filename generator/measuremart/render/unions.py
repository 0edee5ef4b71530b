"""Models that unite what all packs made: the one place where generated SQL has conditions (decision 0003)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measuremart.plan.nodes import Plan, Population
from measuremart.render import sql
from measuremart.render.environment import fill
from measuremart.render.properties import YAML_HEADER, dropped_columns, dump, union_columns

Column = tuple[str, str, str]  # name, contract type, description


@dataclass(frozen=True, slots=True)
class Part:
    """A relation of the union, and the columns that are not its own column of the same name."""

    relation: str
    expressions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Union:
    """One model. `groups` are (packs, parts): the parts stand in the SQL if one of the packs is built."""

    path: str
    about: str
    description: str
    columns: tuple[Column, ...]
    groups: tuple[tuple[tuple[str, ...], tuple[Part, ...]], ...]
    view: bool = False


def union_files(plan: Plan, packs: Iterable[str]) -> dict[str, str]:
    """Return {path: text} of the models and their properties; `packs` are those that count dropped rows."""
    unions = [_persons(plan), _episodes(plan), _members(plan), _cohorts(plan), _results(plan)]
    unions += [_dropped(packs), _concept_sets(plan)]
    files: dict[str, str] = {}
    for union in unions:
        files[f"{union.path}.sql"] = fill("union", union=union) + "\n"
        files[f"{union.path}.yml"] = _properties(union)
    return files


def _properties(union: Union) -> str:
    config: dict[str, object] = {"materialized": "view"} if union.view else {}
    body = {
        "name": union.path.rsplit("/", 1)[1],
        "description": union.description,
        "config": config | {"contract": {"enforced": True}},
        "columns": [{"name": n, "data_type": t, "description": d} for n, t, d in union.columns],
    }
    return YAML_HEADER + dump({"version": 2, "models": [body]})


_POPULATION = ("population", "string", "The population that person_id is of")
_PERSON = ("person_id", "bigint", "The person")
_KEY = (
    _PERSON,
    ("episode_id", "bigint", "The clinical episode, where the grain has one"),
    ("measure_resolver", "bigint", "The key that criteria share"),
)


def _packs_of(plan: Plan, population: str) -> tuple[str, ...]:
    """Return the packs that ask something of a population."""
    found = {s.about.pack for s in plan.subqueries.values() if s.subquery.target.population == population}
    found |= {m.about.pack for m in plan.measures.values() if m.expression.types.population == population}
    return tuple(sorted(found))


def _of_populations(
    plan: Plan, parts: Iterable[tuple[Population, Part]]
) -> tuple[tuple[tuple[str, ...], tuple[Part, ...]], ...]:
    groups = ((_packs_of(plan, population.name), (part,)) for population, part in parts)
    return tuple((packs, found) for packs, found in groups if packs)


def _persons(plan: Plan) -> Union:
    parts = []
    for population in plan.populations.values():
        expressions = {
            "population": sql.text(population.name),
            "person_id": population.person_id,
            "birth_date": population.birth_date or "cast(null as date)",
            "sex_id": population.sex or "cast(null as bigint)",
            "sex": _sex(population),
        }
        parts.append((population, Part(population.person_model, expressions)))
    columns = (
        _POPULATION,
        _PERSON,
        ("birth_date", "date", "Date of birth"),
        ("sex_id", "bigint", "Sex, as the population codes it"),
        ("sex", "string", "Sex, as the population's definition calls it; null for a code that it does not name"),
    )
    about = "the populations of all packs"
    description = "The persons of all populations that a pack that is built asks about"
    return Union(
        "models/populations/population_persons", about, description, columns, _of_populations(plan, parts), True
    )


def _sex(population: Population) -> str:
    if population.sex is None or not population.sexes:
        return "{{ to_text('null') }}"
    cases = " ".join(f"when {code} then {sql.text(name)}" for name, code in population.sexes)
    return f"case {population.sex} {cases} end"


def _episodes(plan: Plan) -> Union:
    parts = []
    for population in plan.populations.values():
        if population.spine_model is not None:
            expressions = {
                "population": sql.text(population.name),
                "person_id": population.spine_person,
                "episode_id": population.spine_id,
                "start_date": population.spine_start,
                "end_date": population.spine_end or "cast(null as date)",
            }
            parts.append((population, Part(population.spine_model, expressions)))
    columns = (
        _POPULATION,
        _PERSON,
        ("episode_id", "bigint", "The clinical episode"),
        ("start_date", "date", "First day"),
        ("end_date", "date", "Last day; null while it goes on, or where the population does not say"),
    )
    about = "the populations of all packs"
    description = "The episodes of all populations that a pack that is built asks about"
    return Union(
        "models/populations/population_episodes", about, description, columns, _of_populations(plan, parts), True
    )


def _members(plan: Plan) -> Union:
    groups: dict[str, list[Part]] = {}
    for measure in sorted(plan.measures.values(), key=lambda m: m.about.name):
        expressions = {
            "population": sql.text(measure.expression.types.population),
            "measure": sql.text(measure.about.name),
        }
        groups.setdefault(measure.about.pack, []).append(Part(f"measure__{measure.about.name}", expressions))
    columns = (
        _POPULATION,
        ("measure", "string", "The measure"),
        *_KEY,
        ("measure_date", "date", "The day the criterion was satisfied; null where no date is known"),
    )
    by_pack = tuple(((pack,), tuple(parts)) for pack, parts in sorted(groups.items()))
    description = "The members of all measures of the packs that are built"
    return Union("models/measures/measure_members", "the measures of all packs", description, columns, by_pack, True)


def _cohorts(plan: Plan) -> Union:
    groups = []
    for report in plan.reports.values():
        expressions = {
            "report": sql.text(report.about.name),
            "population": sql.text(report.types.population),
            "cohort_date": "measure_date",
        }
        groups.append(((report.about.pack,), (Part(f"report__{report.about.name}", expressions),)))
    columns = (
        ("report", "string", "The report"),
        _POPULATION,
        *_KEY,
        ("cohort_date", "date", "The key's cohort date"),
    )
    description = "The cohort keys of all reports of the packs that are built"
    path = "models/reports/report_cohort_keys"
    return Union(path, "the reports of all packs", description, columns, tuple(groups), True)


def _results(plan: Plan) -> Union:
    groups = []
    for report in plan.reports.values():
        expressions = {"report": sql.text(report.about.name), "population": sql.text(report.types.population)}
        groups.append(((report.about.pack,), (Part(f"report__{report.about.name}__results", expressions),)))
    description = "The results of all reports of the packs that are built"
    path = "models/reports/report_results"
    return Union(path, "the reports of all packs", description, tuple(union_columns()), tuple(groups))


def _dropped(packs: Iterable[str]) -> Union:
    groups = tuple(((pack,), (Part(f"dropped_events__{pack}", {"pack": sql.text(pack)}),)) for pack in packs)
    columns = (("pack", "string", "The pack of the definition"), *dropped_columns())
    description = "What the definitions of the packs that are built dropped, with the reason"
    return Union("models/subqueries/dropped_events", "the definitions of all packs", description, columns, groups)


def _concept_sets(plan: Plan) -> Union:
    groups: dict[str, list[Part]] = {}
    for concept_set in sorted(plan.concept_sets.values(), key=lambda s: (s.pack, s.name)):
        said = {"pack": sql.text(concept_set.pack), "concept_set": sql.text(concept_set.name)}
        part = Part(f"concept_set__{concept_set.name}", said | {"n_concepts": "count(*)"})
        groups.setdefault(concept_set.pack, []).append(part)
    columns = (
        ("pack", "string", "The pack of the concept set"),
        ("concept_set", "string", "The concept set"),
        ("n_concepts", "bigint", "How many concepts"),
    )
    by_pack = tuple(((pack,), tuple(parts)) for pack, parts in groups.items())
    description = "How many concepts each concept set of the packs that are built resolves to"
    return Union(
        "models/concept_sets/concept_set_sizes", "the concept sets of all packs", description, columns, by_pack
    )
