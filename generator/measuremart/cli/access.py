"""`measuremart access`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import WAREHOUSE, counted, echo, err, out
from measuremart.cli.options import ProfilesOption, ProjectOption, TargetOption, VariablesOption
from measuremart.repository import is_repository
from measuremart.warehouse.access import Seen, seen, statements
from measuremart.warehouse.dbt import WarehouseError, link_package
from measuremart.warehouse.profile import missing, profiles_option


def access_command(
    sql: Annotated[bool, typer.Option("--sql", help="Print the statements that give access; run nothing.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Run them, in one transaction.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Print who sees what, counted as each role.")] = False,
    target: TargetOption = None,
    profiles_dir: ProfilesOption = None,
    variables: VariablesOption = None,
    project_dir: ProjectOption = Path(),
) -> None:
    """Give roles of PostgreSQL access to what they may see, and check who sees what.

    The roles are the dbt variable `access_roles`; without it nobody is given anything. `--apply` needs a user who may
    make roles; otherwise a database administrator runs what `--sql` prints. The exit code of `--check` is 8 where
    something is open to too many, or not as it was given.
    """
    if sql + apply + check != 1:
        err.print("give one of --sql, --apply and --check")
        raise typer.Exit(2)
    given = (("--target", target), ("--vars", variables))
    options = tuple(word for name, value in given if value is not None for word in (name, value))
    options += profiles_option(project_dir, profiles_dir)
    try:
        lack = missing(project_dir, profiles_dir, target)
        if lack:
            raise WarehouseError(lack)
        if is_repository(project_dir):
            link_package(project_dir)
        if check:
            _print(seen(project_dir, options))
        else:
            made = statements(project_dir, "apply" if apply else "sql", options)
            if sql:
                echo("".join(f"{statement};\n" for statement in made))
            else:
                out.print(f"{counted(len(made) - 2, 'statement')} run in one transaction")
    except WarehouseError as error:
        err.print(str(error))
        raise typer.Exit(WAREHOUSE) from None


def _print(found: Seen) -> None:
    """Print what each role sees, a line a relation, then what is wrong; exit where something is."""
    out.print(f"PostgreSQL {found.version}")
    role = ""
    for sight in found.sights:
        if sight.role != role:
            role = sight.role
            out.print(f"\n{role}")
        if sight.relation is None:
            out.print("  nothing")
        else:
            entities = "" if sight.entities is None else f", {_entities(sight.entities)}"
            out.print(f"  {sight.relation}: {counted(sight.rows, 'row')}{entities}", soft_wrap=True)
    for problem in found.problems:
        err.print(problem)
    if found.problems:
        raise typer.Exit(WAREHOUSE)
    out.print("\nnothing is open to anybody else")


def _entities(number: int) -> str:
    return f"{number:,} {'entity' if number == 1 else 'entities'}"
