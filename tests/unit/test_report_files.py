"""A report as JSON, CSV, markdown and HTML: cuts, notes, and texts of definitions that could be read as markup."""

import csv
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from measuremart.report_files import Printed, report_csv, report_html, report_json, report_markdown
from measuremart.report_notes import left_out_said, reasons_said
from measuremart.report_rows import UNCUT, Cut
from measuremart.report_table import report_table
from measuremart.wilson import wilson_95
from rich.console import Console

NASTY = "<script>alert('x')</script> a|b *bold* _it_ `code` [link](http://x) & \\ ~~gone~~ $1"


def row(**more: Any) -> dict[str, Any]:
    return {
        "indicator_order": 1, "indicator": "seen", "title": "Seen in time", "entity": None, "entity_title": None,
        "period": "all time", "stratum": "all", "statistic": "proportion", "eligible": 20, "met": 15, "not_met": 5,
        "excluded": 3, "exception": 2, "unresolved": 1, "ineligible": 9, "rate": Decimal("0.75"),
        "lower_95": Decimal("0.531299"), "upper_95": Decimal("0.888138"), "median_days": None,
        "benchmark_value": Decimal("70.00"), "benchmark_unit": "percent", "better": "higher", "verdict": "reached",
        "as_of": "2026-06-30", "reason": None, "without": None, "loaded_on": None, "last_date": None,
    } | more  # fmt: skip


UNAVAILABLE = row(
    indicator_order=2, indicator="asked", title="Asked", eligible=None, met=None, not_met=None, excluded=None, exception=None,
    unresolved=None, ineligible=None, rate=None, lower_95=None, upper_95=None, verdict="unavailable", reason="no codes",
)  # fmt: skip


def whole(*rows: dict[str, Any], title: str = "Audit", cut: Cut = UNCUT, below: list[str] | None = None) -> Printed:
    return Printed("audit", title, cut, list(rows), [], below or [])


# By hand with the formula of Wilson (1927), z = 1.959963985; of 0 of 10 it is z² / (10 + z²).
@pytest.mark.parametrize(
    ("met", "eligible", "expected"),
    [
        (15, 20, ("0.531299", "0.888138")),
        (0, 10, ("0.000000", "0.277533")),
        (10, 10, ("0.722467", "1.000000")),
    ],
)
def test_the_interval(met: int, eligible: int, expected: tuple[str, str]) -> None:
    assert wilson_95(met, eligible) == tuple(map(Decimal, expected))


def test_the_interval_of_a_publication() -> None:
    """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, the score method without continuity correction."""
    limits = wilson_95(81, 263)
    assert limits is not None
    assert tuple(round(limit, 4) for limit in limits) == (Decimal("0.2553"), Decimal("0.3662"))


def test_nobody_eligible_has_no_interval() -> None:
    assert wilson_95(0, 0) is None


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
