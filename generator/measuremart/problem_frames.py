"""A problem as a person at a terminal reads it: the message, the line of the file with a mark below, the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.cells import cell_len

from measuremart.checks.rules import rule_of
from measuremart.problems import Kind, Position, Problem

_WORD = re.compile(r"[\w.-]+|(['\"]).*?\1")
_WIDEST = 160  # characters of a line of a file


def frames(problems: Iterable[Problem], folder: Path) -> Iterator[str]:
    """Yield the lines for each problem; `folder` is the folder of packs.

    The remedy of a rule follows the first problem of it. A file that cannot be read has no line.
    """
    remedied: set[str] = set()
    for problem in problems:
        rule, here = rule_of(problem), problem.position
        level = "warning" if problem.kind is Kind.WARNING else "error"
        yield f"{level}[{rule.id}]: {problem.message}"
        margin = " " * len(str(here.line))
        yield f"{margin}--> {here}"
        line = line_of(folder, here)
        if line is not None:
            text, before, length = _around(line, here.column)
            yield f"{margin} |"
            yield f"{here.line} | {text}".rstrip()
            yield f"{margin} | {' ' * before}{'^' * length}"
        if rule.id not in remedied:
            remedied.add(rule.id)
            yield f"{margin} = fix: {rule.parts['Fix']}"
            yield f"{margin} = more: measuremart rule {rule.id}"
        yield ""


def line_of(folder: Path, position: Position) -> str | None:
    """Return the line of a definition file at a position, None where there is none.

    What a terminal would take for an order, such as the beginning of a colour, becomes a question mark.
    """
    path = folder.parent / position.file
    if not path.is_file():  # a folder, or a pipe that would be waited for
        return None
    try:
        lines = re.split("\r\n|\r|\n", path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return None
    if position.line > len(lines):
        return None
    return "".join(c if c.isprintable() else " " if c == "\t" else "?" for c in lines[position.line - 1])


def _around(line: str, column: int) -> tuple[str, int, int]:
    """Return the part of a line to show, the width of what is before the word at a column, and the word's width."""
    start = min(column - 1, len(line))
    found = _WORD.match(line, start)
    end = found.end() if found else start + 1
    first = max(0, min(start, end - _WIDEST)) if end > _WIDEST else 0
    shown = line[first : first + _WIDEST]
    return shown, cell_len(line[first:start]), max(1, cell_len(shown[start - first : end - first]))
