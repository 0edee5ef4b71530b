"""What the engines run in `test_spec.py` is what dbt makes of it: every call of a macro in any scene, through dbt.

A generated model's only Jinja is `{{ ref(..) }}` and calls of scalar macros. dbt compiles the distinct calls of all scenes
as lines of one model; whole models are compared, built and tested through dbt in `tests/property/test_dbt.py`.
"""

import json
import re
from pathlib import Path

import pytest
from lab import DuckDbEngine, Engine, PostgresEngine, dbt_server
from lab.direct import PIECE, statement
from lab.engines import environment
from lab.models import lab_models
from lab.project import write_project

from spec.test_spec import ENGINES, SCENES, prepared

_NAME = re.compile(r"\{\{ (?:ref|source)\('[\w', ]+'\) \}\}")


class Lines:
    """A model of one line a call."""

    name = "lines"

    def __init__(self, calls: list[str]) -> None:
        self.sql = "\n".join(f"-- {number}\n{call}" for number, call in enumerate(calls))

    def properties(self) -> dict[str, str]:
        return {"name": self.name}


def calls() -> list[str]:
    """Return every distinct piece of Jinja in the models of all scenes, but names of relations."""
    texts = [model.sql for name in SCENES for model in lab_models(prepared(name), "x")]
    assert not [text for text in texts if "{%" in text or "{#" in text]
    return sorted({piece for text in texts for piece in PIECE.findall(text) if not _NAME.fullmatch(piece)})


@pytest.mark.parametrize("name", ENGINES)
def test_every_call_compiles_as_dbt_compiles_it(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    engine: Engine = PostgresEngine(request.getfixturevalue("postgres_dsn")) if name == "postgres" else DuckDbEngine()
    written = Lines(calls())
    write_project(tmp_path, [written], [], engine.profile())  # type: ignore[list-item]
    arguments = ["--quiet", "compile", "--no-introspect", "--no-populate-cache", "--log-level-file", "none"]
    code, said = dbt_server.run(
        [*arguments, "--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)], environment(), tmp_path
    )
    engine.close()
    assert code == 0, said
    nodes = json.loads((tmp_path / "target" / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    (found,) = [node["compiled_code"] for node in nodes.values() if node["name"] == written.name]
    assert found.strip() == statement(written.sql, name).strip()
    assert len(calls()) > 50
