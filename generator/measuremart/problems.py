"""What is wrong with a definition, where, and how to say it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

# The check that finds definitions that nothing uses.
UNUSED = "unused_definition"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a definition file: lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Kind(Enum):
    """The class of a problem; the value is the exit code of a run whose first problem is of it."""

    YAML = 3
    LANGUAGE = 4
    MEANING = 5
    NOT_SUPPORTED = 6
    WARNING = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `check` is the id of the rule that found it, empty for syntax."""

    position: Position
    message: str
    kind: Kind
    check: str = ""

    def __str__(self) -> str:
        word = "warning: " if self.kind is Kind.WARNING else ""
        return f"{self.position}: {word}{self.message}"


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for the nearest valid word, or nothing where none is near."""
    near = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def exit_code(problems: Iterable[Problem]) -> int:
    """Return the exit code for these problems: the earliest class that any has, 0 for warnings alone."""
    codes = [p.kind.value for p in problems if p.kind is not Kind.WARNING]
    return min(codes, default=0)


def in_full(problems: Iterable[Problem]) -> list[str]:
    """Return a line for each problem."""
    return [str(problem) for problem in problems]


def in_short(problems: Iterable[Problem]) -> list[str]:
    """Return a line for each problem, but one line with the count for several unused definitions.

    A pack that was imported, or that several reports share, can have hundreds of these: they would bury the others.
    """
    kept, count = without_many_unused(problems)
    return [*in_full(kept), *([count] if count else [])]


def without_many_unused(problems: Iterable[Problem]) -> tuple[list[Problem], str]:
    """Return the problems without those on unused definitions, and the line that counts these; it is empty for one."""
    found = list(problems)
    unused = sum(p.check == UNUSED for p in found)
    if unused < 2:
        return found, ""
    count = f"warning: nothing uses {unused:,} definitions; `measuremart validate --unused` names them"
    return [p for p in found if p.check != UNUSED], count
