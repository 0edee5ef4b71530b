"""`measuremart trace` on the demo: the page's example, and the verdicts of a sample of persons and indicators."""

import random
from pathlib import Path

import pytest
from dbt_runs import ROOT, Warehouse
from lab.tiers import size
from measuremart.pipeline import read_definitions
from measuremart.trace.tracing import same_verdict, trace_indicator
from measuremart.warehouse.marts import Marts
from page_runs import Shell, blocks, is_as_shown, linked_project

pytestmark = pytest.mark.xdist_group("demo")


def test_the_page_as_written(demo: Warehouse, tmp_path: Path) -> None:
    """docs/how-to/ask-why.md."""
    page = blocks((ROOT / "docs" / "how-to" / "ask-why.md").read_text(encoding="utf-8"))
    assert [block.kind for block in page] == ["sh", "text", "sh"]
    variables = {"DBT_PROFILES_DIR": str(demo.folder / "profiles"), "DBT_TARGET": "duckdb", "COLUMNS": "120"}
    shell = Shell(linked_project(tmp_path / "project"), tmp_path, demo.environment(**variables))
    asked, code = shell.run(page[0].text)
    assert code == 0, asked
    assert is_as_shown(page[1].text, asked), asked
    others, code = shell.run(page[2].text)
    assert code == 0, others
    assert others.startswith(asked)  # the person has one episode
    assert "discussed_at_mdt" in others.removeprefix(asked)
    assert "<h1" in (shell.folder() / "why.html").read_text(encoding="utf-8")
    shell.close()


def test_verdicts_of_a_sample(demo: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the referee says of the person's rows is what was built, measure by measure and in the results."""
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(demo.database))
    plan = read_definitions(ROOT / "definitions", None).plan
    marts = Marts(ROOT, demo.folder / "profiles", "duckdb")
    results = demo.rows(
        "select indicator, person_id, report, count(*) from marts.fct_indicator_result group by all order by all"
    )
    for indicator, person, report, rows in random.Random(1).sample(results, size(15, 60)):
        found = trace_indicator(plan, marts, plan.indicators[indicator], person, None, report)
        assert sum(one.built is not None for one in found) >= rows, (indicator, person)
        for one in found:
            assert one.differs == (), (indicator, person)
            if one.built is not None:
                assert one.judged is not None
                assert same_verdict(one.built, one.judged)
