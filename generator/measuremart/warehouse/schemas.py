"""Whether a project says itself which schemas its relations are in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from measuremart.runtime import RuntimeMissingError, runtime_folder

_MACRO = Path("macros") / "generate_schema_name.sql"
_PLACES = {"schema", "database", "alias"}


def names_schemas_itself(project: Path) -> bool:
    """Say whether a project of a hospital's own puts relations elsewhere than measuremart does, or may do so.

    It does where `models` in dbt_project.yml has a schema, database or alias, or where the macro that names schemas is
    not that of measuremart.
    """
    try:
        said = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
        if said["name"] == "measuremart":
            return False
        ours = (runtime_folder() / _MACRO).read_bytes()
        return _has_a_place(said.get("models")) or (project / _MACRO).read_bytes() != ours
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, RuntimeMissingError):
        return True


def _has_a_place(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return any(str(key).lstrip("+") in _PLACES or _has_a_place(below) for key, below in value.items())
