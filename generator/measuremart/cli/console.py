"""What is printed: two streams, exit codes, and the words for counts and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console

from measuremart.catalogue import noun
from measuremart.plan.nodes import Plan
from measuremart.write import Change, WriteRefusedError

DIFFERENT, REFUSED, WAREHOUSE, UNEXPECTED = 1, 7, 8, 9


class Unwritten(Exception):  # noqa: N818 - not an error of the program
    """What was to be said could not be written: a full disk, a pipe that nobody reads any more."""


class Output(Console):
    """A stream that says so where nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Raise `Unwritten`."""
        raise Unwritten("nobody reads it any more") from None


# Authored text is printed as it is: no [tags] and no :emoji: in it. Where it is not a terminal but a pipe or a log,
# nothing should be cut to 80 columns, unless COLUMNS asks for a width.
_IS_WIDTH_KNOWN = (sys.stdout and sys.stdout.isatty()) or os.environ.get("COLUMNS", "").isdigit()
out = Output(highlight=False, markup=False, emoji=False, width=None if _IS_WIDTH_KNOWN else 140)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def echo(text: str) -> None:
    """Print a text that is not for people only, as it is."""
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:  # which click would end on without a word
        raise Unwritten("nobody reads it any more") from None


def counted(number: int, what: str) -> str:
    """Return a count with its noun: `1 row`, `1,200 rows`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def of_section(number: int, section: str) -> str:
    """Return a count of definitions of a section."""
    return f"{number:,} {noun(section) if number == 1 else section.replace('_', ' ')}"


def built_said(plan: Plan) -> str:
    """Return how many subqueries, measures and reports models are made of."""
    counts = (("subqueries", plan.subqueries), ("measures", plan.measures), ("reports", plan.reports))
    return ", ".join(of_section(len(names), section) for section, names in counts)


def kinds_said(found: Sequence[Change]) -> str:
    """Return how many files are new, changed and removed."""
    kinds = {kind: sum(c.kind == kind for c in found) for kind in ("new", "changed", "removed")}
    return ", ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n) or "nothing to change"


@contextmanager
def refusing_to_write() -> Iterator[None]:
    """Say which file may not or cannot be written, and stop."""
    try:
        yield
    except WriteRefusedError as refusal:
        err.print(str(refusal))
        raise typer.Exit(REFUSED) from None
    except OSError as error:
        if error.filename is None:  # the output, not a file
            raise
        err.print(f"cannot write {error.filename}: {error.strerror}; run it again to go on")
        raise typer.Exit(REFUSED) from None
