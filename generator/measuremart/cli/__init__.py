"""The command line: the only package that prints, parses arguments and exits.

Exit codes: 0 all well; 1 generated files differ (`--check`), or examples do not reach all that is demanded; 2 wrong
usage; 3 a file that cannot be read; 4 a key or value that is not of the language; 5 a name, grain or rule that does not
fit; 6 a part that is not supported yet; 7 a file, or output, that may not or cannot be written; 8 the warehouse; 9 an
example is not as expected, or a publication would give a hidden number away.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from measuremart import __version__
from measuremart.cli.access import access_command
from measuremart.cli.build import build
from measuremart.cli.comparing import diff_command
from measuremart.cli.console import REFUSED, Unwritten, err, out
from measuremart.cli.definitions import generate, list_definitions, rule_command, validate
from measuremart.cli.doctor import doctor
from measuremart.cli.examples import run_examples
from measuremart.cli.explaining import explain_command, graph_command
from measuremart.cli.export import export_command
from measuremart.cli.importing import import_oa_cohorts_folder
from measuremart.cli.init import init
from measuremart.cli.library import docs_command
from measuremart.cli.new import new_pack
from measuremart.cli.new_part import new_indicator, new_measure, new_report, new_target
from measuremart.cli.publishing import publish_command
from measuremart.cli.report import report_command
from measuremart.cli.semantic import semantic_command
from measuremart.cli.serving import account, serve
from measuremart.cli.sync import sync
from measuremart.cli.tracing import trace_command
from measuremart.cli.watch import watch_command
from measuremart.repository import RepositoryError

app = typer.Typer(
    help="Readable measure definitions in, reviewed dbt models out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
importers = typer.Typer(help="Make a pack of another system's definitions.", no_args_is_help=True)
app.add_typer(importers, name="import")
makers = typer.Typer(help="Write a skeleton of definitions.", no_args_is_help=True)
app.add_typer(makers, name="new")


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"measuremart {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command()(generate)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(build)
app.command()(init)
app.command()(sync)
app.command()(doctor)
app.command()(validate)
app.command("rule")(rule_command)
app.command("list")(list_definitions)
app.command("explain")(explain_command)
app.command("trace")(trace_command)
app.command("diff")(diff_command)
app.command("graph")(graph_command)
app.command("docs")(docs_command)
app.command("watch")(watch_command)
app.command("test")(run_examples)
app.command("report")(report_command)
app.command("export")(export_command)
app.command("semantic")(semantic_command)
app.command("access")(access_command)
app.command("publish")(publish_command)
app.command()(serve)
app.command()(account)
makers.command("pack")(new_pack)
makers.command("measure")(new_measure)
makers.command("indicator")(new_indicator)
makers.command("report")(new_report)
makers.command("target")(new_target)
importers.command("oa-cohorts")(import_oa_cohorts_folder)


def main() -> None:
    """Run the command line; say so where its output cannot be written."""
    try:
        app()
    except RepositoryError as error:
        err.print(str(error))
        sys.exit(2)
    except (Unwritten, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            err.print(f"{error.filename} cannot be read or written: {error.strerror}")
            sys.exit(REFUSED)
        # Python writes what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        why = error.strerror if isinstance(error, OSError) else error
        err.print(f"the output cannot be written: {why}")
        sys.exit(REFUSED)
