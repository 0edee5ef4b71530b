"""A report as JSON, CSV, markdown and HTML: cuts, notes, and texts of definitions that could be read as markup."""

import csv
import datetime as dt
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from measuremart.report_cells import legend
from measuremart.report_files import Printed, report_csv, report_html, report_json, report_markdown
from measuremart.report_notes import built_otherwise_said, demo_said, left_out_said, reasons_said
from measuremart.report_rows import UNCUT, Cut
from measuremart.report_table import report_table
from rich.console import Console

NASTY = "<script>alert('x')</script> a|b *bold* _it_ `code` [link](http://x) & \\ ~~gone~~ $1"


def row(**more: Any) -> dict[str, Any]:
    return {
        "indicator_order": 1, "indicator": "seen", "title": "Seen in time", "entity": None, "entity_title": None,
        "period": "all time", "stratum": "all", "statistic": "proportion", "eligible": 20, "met": 15, "not_met": 5,
        "excluded": 3, "exception": 2, "unresolved": 1, "ineligible": 9, "rate": Decimal("0.75"),
        "lower_95": Decimal("0.531299"), "upper_95": Decimal("0.888138"), "median_days": None,
        "benchmark_value": Decimal("70.00"), "benchmark_unit": "percent", "better": "higher", "verdict": "reached",
        "is_certain": True, "measured": "proportion",
        "as_of": "2026-06-30", "reason": None, "without": None, "population": "omop",
        "data_source": "schema", "loaded_on": None, "last_date": None,
    } | more  # fmt: skip


UNAVAILABLE = row(
    indicator_order=2, indicator="asked", title="Asked", eligible=None, met=None, not_met=None, excluded=None, exception=None,
    unresolved=None, ineligible=None, rate=None, lower_95=None, upper_95=None, verdict="unavailable", is_certain=None, reason="no codes",
)  # fmt: skip


def whole(*rows: dict[str, Any], title: str = "Audit", cut: Cut = UNCUT, below: list[str] | None = None) -> Printed:
    return Printed("audit", title, cut, list(rows), [], below or [])


DEMO = "Data: the demo, invented patients"


def test_the_demo_is_said_before_all_else() -> None:
    rows = [row(data_source="demo", without="x")]
    printed = Printed("audit", "Audit", UNCUT, rows, [*demo_said(rows), "NOT IN THIS REPORT"], ["below"])
    assert json.loads(report_json(printed))["notes"][0] == DEMO
    assert json.loads(report_json(printed))["data_source"] == "demo"
    assert report_markdown(printed).splitlines()[:3] == ["# Audit, as of 2026-06-30", "", f"**{DEMO}**"]
    assert report_html(printed).split("</h1>\n")[1].startswith(f"<p><strong>{DEMO}</strong></p>")


@pytest.mark.parametrize("source", ["schema", "files", None])
def test_what_is_not_known_to_be_the_demo_is_not_called_so(source: str | None) -> None:
    assert demo_said([row(data_source=source)]) == []


@pytest.mark.parametrize(
    ("built", "given", "said"),
    [
        ({}, {"as_of": "2025-12-31"}, ["as_of 2025-12-31, and this report was built with as_of 2026-06-30"]),
        ({}, {"as_of": dt.date(2026, 6, 30), "omop_source": "schema"}, []),
        ({}, {"as_of": None}, []),
        ({"data_source": "demo"}, {"omop_source": "files"}, ["omop_source files, and this report was built with omop_source demo"]),
        (
            {"data_source": "demo"},
            {"omop_source": "files", "as_of": dt.date(2025, 1, 1)},
            ["as_of 2025-01-01", "omop_source files"],
        ),
        # each population has a source of its own
        ({"population": "epilepsy12", "data_source": "demo"}, {"omop_source": "files"}, []),
        ({"population": "epilepsy12", "data_source": "demo"}, {"e12_source": "files"}, ["e12_source files"]),
        ({"population": "clinic", "data_source": None}, {"omop_source": "files", "e12_source": "files"}, []),
    ],
)  # fmt: skip
def test_variables_that_are_not_those_of_the_build(
    built: dict[str, Any], given: dict[str, Any], said: list[str]
) -> None:
    found = built_otherwise_said([row(**built)], given)
    assert len(found) == len(said)
    for line, part in zip(found, said, strict=True):
        assert line.startswith(f"warning: --vars says {part}")


def test_json_has_numbers_and_nulls() -> None:
    said = json.loads(report_json(whole(row(), UNAVAILABLE, below=["a note"])))
    assert {k: said[k] for k in ("report", "title", "as_of", "level", "by", "period", "notes")} == {
        "report": "audit", "title": "Audit", "as_of": "2026-06-30", "level": None, "by": None, "period": "all time",
        "notes": ["a note"],
    }  # fmt: skip
    first, second = said["rows"]
    assert (first["met"], first["rate"], first["lower_95"], first["verdict"]) == (15, 0.75, 0.531299, "reached")
    assert (second["met"], second["rate"], second["verdict"], second["reason"]) == (
        None,
        None,
        "unavailable",
        "no codes",
    )


