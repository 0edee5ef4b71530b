"""What variables of a project become in SQL: a day or an error, never SQL of their own."""

import datetime
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment

SCALARS = Path(__file__).resolve().parents[2] / "macros" / "scalar"


class CompilerError(Exception):
    """What dbt would stop with."""


def called(macro: str, *arguments: Any, **variables: Any) -> str:
    """Return what a macro gives where dbt's variables are these."""

    def stop(message: str) -> None:
        raise CompilerError(message)

    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals |= {
        "var": variables.__getitem__,
        "modules": SimpleNamespace(re=re, datetime=datetime),
        "exceptions": SimpleNamespace(raise_compiler_error=stop),
    }
    module = environment.from_string((SCALARS / f"{macro}.sql").read_text(encoding="utf-8")).module
    return str(getattr(module, macro)(*arguments))


@pytest.mark.parametrize("day", ["2026-06-30", "2024-02-29", "1999-12-31", datetime.date(2026, 1, 1)])
def test_a_day(day: object) -> None:
    assert called("day_literal", day, "as_of") == f"cast('{day}' as date)"


@pytest.mark.parametrize(
    "day",
    [
        "2026-06-31",
        "2023-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-06-00",
        "0000-01-01",
        "2026-6-30",
        "30.06.2026",
        "2026-06-30 09:00",
        "2026-06-30\n",
        "2026-06-30') --",
        "\u0662\u0660\u0662\u0666-06-30",
        20260630,
        True,
    ],
)
def test_what_is_no_day_stops(day: object) -> None:
    with pytest.raises(CompilerError, match=re.escape(f"as_of is '{day}'; it is a day such as 2026-06-30")):
        called("day_literal", day, "as_of")
