"""What is printed: in narrow terminals, to a disk that is full, to a pipe that nobody reads."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from measuremart.list_table import list_table
from measuremart.pipeline import read_definitions
from measuremart.report_table import report_table
from rich.console import Console, RenderableType

ROOT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).parent / "measuremart")
PROJECT = ("--project-dir", str(ROOT))


def printed(table: RenderableType, width: int) -> str:
    console = Console(width=width, highlight=False, markup=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def row(**more: Any) -> dict[str, Any]:
    return {
        "title": "Discussed by the whole team before the first treatment",
        "statistic": "rate",
        "eligible": 122,
        "met": 100,
        "indicator_order": 1,
        "rate": Decimal("0.8197"),
        "lower_95": Decimal("0.741794"),
        "upper_95": Decimal("0.878023"),
        "median_days": None,
        "benchmark_value": Decimal("70.0"),
        "benchmark_unit": "percent",
        "better": "higher",
        "verdict": "not reached",
        "is_certain": True,
        "excluded": 15,
        "exception": 4,
        "unresolved": 3,
        "as_of": "2026-06-30",
    } | more


ROWS = [
    row(),
    row(
        indicator_order=2,
        statistic="duration",
        median_days=Decimal("23.5"),
        benchmark_unit="days",
        better="lower",
        lower_95=None,
        upper_95=None,
    ),
    row(
        indicator_order=3,
        met=0,
        eligible=0,
        rate=None,
        lower_95=None,
        upper_95=None,
        benchmark_value=None,
        verdict="no benchmark",
    ),
]
TITLE = read_definitions(ROOT / "definitions").plan.reports["lung_mdt"].title


@pytest.mark.parametrize("width", [60, 40])
def test_a_report_in_a_narrow_terminal(width: int) -> None:
    lines = printed(report_table(TITLE, ROWS, width), width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split() == ["Lung", "Cancer", "MDT,", "as", "of", "2026-06-30"]
    said = " ".join(" ".join(lines).split())
    assert said.count("Discussed by the whole team before the first treatment") == 3
    assert "100 of 122 met, 82.0% (74.2–87.8%) benchmark >= 70%: not reached" in said
    assert "100 of 122 met, 23.5 d benchmark <= 70 d: not reached" in said
    assert "0 of 0 met, - no benchmark" in said
    assert said.count("not in the rate: 15 excluded, 4 exception, 3 unresolved") == 3


@pytest.mark.parametrize("width", [140, 110, 109, 80, 79, 60, 40, 20])
@pytest.mark.parametrize("n", [100, 1_000_000_000])
def test_no_terminal_cuts_a_report(width: int, n: int) -> None:
    text = printed(report_table(TITLE, [row(met=n, eligible=n + 22, excluded=n + 3)], width), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    together = "".join(text.split())
    for number in (n, n + 22):
        assert str(number) in together
    assert "notreached" in together
    outside = n + 3 + 4 + 3  # excluded, exception and unresolved, which are apart where there is room
    assert (str(n + 3) in together) != (str(outside) in together)


def head(width: int) -> list[str]:
    """The lines of the report's table down to its first row, without the title."""
    lines = printed(report_table(TITLE, ROWS, width), width).splitlines()
    return [" ".join(line.split()) for line in lines[1 : lines.index(next(x for x in lines if x.startswith("Disc")))]]


def test_a_wide_terminal_shows_more() -> None:
    two = ["rate benchmark", "indicator eligible met 95% interval verdict"]
    assert head(80) == [two[0], f"{two[1]} outside"]
    hint = "outside: excluded, exception and unresolved together; about 110 columns, or --format, show them apart."
    assert {w: hint in " ".join(printed(report_table(TITLE, ROWS, w), w).split()) for w in (80, 110, 160)} == {
        80: True,
        110: False,
        160: False,
    }
    assert head(110) == [two[0], f"{two[1]} excluded exception unresolved"]
    assert head(160) == ["indicator eligible met rate 95% interval benchmark verdict excluded exception unresolved"]


@pytest.mark.parametrize("width", [140, 80, 60, 40])
def test_no_terminal_cuts_a_list(width: int) -> None:
    name = "a_name_of_just_thirty_six_characters"
    rows = [
        {
            "name": name,
            "kind": "concept set",
            "pack": "lung",
            "grain": "",
            "state": "",
            "description": "What it is. " * 9,
        }
    ]
    rows.append(
        {
            "name": "short",
            "kind": "measure",
            "pack": "lung",
            "grain": "key treatment",
            "state": "unavailable",
            "description": "",
        }
    )
    text = printed(list_table(rows, width), width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    assert name in text
    together = "".join(text.split())
    for word in ("concept", "lung", "treatment", "unavailable", "Whatitis."):
        assert word in together


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["validate"], ["--help"]], ids=" ".join)
def test_a_full_disk(arguments: list[str]) -> None:
    options = PROJECT if arguments != ["--help"] else ()
    with open("/dev/full", "wb") as full:
        done = subprocess.run([COMMAND, *arguments, *options], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (7, b"the output cannot be written: No space left on device\n")


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["validate"]], ids=" ".join)
def test_a_pipe_that_nobody_reads(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([COMMAND, *arguments, *PROJECT], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (7, b"the output cannot be written: nobody reads it any more\n")
