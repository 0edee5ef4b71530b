"""The commands to try next, as they can be pasted into the same shell. Printed where errors are, so that no file that
output is sent to has them."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from measuremart.cli.console import err
from measuremart.plan.nodes import Plan, Report
from measuremart.repository import asked_packs

EXPORT_FOLDER = "marts_export"


def say_next(commands: Sequence[Sequence[str]]) -> None:
    """Print commands, each as the words behind `measuremart`."""
    for number, words in enumerate(commands):
        err.print(f"{'next: ' if number == 0 else '      '}{shlex.join([program(), *words])}")


def program() -> str:
    """Return how this program is called here: by its name where the shell finds it, else as it was called."""
    called, found = sys.argv[0], shutil.which("measuremart")
    if Path(called).stem != "measuremart" or (
        found is not None and os.path.realpath(found) == os.path.realpath(called)
    ):
        return "measuremart"
    return called


def after_build(plan: Plan, packs: Sequence[str], options: Sequence[str], project: Path) -> None:
    """Print how to read the report of the first pack that has one, of those that were asked for or are the default."""
    wanted = packs or asked_packs(project) or [pack.name for pack in plan.packs.values() if pack.built == "by_default"]
    names = [name for pack in wanted if pack in plan.packs and (name := plan.packs[pack].report) is not None]
    if names:
        say_next([["report", names[0], *_kept(options), *_of_project(project)]])


def after_report(report: Report, is_cut: bool, options: Sequence[str], project: Path) -> None:
    """Print how to cut a report that was not cut, and how to keep what was computed."""
    place = [*options, *_of_project(project)]
    cuts = [] if is_cut else [["--by", report.stratifiers[0].name]] if report.stratifiers else []
    if not is_cut:
        cuts += [["--level", report.levels[-2 if len(report.levels) > 1 else -1]]] if report.levels else []
        cuts += [["--period", "year"]] if "year" in report.calendars else []
    commands = [["report", report.about.name, *cut, *place] for cut in cuts]
    say_next([*commands, ["export", EXPORT_FOLDER, "--format", "csv", *place]])


def _kept(options: Sequence[str]) -> list[str]:
    """Return those options of `dbt build` that say where the database is."""
    kept: list[str] = []
    for number, word in enumerate(options):
        name, _, value = word.partition("=")
        if name in ("--target", "--profiles-dir", "--vars"):
            kept += [name, value or next(iter(options[number + 1 :]), "")]
    return kept


def _of_project(project: Path) -> list[str]:
    return [] if project == Path() else ["--project-dir", str(project)]
