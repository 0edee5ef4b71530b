"""dbt's own strict reading of our YAML: no unknown key, nothing deprecated, no warning at all.

dbt 1.11 checks YAML against its schema only for some adapters, and ours are not among them; here they are. What passes is
ready for dbt 2.0, which turns these warnings into errors.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner
from dbt.jsonschemas import jsonschemas
from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(folder.name for folder in (ROOT / "definitions").iterdir() if folder.is_dir())
PARTS = ["dbt_project.yml", "selectors.yml", ".dbtignore", "macros", "models", "seeds", "tests"]


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"duckdb", "postgres", "spark"}.isdisjoint(jsonschemas._JSONSCHEMA_SUPPORTED_ADAPTERS)
    adapters = {*jsonschemas._JSONSCHEMA_SUPPORTED_ADAPTERS, "duckdb", "postgres", "spark"}
    monkeypatch.setattr(jsonschemas, "_JSONSCHEMA_SUPPORTED_ADAPTERS", adapters)


def parse(project: Path, folder: Path, *options: str) -> tuple[bool, str]:
    """`dbt parse` with warnings as errors; whether it went well, and what it said."""
    (folder / "profiles").mkdir()
    shutil.copy(ROOT / "profiles.example.yml", folder / "profiles" / "profiles.yml")
    said: list[str] = []

    def listen(event: EventMsg) -> None:
        if event.info.level in ("warn", "error"):
            said.append(event.info.msg)

    result = dbtRunner(callbacks=[listen]).invoke(
        [
            *("parse", "--no-partial-parse", "--warn-error", "--quiet", "--vars", json.dumps({"packs": PACKS})),
            *("--project-dir", str(project), "--profiles-dir", str(folder / "profiles")),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), *options),
        ]
    )
    return result.success, "\n".join([*said, str(result.exception or "")])


def test_the_project_passes(tmp_path: Path) -> None:
    passed, said = parse(ROOT, tmp_path)
    assert passed, said
    assert said.strip() == ""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The project with its reference models alone, which is read faster."""
    project = tmp_path / "project"
    for part in ("macros", "seeds/reference", "tests/generic"):
        shutil.copytree(ROOT / part, project / part)
    settings = (ROOT / "dbt_project.yml").read_text()
    (project / "dbt_project.yml").write_text(settings[: settings.index("# A line for each room and layer")])
    (project / "models").mkdir()
    (project / "models" / "one.sql").write_text("select 1 as person_id")
    properties = {
        "version": 2,
        "models": [
            {
                "name": "one",
                "description": "A model.",
                "config": {"contract": {"enforced": True}, "tags": ["x"]},
                "columns": [{"name": "person_id", "data_type": "bigint", "description": "The person"}],
                "data_tests": [{"row_key": {"arguments": {"columns": ["person_id"]}}}],
            }
        ],
    }
    (project / "models" / "one.yml").write_text(json.dumps(properties))
    return project


def test_a_small_project_passes(small: Path, tmp_path: Path) -> None:
    passed, said = parse(small, tmp_path)
    assert passed, said


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param('"description": "A model."', '"descripton": "A model."', id="a misspelt key of a model"),
        pytest.param('"data_type"', '"data_typ"', id="a misspelt key of a column"),
        pytest.param('"tags"', '"tagz"', id="a misspelt configuration"),
        pytest.param('{"arguments": {"columns": ["person_id"]}}', '{"columns": ["person_id"]}', id="loose arguments"),
        pytest.param('"version": 2,', '"version": 2, "our_own": [],', id="a top-level key of our own"),
    ],
)
def test_the_check_can_fail(right: str, wrong: str, small: Path, tmp_path: Path) -> None:
    file = small / "models" / "one.yml"
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    passed, said = parse(small, tmp_path)
    assert not passed
    assert re.search(r"one\.yml", said), said


def test_the_check_can_fail_on_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (project / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, project / part)
    file = next((project / "models" / "generated").rglob("measure__*.yml"))
    file.write_text(file.read_text().replace("    description:", "    descripton:", 1))
    passed, said = parse(project, tmp_path)
    assert not passed
    assert "descripton" in said
    assert file.name in said
