"""A case: definitions as an author writes them, and the rows they are applied to."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuremart.catalogue import Catalogue, load
from measuremart.plan.build import build_plan
from measuremart.plan.nodes import ColumnKind, Plan
from measuremart.plan.targets import Roles
from measuremart.problems import Kind, Problem
from measuremart.render.concepts import used_concepts

# (person_id, episode_id, measure_resolver, measure_date)
Member = tuple[int, int | None, int, dt.date | None]
Rows = Sequence[Mapping[str, Any]]

PACK = "lab"
# The relations that generated SQL reads beside those that definitions name, and their columns.
SHARED: dict[str, tuple[str, dict[str, str]]] = {
    "run_context": ("run_context", {"as_of": "date"}),
    "stg_omop__concept_ancestor": (
        "concept_ancestor",
        {"ancestor_concept_id": "bigint", "descendant_concept_id": "bigint"},
    ),
    "stg_omop__concept": ("concept", {"concept_id": "bigint", "concept_code": "text"}),
    "catalogue_concept": ("catalogue_concept", {"matcher": "text", "concept_id": "bigint"}),
}
_TYPES: dict[ColumnKind, str] = {
    "id": "bigint",
    "date": "date",
    "concept": "bigint",
    "unit": "bigint",
    "number": "numeric(38, 10)",
    "text": "text",
    "flag": "boolean",
}


class CaseError(Exception):
    """A case whose definitions have problems, or whose tables do not fit them."""


@dataclass(frozen=True)
class Case:
    """One world. Cases share nothing: each has its own tables, vocabulary and clock.

    `definitions` are the texts of one or more definition files. `tables` are rows by the relation names that the
    definitions use (a target's `model`, a population's models) or `concept_ancestor` and `concept`; what is left out
    is empty, and a column that a row lacks is null. `types` overrides column types: {table: {column: "timestamp"}}.
    """

    name: str
    definitions: tuple[str, ...]
    tables: Mapping[str, Rows]
    as_of: dt.date
    types: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """An input table: its columns with their types, and its rows."""

    name: str
    columns: dict[str, str]
    rows: Rows


@dataclass(frozen=True)
class Prepared:
    """A case that the generator accepts: its plan and its input tables by the name generated SQL calls them."""

    case: Case
    plan: Plan
    tables: dict[str, Table]


def prepare(case: Case) -> Prepared:
    """Read the definitions with the real reader and planner. Raises `CaseError` with every problem."""
    with tempfile.TemporaryDirectory(prefix="lab_") as folder:
        pack = Path(folder) / "definitions" / PACK
        pack.mkdir(parents=True)
        for number, text in enumerate(case.definitions):
            (pack / f"part_{number}.yml").write_text(text, encoding="utf-8")
        catalogue, problems = load(pack.parent)
    planned = build_plan(catalogue)
    _refuse(case, problems + planned.problems)
    return Prepared(case, planned.plan, _tables(case, catalogue, planned.plan))


def _refuse(case: Case, problems: list[Problem]) -> None:
    errors = [p for p in problems if p.kind is not Kind.WARNING]
    if errors:
        raise CaseError(f"case {case.name}: " + "; ".join(str(p) for p in errors))


def _tables(case: Case, catalogue: Catalogue, plan: Plan) -> dict[str, Table]:
    columns = _columns(catalogue, plan)
    aliases = {alias: name for name, (alias, _) in SHARED.items()}
    for relation, overrides in case.types.items():
        columns[aliases.get(relation, relation)] |= overrides
    rows: dict[str, Rows] = dict.fromkeys(columns, ())
    rows["run_context"] = ({"as_of": case.as_of},)
    rows["catalogue_concept"] = [{"matcher": m, "concept_id": c} for _, _, _, m, _, c in used_concepts(plan)]
    for given, table in case.tables.items():
        relation = aliases.get(given, given)
        if relation not in columns:
            raise CaseError(f"case {case.name}: no definition reads table '{given}'")
        unknown = sorted({c for row in table for c in row} - set(columns[relation]))
        if unknown:
            raise CaseError(f"case {case.name}: no definition reads {', '.join(unknown)} of table '{given}'")
        rows[relation] = table
    return {
        relation: Table(SHARED.get(relation, (relation,))[0], columns[relation], rows[relation]) for relation in columns
    }


def _columns(catalogue: Catalogue, plan: Plan) -> dict[str, dict[str, str]]:
    """Return the columns of every relation that definitions name, each with the type of its role."""
    found: dict[str, dict[str, str]] = {name: dict(columns) for name, (_, columns) in SHARED.items()}
    for population in plan.populations.values():
        person = found.setdefault(population.person_model, {})
        person[population.person_id] = "bigint"
        if population.birth_date:
            person[population.birth_date] = "date"
        if population.sex:
            person[population.sex] = "bigint"
        if population.spine_model:
            found.setdefault(population.spine_model, {}).update(
                {population.spine_person: "bigint", population.spine_id: "bigint", population.spine_start: "date"}
            )
    for name, target in plan.targets.items():
        table = found.setdefault(target.model, {})
        table |= {target.person: "bigint", target.event: "bigint"}
        if target.episode:
            table[target.episode] = "bigint"
        if target.unattached:
            table[target.unattached.name] = "text"
        roles = Roles(catalogue.of("targets")[name].entry)
        table |= {column.name: _TYPES[column.kind] for column in (*roles.by_name.values(), *roles.dates.values())}
    return found


def in_order(members: Iterable[Any]) -> list[Member]:
    """Return members sorted, null last."""
    return sorted((tuple(m) for m in members), key=lambda m: [(v is None, v) if v is not None else (True,) for v in m])
