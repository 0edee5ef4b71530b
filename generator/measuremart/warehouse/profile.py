"""What dbt's profile says before dbt is asked: whether there is one, and whether its DuckDB file is there.

dbt would make a missing DuckDB file only to find nothing in it. What is not plain here (a profile that computes its
path) is left to dbt.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

# The profile to copy: in the project of measuremart, and in a hospital's own repository.
_EXAMPLES = ("profiles.example.yml", "profiles.yml.example")
# The one expression that paths in profiles commonly are: {{ env_var('NAME') }} or {{ env_var('NAME', 'default') }}.
_ENV_VAR = re.compile(r"""\{\{\s*env_var\(\s*(['"])(\w+)\1\s*(?:,\s*(['"])([^'"]*)\3\s*)?\)\s*\}\}""")

# What dbt makes of a text in a profile: a server is connected to with texts.
_CAST = re.compile(r"\s*\|\s*as_(?:number|native|text|bool)\s*\}\}")

_SECRET = re.compile(r"pass|pwd|token|secret|key", re.IGNORECASE)


def missing(project: Path, profiles_dir: Path | None, target: str | None) -> str | None:
    """Return what is missing before dbt can answer a query, and what to run; None where nothing is known to be."""
    lack = missing_profile(project, profiles_dir)
    if lack:
        return lack
    file = profiles_folder(project, profiles_dir) / "profiles.yml"
    database = _duckdb_file(project, file, target)
    if database is not None and not database.exists():
        return f"the project is not built: there is no database {database}; run `dbt build`"
    return None


def missing_profile(project: Path, profiles_dir: Path | None) -> str | None:
    """Return what to run where there is no profiles.yml, None where there is one."""
    lack = no_profile(project, profiles_dir)
    return None if lack is None else f"dbt has no profile: {lack[0]}; {lack[1]}"


def no_profile(project: Path, profiles_dir: Path | None) -> tuple[str, str] | None:
    """Return that there is no profile, and what to do; None where there is one."""
    file = profiles_folder(project, profiles_dir) / "profiles.yml"
    if file.is_file():
        return None
    example = next((name for name in _EXAMPLES if (project / name).is_file()), _EXAMPLES[0])
    return f"there is no {file}", f"run `cp {example} profiles.yml` in the project, or say --profiles-dir"


def engine_of(project: Path, profiles_dir: Path | None, target: str | None) -> str | None:
    """Return the engine of a target, such as `duckdb`, None where the profile does not plainly say it."""
    engine = _output(project, profiles_folder(project, profiles_dir) / "profiles.yml", target).get("type")
    return engine if isinstance(engine, str) else None


def secrets_of(project: Path, profiles_dir: Path | None, target: str | None) -> list[str]:
    """Return what no message may show of a target: the values of keys such as `password`, longest first."""
    output = _output(project, profiles_folder(project, profiles_dir) / "profiles.yml", target)
    return sorted(_secret_values(output), key=len, reverse=True)


def _secret_values(value: Any, *, is_secret: bool = False) -> set[str]:
    if isinstance(value, dict):
        parts = [(part, is_secret or bool(_SECRET.search(str(key)))) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [(part, is_secret) for part in value]
    else:
        found = {str(value), _plain(value) or ""} if is_secret and value is not None else set()
        return found - {""}
    return {found for part, secret in parts for found in _secret_values(part, is_secret=secret)}


def profiles_folder(project: Path, profiles_dir: Path | None) -> Path:
    """Return the folder in which profiles.yml is looked for: where dbt looks for it, and before ~/.dbt the project."""
    given = profiles_dir or os.environ.get("DBT_PROFILES_DIR")
    if given:
        return Path(given)
    beside = (folder for folder in (Path(), project) if (folder / "profiles.yml").is_file())
    return next(beside, Path.home() / ".dbt")


def profiles_option(project: Path, profiles_dir: Path | None) -> tuple[str, ...]:
    """Return the option that tells dbt where profiles.yml is, () where dbt finds it without."""
    if profiles_dir is not None:
        return "--profiles-dir", str(profiles_dir)
    folder = profiles_folder(project, None)
    is_found = "DBT_PROFILES_DIR" in os.environ or folder in (Path(), Path.home() / ".dbt")
    return () if is_found else ("--profiles-dir", str(folder))


def duckdb_file_and_schema(project: Path, profiles_dir: Path | None, target: str | None) -> tuple[Path, str] | None:
    """Return the file and the schema of a DuckDB target, None where it is another engine or not plainly a file."""
    file = profiles_folder(project, profiles_dir) / "profiles.yml"
    output = _output(project, file, target)
    database = _duckdb_file(project, file, target)
    schema = _plain(output.get("schema", "main"))
    return (database, schema) if database is not None and schema else None


def postgres_connection(
    project: Path, profiles_dir: Path | None, target: str | None
) -> tuple[dict[str, Any], str] | None:
    """Return how to connect to a PostgreSQL target, and its schema; None where it is another engine or not plain."""
    output = _output(project, profiles_folder(project, profiles_dir) / "profiles.yml", target)
    if output.get("type") != "postgres":
        return None
    names = {"host": "host", "port": "port", "user": "user", "dbname": "dbname", "sslmode": "sslmode"}
    names |= {"password": "password", "sslrootcert": "sslrootcert", "sslcert": "sslcert", "sslkey": "sslkey"}
    given = {
        ours: _plain(_CAST.sub(" }}", str(output[theirs])))
        for theirs, ours in names.items()
        if output.get(theirs) is not None
    }
    if "password" not in given and output.get("pass") is not None:
        given["password"] = _plain(str(output["pass"]))
    schema = _plain(output.get("schema", ""))
    return None if None in given.values() or not schema else (given, schema)


def _duckdb_file(project: Path, file: Path, target: str | None) -> Path | None:
    """Return the file of a DuckDB target, None where it is another engine or not plainly a file."""
    output = _output(project, file, target)
    path = _plain(output.get("path", ":memory:")) if output.get("type") == "duckdb" else None
    # :memory:, md:name and s3://.. are no files
    return Path(path) if path and ":" not in path.removeprefix(Path(path).drive) else None


def _output(project: Path, file: Path, target: str | None) -> dict[str, Any]:
    """Return what a profile says of a target, {} where it cannot be read."""
    try:
        profiles = yaml.safe_load(file.read_text(encoding="utf-8"))
        name = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["profile"]
        profile = profiles[name]
        chosen = target or os.environ.get("DBT_TARGET") or _plain(profile.get("target", "default"))
        output = profile["outputs"][chosen]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return {}
    return output if isinstance(output, dict) else {}


def _plain(text: Any) -> str | None:
    """Return a text with its environment variables filled in, None where it holds more of Jinja than they."""
    unset = [found[2] for found in _ENV_VAR.finditer(str(text)) if found[4] is None and found[2] not in os.environ]
    filled = _ENV_VAR.sub(lambda found: os.environ.get(found[2], found[4] or ""), str(text))
    return None if unset or "{{" in filled or "{%" in filled else filled
