"""A built report as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from measuremart.report_cells import IN_THE_RATE, OUTSIDE_THE_RATE, cell, heading, part_names, parts_of
from measuremart.report_rows import UNCUT, Cut

_INDICATOR, _GAP = 28, 2
# Columns of a table; two names are one column, one below the other.
_Columns = Sequence[tuple[str, ...]]
_ONE_LINE: _Columns = [(name,) for name in IN_THE_RATE]
_TWO_LINES: _Columns = [("eligible",), ("met",), ("rate", "95% interval"), ("benchmark", "verdict")]
_OUTSIDE: _Columns = [(name,) for name in OUTSIDE_THE_RATE]
_TOGETHER: _Columns = [("outside",)]
_SUMMED = "outside: excluded, exception and unresolved together; about 110 columns, or --format, show them apart."
# The first that the terminal is wide enough for is taken.
_LAYOUTS: Sequence[_Columns] = (
    [*_ONE_LINE, *_OUTSIDE],
    [*_TWO_LINES, *_OUTSIDE],
    [*_ONE_LINE, *_TOGETHER],
    [*_TWO_LINES, *_TOGETHER],
)


def report_table(title: str, rows: list[dict[str, Any]], width: int, cut: Cut = UNCUT) -> RenderableType:
    """Return what to print: indicator, eligible, met, rate and its interval, benchmark, verdict.

    A terminal that is wide enough also shows what did not enter the rate, in columns apart or together in one. One that
    is too narrow for columns shows the indicators one below the other. The parts of a cut report stand below their
    indicator.
    """
    title = heading(title, rows, cut)
    for layout in _LAYOUTS:
        columns = [[_cell(row, names) for row in rows] for names in layout]
        widths = [max(map(_width, ["\n".join(names), *cells])) for names, cells in zip(layout, columns, strict=True)]
        if _INDICATOR + sum(_GAP + w for w in widths) <= width:
            return _columns(title, rows, layout, columns, cut)
    return _stacked(title, rows, cut)


def _cell(row: dict[str, Any], names: tuple[str, ...]) -> str:
    said = [cell(row, name) for name in names]
    return "\n".join([text for text in said if text != "-"] or said[:1])


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _columns(
    title: str, rows: list[dict[str, Any]], layout: _Columns, columns: list[list[str]], cut: Cut
) -> RenderableType:
    lines = 2 if any(len(names) > 1 for names in layout) else 1
    caption = None if _OUTSIDE[0] in layout else _SUMMED
    table = Table(
        title=title,
        title_justify="left",
        caption=caption,
        caption_justify="left",
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
    )
    table.add_column(" / ".join(["indicator", *part_names(cut)]), overflow="fold", min_width=_INDICATOR)
    for names in layout:
        is_text = "verdict" in names
        table.add_column("\n".join(names), justify="left" if is_text else "right", no_wrap=True)
    above = None
    for number, row in enumerate(rows):
        parts = parts_of(row, cut)
        if parts and row["indicator_order"] != above:
            table.add_row(Text(("\n" if above is not None else "") + str(row["title"])))
            above = row["indicator_order"]
        elif lines > 1 and not parts and number > 0:
            table.add_row()
        name: RenderableType = Text(str(row["title"]), overflow="fold")
        if parts:
            name = Padding(Text(" · ".join(parts), overflow="fold"), (0, 0, 0, 2))
        table.add_row(name, *(cells[number] for cells in columns))
    return table


def _stacked(title: str, rows: list[dict[str, Any]], cut: Cut) -> Group:
    said: list[RenderableType] = [Text(title, style="italic", overflow="fold")]
    above = None
    for row in rows:
        parts = parts_of(row, cut)
        if row["indicator_order"] != above:
            said.append(Text(f"\n{row['title']}", overflow="fold"))
            above = row["indicator_order"]
        if parts:
            said.append(Padding(Text(" · ".join(parts), overflow="fold"), (0, 0, 0, 2)))
        lines = _lines(row)
        said += [Padding(Text(line, overflow="fold"), (0, 0, 0, 4 if parts else 2)) for line in lines]
    return Group(*said)


def _lines(row: dict[str, Any]) -> list[str]:
    if row["met"] is None:
        return [str(row["verdict"])]
    interval = "" if row["lower_95"] is None else f" ({cell(row, '95% interval')})"
    outside = ", ".join(f"{cell(row, name)} {name}" for name in OUTSIDE_THE_RATE)
    benchmark = cell(row, "benchmark")
    return [
        f"{row['met']} of {row['eligible']} met, {cell(row, 'rate')}{interval}",
        str(row["verdict"]) if benchmark == "-" else f"benchmark {benchmark}: {row['verdict']}",
        f"not in the rate: {outside}",
    ]
