"""README.md: its commands over the demo, and what it shows of it."""

import re
from pathlib import Path

import duckdb
import pytest
from dbt_runs import ROOT, Warehouse
from page_runs import SCREEN, Shell, blocks, is_as_shown, linked_project

pytestmark = pytest.mark.xdist_group("demo")

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE)
# What is there: a clone, its virtual environment, and the demo, which is the build of these tests. test_make_demo runs
# `make demo` itself; test_own_repository installs the wheel.
THERE = """
git() { test "$1 $3" = "clone measuremart"; }
make() { test "$*" = demo && command measuremart report lung_mdt 2>/dev/null; }
python3() { test "$*" = "-m venv .venv" && mkdir -p .venv/bin && touch .venv/bin/activate; }
pip() { test "$1" = install; }
measuremart() { test "$1" = build || command measuremart "$@" 2>/dev/null; }
"""


def test_the_page_as_written(demo: Warehouse, tmp_path: Path) -> None:
    """README.md, block by block; what `make demo` prints is what `measuremart report` prints, with all lines below it."""
    (shown,) = (block.text for block in BLOCKS if block.kind == "text" and "eligible" in block.text)
    project = linked_project(tmp_path / "measuremart")
    variables = {"COLUMNS": "140", "DBT_PROFILES_DIR": str(demo.folder / "profiles"), **demo.environment()}
    shell = Shell(tmp_path, tmp_path, variables)
    shell.run(THERE)
    said = []
    for block in BLOCKS:
        if block.kind == "sh":
            printed, code = shell.run(block.text.replace("<the address of this repository>", "address"))
            assert code == 0, printed
            said.append(printed)
    shell.close()
    demonstrated, without_make, _ = said
    assert is_as_shown(shown, demonstrated), demonstrated
    assert len(demonstrated.splitlines()) <= SCREEN
    assert without_make.startswith(demonstrated)
    page = (project / "lung_mdt.html").read_text(encoding="utf-8")
    assert page.count("<table") == 1
    assert (project / "st-marys" / "dbt_project.yml").is_file()


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
