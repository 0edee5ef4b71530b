"""docs/how-to/use-from-bi.md over the demo: its programs, its exports, and the keys of its relationships.

The role of PostgreSQL that may only read is in test_postgres_demo.
"""

import csv
import re
from pathlib import Path

import duckdb
import pytest
from dbt_runs import ROOT, Warehouse
from page_runs import Shell, blocks, linked_project

pytestmark = pytest.mark.xdist_group("demo")

PAGE = (ROOT / "docs" / "how-to" / "use-from-bi.md").read_text(encoding="utf-8")
KEYS = re.findall(r"^\| `(\w+)\[(\w+)\]` \| `(\w+)\[(\w+)\]` \|$", PAGE, re.MULTILINE)


def test_the_programs_and_exports_in_order(demo: Warehouse, tmp_path: Path) -> None:
    project = linked_project(tmp_path / "project")
    (project / "measuremart_demo_lung.duckdb").symlink_to(demo.database)
    shell = Shell(project, tmp_path, demo.environment(DBT_PROFILES_DIR=str(demo.folder / "profiles")))
    said = []
    for block in blocks(PAGE):
        if block.kind == "python" or block.text.startswith("measuremart "):
            is_python = block.kind == "python"
            printed, code = shell.run(f"python - <<'end'\n{block.text}end\n" if is_python else block.text)
            assert code == 0, printed
            said.append(printed)
    shell.close()
    figures, _, rows = said
    assert "22 rows" in figures
    counted = demo.rows("select count(*) from marts.fct_indicator_result where report = 'lung_mdt'")[0][0]
    assert re.search(rf"│ lung_mdt +│ +{counted} │", rows), rows
    folder = project / "marts_2026_06_30_csv"
    with (folder / "agg_indicator.csv").open(encoding="utf-8", newline="") as file:
        written = next(csv.reader(file))
    described = demo.rows("select column_name from (describe marts.agg_indicator)")
    assert sorted(written) == sorted(name for (name,) in described)
    assert (folder / "report__lung_mdt__dataset.csv").is_file()


def test_relationships(demo: Warehouse) -> None:
    """Each leads from many to one: the key is the dimension's own, and every fact has it."""
    assert len(KEYS) == 8
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        for many, foreign, one, key in KEYS:
            assert connection.sql(f"select {key} from marts.{one} group by 1 having count(*) > 1").fetchall() == []
            absent = f"select count(*) from marts.{many} where {foreign} not in (select {key} from marts.{one})"
            assert connection.sql(absent).fetchall() == [(0,)], (many, foreign)
            assert connection.sql(f"select count({foreign}) > 0 from marts.{many}").fetchall() == [(True,)], many
