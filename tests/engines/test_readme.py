"""README.md: its commands over the demo, and what it shows of it."""

import re
from pathlib import Path

import duckdb
import pytest
from dbt_runs import ROOT, Warehouse
from page_runs import Shell, blocks, is_as_shown, linked_project

pytestmark = pytest.mark.xdist_group("demo")

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE)
REPORTS = [line for block in BLOCKS for line in block.text.splitlines() if line.startswith("measuremart report")]


@pytest.fixture
def shell(demo: Warehouse, tmp_path: Path) -> Shell:
    project = linked_project(tmp_path / "project")
    variables = {"COLUMNS": "140", "DBT_PROFILES_DIR": str(demo.folder / "profiles"), **demo.environment()}
    return Shell(project, tmp_path, variables)


def test_the_reports(demo: Warehouse, shell: Shell) -> None:
    """What `make demo` prints is what `measuremart report` prints; the lines below the table are all there."""
    (shown,) = (block.text for block in BLOCKS if block.kind == "text" and "eligible" in block.text)
    assert len(REPORTS) == 3
    for number, command in enumerate(REPORTS):
        printed, code = shell.run(f"{command} 2>/dev/null")
        assert code == 0, printed
        if number == 0:
            assert is_as_shown(shown, printed), printed
    page = (shell.folder() / "lung_mdt.html").read_text(encoding="utf-8")
    assert page.count("<table") == 1
    shell.close()


def test_the_definition(demo: Warehouse) -> None:
    (shown,) = (block.text for block in BLOCKS if block.kind == "yaml")
    section, definition = shown.split("\n", 1)
    files = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "definitions" / "lung").glob("*.yml"))]
    assert len([text for text in files if definition in text and f"{section}\n" in text]) == 1
    (linked,) = re.findall(r"\]\((models/generated/\S+)\)", PAGE)
    assert (ROOT / linked).is_file()
    (table,) = (block.text for block in BLOCKS if "measure_resolver" in block.text)
    name = Path(linked).stem.replace("match__", "subquery__")
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        drawn = str(connection.sql(f"select * from subqueries.{name} order by all limit 2"))
    assert drawn.startswith(table), drawn
