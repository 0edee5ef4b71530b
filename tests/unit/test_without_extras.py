"""What pip installs without an extra is enough for every command to begin: what an extra brings is imported when it is needed."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", one)[0].lower().replace("_", "-") for one in requirements}


def only_extra() -> list[str]:
    """The modules that some extra for users brings, and that are installed here."""
    extras = {"postgres", "publish", "web", "synthetic"}
    wanted = set().union(*(names(PROJECT["optional-dependencies"][extra]) for extra in extras))
    # What these bring along, and no dependency does.
    wanted |= {"starlette", "psycopg2-binary", "psycopg-pool"}
    modules = packages_distributions().items()
    return sorted(module for module, brings in modules if {name.lower().replace("_", "-") for name in brings} & wanted)


def test_every_command_begins_without_what_extras_bring() -> None:
    absent = [module for module in only_extra() if module != "dbt"]
    assert {"numpy", "scipy", "highspy", "fastapi", "starlette", "uvicorn", "argon2", "psycopg", "pyarrow"} <= {*absent}
    program = f"""
import sys
sys.modules.update(dict.fromkeys({absent!r}))
from measuremart.cli import app
from typer.testing import CliRunner
import typer
for name in sorted(typer.main.get_command(app).commands):
    done = CliRunner().invoke(app, [name, "--help"])
    assert done.exit_code == 0, (name, done.output)
done = CliRunner().invoke(app, ["publish", "lung_mdt", "--audience", "lung_public", "--preview"])
assert "pip install 'measuremart[publish]'" in done.stderr, done.output
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
