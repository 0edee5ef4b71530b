"""A project of the publication models over seeds that stand for the marts, on either engine."""

import csv
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from dbt_runs import ROOT, Warehouse, scratch_project
from measuremart.publication.figures import WHOLE, Place
from measuremart.warehouse.marts import Marts
from publication.worlds import World

SCHEMA = "published"
REPORT, ROUNDED, EXACT = "r", "rounded", "exact"
TYPES = {
    "catalogue_audience": (
        "audience text, report text, method text, below bigint, round_to bigint, leaves bigint, delay_months bigint, "
        "delay_days bigint, shows_rate boolean, shows_interval boolean, shows_rank boolean"
    ),
    "catalogue_audience_part": "audience text, part text, name text",
    "run_context": "as_of date",
    "agg_indicator": (
        "report text, indicator text, indicator_order bigint, title text, version bigint, period_kind text, period text, "
        "stratifier text, stratum text, eligible bigint, met bigint"
    ),
    "agg_indicator_by_level": (
        "report text, indicator text, indicator_order bigint, title text, version bigint, period_kind text, period text, "
        "stratifier text, stratum text, level_order bigint, level_name text, entity text, eligible bigint, met bigint"
    ),
    "dim_reference_period": "report text, period_kind text, period text, start_date date, end_date date",
    "dim_level_entity": "population text, level_name text, entity text, title text",
    "dim_report": "report text, population text, title text",
    "dim_indicator": "report text, indicator text, indicator_order bigint, title text, description text, version bigint, better text",
    "fct_source_freshness": "population text, last_date date, source_release_date date",
    "organisation_membership": "population text, organisation text, span_from date, span_to date, level_name text, entity text",
    "report_attribution": "report text, is_counted boolean, cohort_date date",
}
# Two audiences of the same places; what neither names is in the marts, too, and must not be a candidate.
AUDIENCES = {ROUNDED: ("round", 8, 5, 2), EXACT: ("suppress", 8, None, 4)}


def rows_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every seed; the counts are those of the world, and beside them what no audience may see."""
    places = world.places()
    levels = ["all", *world.levels]
    whole = [p for p in places if p.level == WHOLE]
    return {
        "catalogue_audience": [(name, REPORT, *said, 0, 0, True, True, True) for name, said in AUDIENCES.items()],
        "catalogue_audience_part": [
            (name, part, word)
            for name in AUDIENCES
            for part, words in (
                ("level", world.levels), ("stratifier", world.stratifiers), ("period_kind", {kind for kind, _ in world.periods}),
            )
            for word in sorted(words)
        ],
        "run_context": [("2025-06-30",)],
        "agg_indicator": [(*_head(p), *world.count(p)) for p in whole]
        + [(REPORT, "i", 1, "I", 2, "undated", "undated", "all", "all", 99, 9), (REPORT, "gone", 2, "G", 1, "all_time", "all time", "all", "all", None, None)],
        "agg_indicator_by_level": [
            (*_head(p), levels.index(p.level), p.level, p.entity, *world.count(p)) for p in places if p.level != WHOLE
        ]
        + [(*_head(whole[0]), 9, "secret level", "x", 50, 40)],
        "dim_reference_period": [
            (REPORT, kind, period, *(days or (None, None))) for (kind, period), days in world.periods.items()
        ]
        + [(REPORT, "undated", "undated", None, None)],
        "dim_level_entity": [("p", p.level, p.entity, p.entity.upper()) for p in _once(places)],
        "dim_report": [(REPORT, "p", "The report")],
        "dim_indicator": [(REPORT, "i", 1, "I", "An indicator", 2, "higher")],
        "fct_source_freshness": [("p", "2025-06-01", "2025-06-02"), ("p", "2025-05-01", "2025-06-02")],
        "organisation_membership": [("p", m.organisation, m.first, m.last, m.level, m.entity) for m in world.memberships],
        "report_attribution": [(REPORT, True, "2024-01-01")],
    }  # fmt: skip


def _head(place: Place) -> tuple[Any, ...]:
    return (REPORT, "i", 1, "I", 2, place.period_kind, place.period, place.stratifier, place.stratum)


def _once(places: Iterable[Place]) -> list[Place]:
    return list({(p.level, p.entity): p for p in places if p.level != WHOLE}.values())


@dataclass
class Project:
    """The project, how it is reached, and what `measuremart publish` reads of definitions."""

    warehouse: Warehouse
    environment: dict[str, str]
    world: World

    @property
    def marts(self) -> Marts:
        """What the commands are given."""
        options = (
            "--target-path",
            str(self.warehouse.folder / "target"),
            "--log-path",
            str(self.warehouse.folder / "logs"),
        )
        return Marts(self.warehouse.project, self.warehouse.folder / "profiles", self.warehouse.target, options)

    def audience(self, name: str) -> Any:
        """As the plan has it."""
        _, below, base, leaves = AUDIENCES[name]
        return SimpleNamespace(about=SimpleNamespace(name=name), below=below, round_to=base, leaves=leaves)

    def report(self) -> Any:
        """As the plan has it."""
        return SimpleNamespace(
            about=SimpleNamespace(name=REPORT), types=SimpleNamespace(population="p"), period_date="cohort"
        )

    def seed(self, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        """Write the rows of the seeds."""
        folder = self.warehouse.project / "seeds"
        folder.mkdir(exist_ok=True)
        for name, found in rows.items():
            columns = [column.split()[0] for column in TYPES[name].split(", ")]
            with (folder / f"{name}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([columns, *found])

    def build(self, *more: str) -> None:
        """Build everything, as often as one likes."""
        run = self.warehouse.dbt("build", *more, **self.environment)
        assert run.exit_code == 0, run.output


def project(folder: Path, target: str, world: World, environment: dict[str, str]) -> Project:
    """Write the project; what the commands find in the environment must be set by the test."""
    scratch = scratch_project(folder, target)
    shutil.copytree(ROOT / "models" / "publication", scratch.project / "models" / "publication")
    shutil.copy(ROOT / "models" / "_groups.yml", scratch.project / "models")
    real = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    said = yaml.safe_load((scratch.project / "dbt_project.yml").read_text())
    said["models"] = {"measuremart": {"publication": real["models"]["measuremart"]["publication"]}}
    said["seeds"] = {
        "measuremart": {
            name: {"+column_types": dict(column.split() for column in columns.split(", ")), "+full_refresh": True}
            for name, columns in TYPES.items()
        }
    }
    said["seed-paths"] = ["seeds"]
    (scratch.project / "dbt_project.yml").write_text(yaml.safe_dump(said))
    scratch.arguments()  # writes the profile
    made = Project(scratch, scratch.environment(**environment), world)
    made.seed(rows_of(world))
    return made


def set_environment(found: Project) -> dict[str, str]:
    """Set what commands of this process find in the environment; return what stood there before."""
    kept = dict(os.environ)
    os.environ.update(found.environment)
    return kept
