"""Commands that need no database: `generate`, `validate`, `list`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.catalogue import noun
from measuremart.checks.rules import rules
from measuremart.cli.console import (
    DIFFERENT,
    built_said,
    counted,
    echo,
    err,
    kinds_said,
    of_section,
    out,
    refusing_to_write,
)
from measuremart.cli.options import DefinitionsOption, ProblemFormat, ProblemFormatOption, ProjectOption, UnusedOption
from measuremart.cli.programs import print_for_programs, problems_for_programs, refuse_format_without_check
from measuremart.cli.reading import read_project, refuse_unknown_pack, say_what_is_missing, stop_at, stop_quietly_at
from measuremart.definitions.file import SECTIONS
from measuremart.list_table import list_table
from measuremart.pipeline import Read, definition_at, pending_changes
from measuremart.plan.states import empty_without_episodes, missing_said, state_of, states
from measuremart.problems import Kind, did_you_mean, in_full, in_short
from measuremart.repository import RepositoryError, asked_packs, has_no_episodes, is_repository
from measuremart.rule_pages import rule_page
from measuremart.uses import Node, read_by_packs, uses_of
from measuremart.write import apply

_NAMED = 5  # definitions that one line of advice names


class Section(StrEnum):
    """The sections that can be listed."""

    populations = "populations"
    extensions = "extensions"
    concept_sets = "concept_sets"
    targets = "targets"
    subqueries = "subqueries"
    measures = "measures"
    cohorts = "cohorts"
    indicators = "indicators"
    reports = "reports"
    audiences = "audiences"


def generate(
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")] = False,
    form: ProblemFormatOption = ProblemFormat.text,
    unused: UnusedOption = False,
) -> None:
    """Write the dbt models of all packs; only what changed is touched. For the project of measuremart itself.

    With `--check` another format than text is for programs: problems, and each file that is not current.
    """
    if is_repository(project_dir):
        err.print("this is a repository of your own: run `measuremart sync`")
        raise typer.Exit(2)
    if form is not ProblemFormat.text:
        refuse_format_without_check(check)
        read = read_project(project_dir, definitions, is_whole=False)
        with problems_for_programs(read, form, project_dir, definitions, unused) as stale, refusing_to_write():
            stale += [change.path for change in pending_changes(project_dir, read.plan)]
        return
    read = read_project(project_dir, definitions, in_full if unused else in_short)
    if check or diff:
        with refusing_to_write():
            found = pending_changes(project_dir, read.plan)
        for change in found:
            echo(change.diff())
        if found:
            err.print(f"{counted(len(found), 'file')} would change: run `measuremart generate`")
        elif check:
            out.print("generated files are current")
        raise typer.Exit(DIFFERENT if check and found else 0)
    out.print(written(project_dir, read))
    say_what_is_missing(read)


def written(project: Path, read: Read) -> str:
    """Write the models of a plan; return how many definitions there are, and what changed."""
    with refusing_to_write():
        found = pending_changes(project, read.plan)
        apply(project, found)
    return f"{built_said(read.plan)}: {kinds_said(found)}"


def validate(
    form: ProblemFormatOption = ProblemFormat.text,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
    unused: UnusedOption = False,
) -> None:
    """Check every definition of every pack; say all that is wrong, and what is unavailable and why; write nothing.

    At a terminal each problem comes with its line of the file and the remedy; `measuremart rule ID` says more. The
    other formats are for programs: one document of JSON or SARIF, or annotations of GitHub. The exit code is the same.
    """
    if form is not ProblemFormat.text:
        read = read_project(project_dir, definitions, is_whole=False)
        print_for_programs(read.problems, form, definitions or project_dir / "definitions", unused)
        stop_quietly_at(read.problems, so="the problems are in the output")
        return
    read = read_project(project_dir, definitions, in_full if unused else in_short)
    counts = ((section, len(read.catalogue.of(section))) for section in SECTIONS)
    said = ", ".join(of_section(n, section) for section, n in counts if n)
    out.print(f"{'no errors' if states(read.plan) else 'all well'}: {said}")
    say_what_is_missing(read)
    for line in missing_said(read.plan):
        out.print(line, soft_wrap=True)
    for line in _advice(read, project_dir):
        out.print(line, soft_wrap=True)


def _advice(read: Read, project: Path) -> list[str]:
    """Return what will be empty by what dbt_project.yml says of the source; [] where nothing will."""
    try:
        packs = asked_packs(project) or [name for name, pack in read.plan.packs.items() if pack.built == "by_default"]
        if not has_no_episodes(project):
            return []
    except RepositoryError as error:
        return [f"advice: {error}"]
    empty = empty_without_episodes(read.plan, [name for name in packs if name in read.plan.packs])
    if not empty:
        return []
    more = f" and {len(empty) - _NAMED} more" if len(empty) > _NAMED else ""
    return [
        "advice: by dbt_project.yml the source has no table of episodes (absent_tables or cdm_version), so "
        f"{counted(len(empty), 'definition')} of episodes will be empty: {', '.join(empty[:_NAMED])}{more}. "
        "Give each resolve_by: person, or load episodes."
    ]


def rule_command(
    name: Annotated[
        str | None, typer.Argument(help="The id of an error or check; all of them without.", show_default=False)
    ] = None,
) -> None:
    """Say what an error or check means, why it matters, and how to correct it, with examples."""
    if name is None:
        for rule in rules().values():
            out.print(f"{rule.id}: {rule.title}", soft_wrap=True)
        return
    if name not in rules():
        err.print(f"there is no error or check '{name}'{did_you_mean(name, rules())}")
        raise typer.Exit(2)
    echo(rule_page(rules()[name]))


def list_definitions(
    section: Annotated[Section | None, typer.Argument(help="Only this section.", show_default=False)] = None,
    pack: Annotated[str | None, typer.Option(help="Only this pack.")] = None,
    uses: Annotated[
        str | None, typer.Option(help="Only what names this definition, or names something that does.", metavar="NAME")
    ] = None,
    unused: Annotated[bool, typer.Option("--unused", help="Only what nothing names.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one list.")] = False,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """List what is defined: name, kind, pack, grain, state, description.

    The state is empty where all is well, else incomplete, unavailable (above an incomplete one), or in part (a cohort
    or report that goes without an unavailable part). What has an error is not listed; the error is printed, and the
    exit code is its.
    """
    read = read_project(project_dir, definitions, is_whole=False)
    refuse_unknown_pack(read, pack)
    kept = _kept(read, uses, unused)
    errors = [problem for problem in read.problems if problem.kind is not Kind.WARNING]
    faulty = {definition_at(read.catalogue, problem) for problem in errors}
    grains = {name: str(s.subquery.grain) for name, s in read.plan.subqueries.items()}
    grains |= {name: str(m.expression.types.grain) for name, m in read.plan.measures.items()}
    grains |= {name: str(c.types.grain) for name, c in read.plan.cohorts.items()}
    rows = [
        {
            "name": d.name,
            "kind": noun(d.section),
            "pack": d.pack,
            "grain": grains.get(d.name, "") if d.section in ("subqueries", "measures", "cohorts") else "",
            "state": state_of(read.plan, d.section, d.name),
            "description": " ".join((d.entry.description or "").split()),
        }
        for d in read.catalogue.everything()
        if d.entry is not None
        and (d.section, d.name) not in faulty
        and (section is None or d.section == section.value)
        and (pack is None or d.pack == pack)
        and (kept is None or (d.section, d.name) in kept)
    ]
    if as_json:
        echo(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
    else:
        out.print(list_table(rows, out.width))
    stop_at(read.problems, so="definitions with a problem are not listed")


def _kept(read: Read, name: str | None, unused: bool) -> set[Node] | None:
    """Return the definitions that use a name, or that nothing uses; None for all. People use reports and audiences."""
    if name is None and not unused:
        return None
    graph = uses_of(read.catalogue)
    if name is None:
        used = read_by_packs(read.catalogue)
        return {
            n
            for n, above in graph.above.items()
            if not above and n[0] not in ("reports", "audiences") and n not in used
        }
    nodes = [(s, name) for s, names in read.catalogue.sections.items() if name in names]
    if not nodes:
        err.print(read.catalogue.unknown(name, tuple(read.catalogue.sections)))
        raise typer.Exit(2)
    using = {other for node in nodes for other in graph.all_above(node)}
    return {node for node in using if not unused or not graph.above.get(node)}
