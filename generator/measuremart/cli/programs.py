"""Problems as other programs read them: `--format` of `validate`, `generate --check` and `sync --check`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from measuremart.cli.console import DIFFERENT, echo, err
from measuremart.cli.options import ProblemFormat
from measuremart.cli.reading import stop_quietly_at
from measuremart.pipeline import Read
from measuremart.problem_formats import github_lines, problem_data, sarif
from measuremart.problems import Kind, Position, Problem, without_many_unused

_SO = "the problems are in the output"


def refuse_format_without_check(check: bool) -> None:
    """Stop where a format for programs is asked for without `--check`."""
    if not check:
        err.print("--format goes with --check: what is written is told in text")
        raise typer.Exit(2)


@contextmanager
def problems_for_programs(
    read: Read, form: ProblemFormat, project: Path, definitions: Path | None, unused: bool
) -> Iterator[list[str]]:
    """Print the problems, and each file that the caller puts into the list as not current; exit as without a format.

    Beside an error in the definitions nothing is known of files, and the caller is not asked.
    """
    folder = definitions or project / "definitions"
    if any(p.kind is not Kind.WARNING for p in read.problems):
        print_for_programs(read.problems, form, folder, unused)
        stop_quietly_at(read.problems, so=_SO)
    stale: list[str] = []
    yield stale
    text = "this generated file is not current: run the command without --check, and commit what it writes"
    found = [Problem(Position(path, 1, 1), text, Kind.MEANING, "not_current") for path in stale]
    print_for_programs([*read.problems, *found], form, folder, unused)
    raise typer.Exit(DIFFERENT if found else 0)


def print_for_programs(problems: Sequence[Problem], form: ProblemFormat, folder: Path, unused: bool) -> None:
    """Print problems in a format, to the output; `folder` is the folder of packs."""
    if form is ProblemFormat.github:  # which shows ten annotations of a step
        kept, count = (problems, "") if unused else without_many_unused(problems)
        lines = github_lines(kept, folder) + ([f"::notice::{count.removeprefix('warning: ')}"] if count else [])
        echo("".join(f"{line}\n" for line in lines))
        return
    data = problem_data(problems, folder) if form is ProblemFormat.json else sarif(problems, folder)
    echo(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