def test_csv_has_a_line_a_row_and_no_formula() -> None:
    text = report_csv(whole(row(title='=1+1 "x"'), UNAVAILABLE))
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["title"], first["rate"], first["upper_95"]) == ('\'=1+1 "x"', "0.75", "0.888138")
    assert (second["eligible"], second["rate"], second["verdict"]) == ("", "", "unavailable")


def test_a_page_shows_texts_as_they_are() -> None:
    page = report_html(whole(row(title=NASTY), title=NASTY, below=[NASTY]))
    assert "<script" not in page
    assert page.count(html.escape(NASTY)) == 4  # the title twice, the cell, the note
    assert not re.search(r"(src|href)=|@import|url\(", page)


def test_markdown_shows_texts_as_they_are() -> None:
    text = report_markdown(whole(row(title=NASTY), below=[NASTY]))
    cell = "&lt;script>alert('x')&lt;/script> a\\|b \\*bold\\* \\_it\\_ \\`code\\` \\[link\\](http://x) &amp; \\\\ \\~\\~gone\\~\\~ \\$1"
    lines = text.splitlines()
    assert lines[4] == f"| {cell} | 20 | 15 | 75.0% | 53.1–88.8% | >= 70% | reached | 3 | 2 | 1 |"
    assert lines[-1] == f"- {cell}"


OPEN_VERDICTS = [
    (row(is_certain=False), "reached?", True),
    (row(is_certain=False, verdict="not reached"), "not reached?", True),
    (row(is_certain=True), "reached", False),
    (row(is_certain=None, statistic="duration", median_days=Decimal(3)), "reached", False),
    (row(is_certain=False, verdict="not certain"), "not certain", False),
    (row(is_certain=False, verdict="no data"), "no data", False),
]


@pytest.mark.parametrize(("shown", "verdict", "is_explained"), OPEN_VERDICTS)
def test_a_verdict_that_the_interval_leaves_open_says_so(
    shown: dict[str, Any], verdict: str, is_explained: bool
) -> None:
    printed = whole(shown, below=legend([shown]))
    assert f" | {verdict} | 3 |" in report_markdown(printed)
    assert f">{verdict}</td>" in report_html(printed)
    assert any(line.startswith("?: the 95% interval holds the benchmark") for line in printed.below) is is_explained
    # the words for programs stay as they are in the marts
    said = json.loads(report_json(printed))["rows"][0]
    assert (said["verdict"], said["is_certain"]) == (shown["verdict"], shown["is_certain"])


def test_the_share_of_an_indicator_of_days_is_explained() -> None:
    """By level an indicator whose title says days has a rate."""
    lines = legend([row(measured="duration")])
    assert any(line.startswith("days: at a level") for line in lines)
    assert not any(line.startswith("days") for line in legend([row(), row(measured="duration", statistic="duration")]))


def test_a_text_of_two_lines_stays_in_its_cell() -> None:
    assert len(report_markdown(whole(row(title="a\nb"))).splitlines()) == len(
        report_markdown(whole(row())).splitlines()
    )


def test_the_parts_of_a_cut_are_columns() -> None:
    cut = Cut(level="open_uk", by="sex", period="year")
    text = report_markdown(whole(row(entity="n", entity_title="North", period="2025", stratum="female"), cut=cut))
    heads, _, cells = text.splitlines()[2:5]
    assert heads.startswith("| indicator | open uk | year | sex | eligible |")
    assert cells.startswith("| Seen in time | North | 2025 | female | 20 |")


def test_the_parts_of_a_cut_stand_below_their_indicator() -> None:
    rows = [row(stratum="female"), row(stratum="male"), UNAVAILABLE | {"stratum": "female"}]
    console = Console(width=140, highlight=False)
    with console.capture() as capture:
        console.print(report_table("Audit", rows, 140, Cut(by="sex", period="2025")))
    assert [" ".join(line.split()) for line in capture.get().splitlines()] == [
        "Audit, 2025, as of 2026-06-30",
        "indicator / sex eligible met rate 95% interval benchmark verdict excluded exception unresolved",
        "Seen in time",
        "female 20 15 75.0% 53.1–88.8% >= 70% reached 3 2 1",
        "male 20 15 75.0% 53.1–88.8% >= 70% reached 3 2 1",
        "",
        "Asked",
        "female - - - - >= 70% unavailable - - -",
    ]


def test_the_lines_around() -> None:
    notes = [
        {"note": "sub_cohort", "name": "s", "construct": "measure", "definition": "m", "reason": "r", "n": 0},
        {"note": "persons", "name": "", "construct": "", "definition": "", "reason": "", "n": 22},
    ]
    assert left_out_said(notes) == ["NOT IN THIS REPORT: sub-cohort s: measure m is incomplete: r"]
    assert reasons_said([row(), UNAVAILABLE, UNAVAILABLE]) == ["unavailable: Asked: no codes"]
