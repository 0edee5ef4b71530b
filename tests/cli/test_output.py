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
        "rate": Decimal("0.8197"),
        "benchmark_value": Decimal("70.0"),
        "benchmark_unit": "percent",
        "better": "higher",
        "verdict": "not reached",
        "excluded": 15,
        "exception": 4,
        "unresolved": 3,
        "as_of": "2026-06-30",
    } | more


ROWS = [
    row(),
    row(statistic="duration", median_days=Decimal("23.5"), benchmark_unit="days", better="lower"),
    row(met=0, eligible=0, rate=None, benchmark_value=None, verdict="no benchmark"),
]
TITLE = read_definitions(ROOT / "definitions").plan.reports["lung_mdt"].title


@pytest.mark.parametrize("width", [60, 40])
def test_a_report_in_a_narrow_terminal(width: int) -> None:
    lines = printed(report_table(TITLE, ROWS, width), width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].split() == ["Lung", "Cancer", "MDT,", "as", "of", "2026-06-30"]
    said = " ".join(" ".join(lines).split())
    assert said.count("Discussed by the whole team before the first treatment") == 3
    assert "100 of 122 met, 82.0% benchmark >= 70%: not reached" in said
    assert "100 of 122 met, 23.5 d benchmark <= 70 d: not reached" in said
    assert "0 of 0 met, - benchmark -: no benchmark" in said


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
    assert (str(n + 3) in together) == ("excluded" in together)


def test_a_wide_terminal_shows_what_is_outside_the_rate() -> None:
    rows = ROWS[:2]
    heads = {width: printed(report_table(TITLE, rows, width), width).splitlines()[1].split() for width in (80, 110)}
    assert heads[80] == ["indicator", "eligible", "met", "rate", "benchmark", "verdict"]
    assert heads[110] == [*heads[80], "excluded", "exception", "unresolved"]
    longer = printed(report_table(TITLE, ROWS, 110), 110).splitlines()[1].split()  # "no benchmark" takes its room
    assert longer == heads[80]


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
