"""The hand-written models of staging, episodes and targets, as dbt would compile them, run on an engine."""

from __future__ import annotations

import csv
import datetime
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytz
import yaml
from jinja2 import Environment
from lab.cases import Table
from lab.engines import Engine
from lab.project import ROOT

from attachment.world import Attached, Settings, World

# Target, its OMOP table, the stem of its date columns, and the field concept of links to it.
EVENT_TABLES = {
    "condition": ("condition_occurrence", "condition_start", 1147127),
    "drug": ("drug_exposure", "drug_exposure_start", 1147094),
    "procedure": ("procedure_occurrence", "procedure", 1147082),
    "measurement": ("measurement", "measurement", 1147138),
    "observation": ("observation", "observation", 1147165),
    "device": ("device_exposure", "device_exposure_start", 1147115),
    "visit": ("visit_occurrence", "visit_start", 1147070),
}
SPINE = ("episode_lineage", "episode_of_care", "episode_nested", "episode_link", "episode_reach")
MODELS = {path.stem: path for path in (ROOT / "models").rglob("*.sql")}
SEED_TYPES = {"kind": "text", "event_table": "text"}


def compiler(engine: str, settings: Settings) -> Environment:
    """Return an environment in which a hand-written model compiles as dbt compiles it over a source schema."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False, keep_trailing_newline=True)
    paths = [p for folder in ("scalar", "omop", "settings") for p in sorted((ROOT / "macros" / folder).glob("*.sql"))]
    paths.append(ROOT / "macros" / "files" / "csv_settings.sql")
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    variables = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    variables |= {"omop_source": "schema", **asdict(settings)}

    def dispatch(name: str, _package: str) -> Any:
        module = environment.globals["macros"]
        return getattr(module, f"{engine}__{name}", None) or getattr(module, f"default__{name}")

    environment.globals["adapter"] = SimpleNamespace(dispatch=dispatch)
    environment.globals["target"] = SimpleNamespace(type=engine)
    environment.globals["modules"] = SimpleNamespace(re=re, datetime=datetime, pytz=pytz)
    # A variable without a default that is not set is an error, as in dbt.
    environment.globals["var"] = lambda name, *default: variables.get(name, *default) if default else variables[name]
    environment.globals["ref"] = lambda name: name
    environment.globals["source"] = lambda _, name: f"source_{name}"
    module = environment.from_string(source).module
    environment.globals["macros"] = module
    environment.globals |= {name: getattr(module, name) for name in re.findall(r"\{%-?\s*macro\s+(\w+)", source)}
    return environment


def attached(
    engine: Engine, world: World, settings: Settings, targets: tuple[str, ...] = ("drug",)
) -> dict[str, list[Attached]]:
    """Return, by target, what the models make of a world in which every target has all its events."""
    engine.begin()
    try:
        return _attached(engine, world, settings, targets)
    finally:
        engine.rollback()


def _attached(engine: Engine, world: World, settings: Settings, targets: tuple[str, ...]) -> dict[str, list[Attached]]:
    environment = compiler(engine.name, settings)
    tables: dict[str, list[dict[str, Any]]] = {"episode": [e.row() for e in world.episodes], "provider": []}
    tables["episode_event"] = []
    for target in targets:
        table, stem, field = EVENT_TABLES[target]
        tables[table] = [
            {"person_id": e.person, f"{table}_id": e.id, f"{stem}_date": e.day, f"{stem}_datetime": e.moment}
            for e in world.events
        ]
        tables["episode_event"] += [
            {"episode_id": episode, "event_id": e.id, "episode_event_field_concept_id": field}
            for e in world.events
            for episode in e.links
        ]
    nobody = Table("opted_out_person", {"population": "text", "person_id": "bigint"}, [])
    engine.load(nobody, "opted_out_person")
    everything = [{"target_model": f"target__{target}", "concept_id": None} for target in targets]
    asked = Table("asked_concept", {"target_model": "text", "concept_id": "bigint"}, everything)
    engine.load(asked, "asked_concept")
    engine.load(Table("run_context", {"as_of": "date"}, [{"as_of": world.as_of}]), "run_context")
    for seed in ("episode_kind", "event_field"):
        engine.load(_seed(seed), seed)
    for table, rows in tables.items():
        staging = MODELS[f"stg_omop__{table}"].read_text(encoding="utf-8")
        engine.load(Table(table, _source_columns(staging), rows), f"source_{table}")
        engine.execute(f"create view stg_omop__{table} as {environment.from_string(staging).render()}")
    answers = {}
    for name in (*SPINE, *(f"target__{target}" for target in targets)):
        sql = environment.from_string(MODELS[name].read_text(encoding="utf-8")).render()
        engine.execute(f"create table {name} as {sql}")
    for target in targets:
        treatment = "treatment_id" if target in ("drug", "procedure") else "null"
        rows = engine.rows(
            f"select person_id, event_id, episode_id, nested_id, {treatment}, attached_by, unattached_reason "
            f"from target__{target}"
        )
        answers[target] = in_order([Attached(*row) for row in rows])
    return answers


def in_order(rows: list[Attached]) -> list[Attached]:
    """Return rows in an order of their own, null last."""
    return sorted(rows, key=lambda r: [(v is None, v if v is not None else 0) for v in list(asdict(r).values())[:5]])


@cache
def _seed(name: str) -> Table:
    path: Path = ROOT / "seeds" / "reference" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = {column: SEED_TYPES.get(column, "bigint") for column in rows[0]}
    typed = [{c: v if columns[c] == "text" else int(v) for c, v in row.items()} for row in rows]
    return Table(name, columns, typed)


def _source_columns(staging: str) -> dict[str, str]:
    """Return the columns that a staging model reads, each of a type that a source may well have."""
    columns = {}
    for words in re.findall(r"omop_(?:column|day)\((.*?)\)", staging, flags=re.DOTALL):
        named = re.findall(r"'(\w+)'", words)[1:]
        for column in named[:2] if "bigint" not in named[:2] and named[1] not in ("text", "number") else named[:1]:
            kind = named[1] if named[1] in ("bigint", "text", "number") else "date"
            kind = "timestamp" if column.endswith("_datetime") else kind
            columns[column] = "numeric(38, 10)" if kind == "number" else kind
    return columns
