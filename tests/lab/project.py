"""A temporary dbt project: the laboratory's models beside this repository's own macros and generic tests."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from lab.cases import PACK
from lab.models import LabModel

ROOT = Path(__file__).resolve().parents[2]


def write_project(folder: Path, models: list[LabModel], sources: list[str], profile: dict[str, Any]) -> None:
    """Write everything that `dbt build --project-dir folder --profiles-dir folder` needs."""
    shutil.copytree(ROOT / "macros", folder / "macros")
    shutil.copytree(ROOT / "tests" / "generic", folder / "tests" / "generic")
    real = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    _write(
        folder / "dbt_project.yml",
        {
            "name": "laboratory",
            "version": "0.1.0",
            "config-version": 2,
            "profile": "laboratory",
            "require-dbt-version": real["require-dbt-version"],
            "flags": {"send_anonymous_usage_stats": False},
            "test-paths": ["tests"],
            "vars": {**real["vars"], "packs": [PACK]},
            "models": {"laboratory": {"+materialized": "table"}},
        },
    )
    _write(folder / "profiles.yml", {"laboratory": {"target": "lab", "outputs": {"lab": profile}}})
    (folder / "models").mkdir()
    for model in models:
        (folder / "models" / f"{model.name}.sql").write_text(model.sql + "\n", encoding="utf-8")
    lab = {"name": "lab", "schema": "{{ target.schema }}", "tables": [{"name": name} for name in sources]}
    properties = {"version": 2, "sources": [lab], "models": [model.properties() for model in models]}
    _write(folder / "models" / "properties.yml", properties)


def _write(path: Path, data: object) -> None:
    # JSON is YAML, and much faster to write.
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
