"""A publication as one page of HTML that needs nothing else: no script, no style sheet of another file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import groupby
from typing import Any

_STYLE = (
    "body{font-family:sans-serif;max-width:70em;margin:2em auto;padding:0 1em;line-height:1.4}"
    "table{border-collapse:collapse;margin:1em 0}th,td{padding:.2em .6em;border-bottom:1px solid #ccc;text-align:left}"
    "td.n{text-align:right}td.h{color:#555}@media print{h2{break-after:avoid}}"
)
_WHY = {
    "small": "the count is small",
    "complementary": "another hidden count would follow from it",
    "earlier publication": "it differs by a few from what was shown before",
}
_HEADINGS = ("Period", "Group", "Level", "Organisation", "Due the care", "Got it", "Rate", "95% interval")
_Rows = Sequence[Mapping[str, Any]]


def page_of(tables: Mapping[str, _Rows]) -> str:
    """Return the page of one publication: its record, a table for each indicator, and why counts are hidden."""
    about = tables["pub_publication"][0]
    title = escape(f"{about['report_title']}, publication {about['publication_id']}")
    hidden: dict[tuple[str, ...], str] = {}
    for row in tables["pub_hidden"]:
        hidden[(*_place(row), row["quantity"])] = row["reason"]
    definitions = {row["indicator"]: row for row in tables["pub_definition"]}
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f"<title>{title}</title><style>{_STYLE}</style></head>",
        f"<body><h1>{title}</h1>",
        *_record(about, tables["pub_retraction"]),
    ]
    for indicator, rows in groupby(tables["pub_figure"], key=lambda row: row["indicator"]):
        parts += _indicator(definitions[indicator], list(rows), hidden)
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def _record(about: Mapping[str, Any], retractions: _Rows) -> Iterator[str]:
    below, base = about["below"], about["round_to"]
    rounded = (
        "All others are shown as they are." if base is None else f"All others are rounded to a multiple of {base}."
    )
    yield (
        f"<p>Audience: {escape(about['audience'])}. As of {about['as_of']}. Published {escape(about['published_at'])}, "
        f"approved by {escape(about['approver'])}.</p>"
    )
    yield f"<p>Counts of 1 to {int(below) - 1} are hidden. {rounded} Rates are of the counts as they are shown.</p>"
    for row in retractions:
        yield (
            f"<p><strong>Retracted</strong> {escape(row['retracted_at'])} by {escape(row['retracted_by'])}: "
            "the figures are gone.</p>"
        )
    yield "<p>A hidden count stands as <em>hidden</em> with the reason:</p><ul>"
    yield from (f"<li>{escape(reason)}: {escape(said)}</li>" for reason, said in _WHY.items())
    yield "</ul>"


def _indicator(about: Mapping[str, Any], rows: _Rows, hidden: Mapping[tuple[str, ...], str]) -> Iterator[str]:
    yield f"<h2>{escape(about['title'])}</h2><p>{escape(about['description'] or '')} Version {about['version']}.</p>"
    yield "<table><thead><tr>" + "".join(f'<th scope="col">{h}</th>' for h in _HEADINGS) + "</tr></thead><tbody>"
    for row in rows:
        place = _place(row)
        group = "everyone" if row["stratifier"] == "all" else f"{row['stratifier']}: {row['stratum']}"
        level = "the whole" if row["level_name"] == "all" else row["level_name"]
        said = "".join(f"<td>{escape(str(cell))}</td>" for cell in (row["period"], group, level, row["entity_title"]))
        for quantity in ("eligible", "met"):
            reason = hidden.get((*place, quantity))
            count = row[quantity]
            said += f'<td class="h">hidden: {escape(reason)}</td>' if reason else f'<td class="n">{int(count):,}</td>'
        interval = "" if row["lower_95"] is None else f"{_percent(row['lower_95'])} to {_percent(row['upper_95'])}"
        yield f'<tr>{said}<td class="n">{_percent(row["rate"])}</td><td class="n">{interval}</td></tr>'
    yield "</tbody></table>"


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(
        row[name] for name in ("indicator", "period_kind", "period", "stratifier", "stratum", "level_name", "entity")
    )


def _percent(value: Any) -> str:
    return "" if value is None else f"{Decimal(str(value)) * 100:.1f}%"
