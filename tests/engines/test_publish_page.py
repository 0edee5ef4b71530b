"""docs/how-to/publish.md, followed in order over the demo; its yaml is the lung pack's own."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, Warehouse
from page_runs import Shell, blocks, linked_project

pytestmark = pytest.mark.xdist_group("demo")

PAGE = (ROOT / "docs" / "how-to" / "publish.md").read_text(encoding="utf-8")


def test_the_audience_is_that_of_the_pack() -> None:
    (block,) = [block for block in blocks(PAGE) if block.kind == "yaml"]
    pack = (ROOT / "definitions" / "lung" / "audiences.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(block.text) == yaml.safe_load(pack)


def test_the_relations_are_all_there_is() -> None:
    models = yaml.safe_load((ROOT / "models" / "publication" / "_publication.yml").read_text(encoding="utf-8"))[
        "models"
    ]
    assert sorted(re.findall(r"^\| `(pub_\w+)` \|", PAGE, re.MULTILINE)) == sorted(model["name"] for model in models)


def test_the_commands_in_order(demo: Warehouse, tmp_path: Path) -> None:
    project = linked_project(tmp_path / "project")
    database = tmp_path / demo.database.name  # a copy: others read the demo
    shutil.copy(demo.database, database)
    given = demo.environment(DBT_PROFILES_DIR=str(demo.folder / "profiles"), MEASUREMART_DUCKDB=str(database))
    shell = Shell(project, tmp_path, given)
    said = []
    for block in blocks(PAGE):
        if block.kind == "sh":
            printed, code = shell.run(block.text)
            assert code == 0, printed
            said.append(printed)
    shell.close()
    preview, published, exported, of_audience, retracted = said
    assert "Nothing was published: this is a preview." in preview
    assert re.search(r"^the whole +[\d,]+ of [\d,]+ \(", preview, re.MULTILINE)
    assert re.search(r"^published: publication 1, [\d,]+ figures as of 2026-06-30$", published, re.MULTILINE)
    assert exported.count("publication 1, ") == 2
    assert "lung_public.duckdb" in of_audience
    assert "publication 1 is retracted" in retracted
    assert "Dr" not in retracted
    page = (project / "lung_publication_1" / "publication_1.html").read_text(encoding="utf-8")
    assert "hidden: small" in page
    assert (project / "lung_publication_1_csv" / "pub_hidden.csv").is_file()
    with duckdb.connect(str(database), read_only=True) as read:
        # Years without a counted key stand in no aggregate.
        years = (
            "select count(distinct period) from marts.agg_indicator inner join marts.dim_reference_period using (report, period_kind, period) "
            "where report = 'lung_mdt' and period_kind = 'year' and is_over"
        )
        assert read.sql("select count(*) from publication.pub_figure").fetchall() == [(0,)]
        ((over,),) = read.sql(years).fetchall()
        assert read.sql("select figures from publication.pub_publication").fetchall() == [(22 * over,)]
