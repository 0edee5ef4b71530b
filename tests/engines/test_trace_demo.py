"""`measuremart trace` on the demo: the page's example, and the verdicts of a sample of persons and indicators."""

import random
import re

import pytest
from dbt_runs import ROOT, Warehouse
from lab.tiers import size
from measuremart.cli import app
from measuremart.pipeline import read_definitions
from measuremart.trace.tracing import same_verdict, trace_indicator
from measuremart.warehouse.marts import Marts
from typer.testing import CliRunner

pytestmark = pytest.mark.xdist_group("demo")


def test_the_example_of_the_page(demo: Warehouse) -> None:
    page = (ROOT / "docs" / "how-to" / "ask-why.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"```text\n(.*?)```", page, flags=re.DOTALL)
    where = ["--project-dir", str(ROOT), "--profiles-dir", str(demo.folder / "profiles"), "--target", "duckdb"]
    done = CliRunner().invoke(
        app, ["trace", "mdt_discussion", "--person", "16", *where], env={"MEASUREMART_DUCKDB": str(demo.database)}
    )
    assert done.exit_code == 0, done.output
    assert done.stdout == printed


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
