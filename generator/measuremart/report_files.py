"""A built report as JSON, CSV, markdown and a page of HTML that needs no other file.

Titles and reasons are somebody's text: in markdown and HTML every character of them stands for itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from measuremart.report_cells import IN_THE_RATE, OUTSIDE_THE_RATE, cell, heading, part_names, parts_of
from measuremart.report_rows import Cut
from measuremart.table_files import csv_line

# What files hold of a row, in this order; the names are those of the marts.
_TEXTS = ("indicator", "title", "entity", "entity_title", "period", "stratum", "statistic")
_NUMBERS = (
    "eligible", "met", "not_met", "excluded", "exception", "unresolved", "ineligible", "rate", "lower_95", "upper_95",
    "median_days", "benchmark_value",
)  # fmt: skip
_LAST_TEXTS = ("benchmark_unit", "better", "verdict", "is_certain", "as_of", "reason")
_FIELDS = (*_TEXTS, *_NUMBERS, *_LAST_TEXTS)
# A spreadsheet reads a text that begins so as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")
# What has a meaning anywhere in a line of markdown. No line begins with somebody's text.
_INLINE = re.compile(r"([\\`*_\[\]|~$])")


@dataclass(frozen=True, slots=True)
class Printed:
    """A report with all that is said of it: its rows, and the lines above and below them."""

    name: str
    title: str
    cut: Cut
    rows: list[dict[str, Any]]
    above: list[str]
    below: list[str]


def report_json(printed: Printed) -> str:
    """Return a report as one JSON object; rates and days are numbers."""
    cut = printed.cut
    whole = {
        "report": printed.name,
        "title": printed.title,
        "as_of": printed.rows[0]["as_of"],
        "data_source": printed.rows[0]["data_source"],
        "level": cut.level,
        "by": cut.by,
        "period": cut.period,
        "rows": [{name: row[name] for name in _FIELDS} for row in printed.rows],
        "notes": [*printed.above, *printed.below],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, default=float) + "\n"


def report_csv(printed: Printed) -> str:
    """Return the rows of a report as CSV: texts in quotes, null empty; a text that is a formula begins with `'`."""
    is_text = [name not in _NUMBERS for name in _FIELDS]
    lines = [csv_line(_FIELDS, [False] * len(_FIELDS))]
    for row in printed.rows:
        values = [None if row[name] is None else _plain(row[name], name) for name in _FIELDS]
        lines.append(csv_line(values, is_text))
    return "".join(lines)


def _plain(value: object, name: str) -> str:
    said = f"{value:f}" if name in _NUMBERS and not isinstance(value, int) else str(value)
    return f"'{said}" if name not in _NUMBERS and _FORMULA.match(said) else said


def report_markdown(printed: Printed) -> str:
    """Return a report as markdown: a heading, a table, and a list of what is said of it."""
    heads, rows = _table(printed)
    left = len(heads) - len(IN_THE_RATE) - len(OUTSIDE_THE_RATE)
    lines = [f"# {_markdown(heading(printed.title, printed.rows, printed.cut))}", ""]
    lines += [*(f"**{_markdown(line)}**" for line in printed.above), *([""] if printed.above else [])]
    lines.append(f"| {' | '.join(map(_markdown, heads))} |")
    lines.append(f"| {' | '.join('---' if n < left or h == 'verdict' else '---:' for n, h in enumerate(heads))} |")
    lines += [f"| {' | '.join(map(_markdown, row))} |" for row in rows]
    lines += ["", *(f"- {_markdown(line)}" for line in printed.below)]
    return "\n".join(lines) + "\n"


def report_html(printed: Printed) -> str:
    """Return a report as a page of HTML with its own style and no script, for a screen, a letter or a printer."""
    heads, rows = _table(printed)
    left = len(heads) - len(IN_THE_RATE) - len(OUTSIDE_THE_RATE)
    kinds = ["text" if n < left or head == "verdict" else "number" for n, head in enumerate(heads)]
    title = escape(heading(printed.title, printed.rows, printed.cut))
    head = "".join(f'<th scope="col" class="{k}">{escape(h)}</th>' for h, k in zip(heads, kinds, strict=True))
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{k}">{escape(c)}</td>' for c, k in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    above = "".join(f"<p><strong>{escape(line)}</strong></p>\n" for line in printed.above)
    below = "".join(f"<li>{escape(line)}</li>\n" for line in printed.below)
    return _PAGE.format(title=title, above=above, head=head, body=body, below=below)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.4 system-ui, sans-serif; margin: 2em; color: #111; background: #fff; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: 0.3em 0.8em; border-bottom: 1px solid #bbb; vertical-align: top; text-align: left; }}
.number {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>{title}</h1>
{above}<table>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody>
</table>
<ul>
{below}</ul>
</body>
</html>
"""


def _table(printed: Printed) -> tuple[list[str], list[list[str]]]:
    """Return the heads and rows of a report's table, each row whole."""
    columns = (*IN_THE_RATE, *OUTSIDE_THE_RATE)
    heads = ["indicator", *part_names(printed.cut), *columns]
    rows = [
        [str(row["title"]), *parts_of(row, printed.cut), *(cell(row, column) for column in columns)]
        for row in printed.rows
    ]
    return heads, rows


def _markdown(said: str) -> str:
    """Return a text that markdown shows as it is: on one line, no mark of it with a meaning."""
    one_line = " ".join(said.split())
    return _INLINE.sub(r"\\\1", one_line.replace("&", "&amp;").replace("<", "&lt;"))
