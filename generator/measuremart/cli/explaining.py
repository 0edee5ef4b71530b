"""What definitions mean, and what is made of what: `explain`, `graph`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from measuremart.cli.console import echo, err, out, refusing_to_write
from measuremart.cli.options import DefinitionsOption, ProjectOption
from measuremart.cli.reading import read_project, refuse_unknown_pack
from measuremart.explain.explanation import EXPLAINED, explain
from measuremart.explain.graph import as_dot, as_mermaid, as_svg, nodes_around
from measuremart.explain.show import as_data, as_markdown, as_page, as_text
from measuremart.pipeline import Read
from measuremart.uses import uses_of

UNKNOWN = 2


class TextFormat(StrEnum):
    """What an explanation is printed as."""

    text = "text"
    md = "md"
    json = "json"


class GraphFormat(StrEnum):
    """What a graph is printed as."""

    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"


def explain_command(
    name: Annotated[str, typer.Argument(help="A concept set, subquery, measure, cohort, indicator or report.")],
    full: Annotated[bool, typer.Option("--full", help="Also explain all that it is made of, to the concepts.")] = False,
    form: Annotated[TextFormat, typer.Option("--format", help="What is printed.")] = TextFormat.text,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write a page to this file instead.", dir_okay=False)
    ] = None,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Say in plain English what a definition means: who is due, what counts, by when, and what uses it."""
    read = read_project(project_dir, definitions)
    found = explain(read, name, full=full)
    if not found:
        err.print(read.catalogue.unknown(name, EXPLAINED))
        raise typer.Exit(UNKNOWN)
    if page is not None:
        with refusing_to_write():
            page.write_text(as_page(found), encoding="utf-8")
        out.print(f"wrote {page}", soft_wrap=True)
    elif form is TextFormat.json:
        echo(json.dumps([as_data(e) for e in found], indent=2, ensure_ascii=False) + "\n")
    else:
        texts = [as_markdown(e) if form is TextFormat.md else as_text(e, min(out.width, 110)) for e in found]
        echo("\n".join(texts))


def graph_command(
    name: Annotated[
        str | None, typer.Argument(help="A definition: what it is made of, and what is made of it.", show_default=False)
    ] = None,
    pack: Annotated[str | None, typer.Option(help="All of a pack's definitions, where no name is given.")] = None,
    form: Annotated[GraphFormat, typer.Option("--format", help="What is printed.")] = GraphFormat.mermaid,
    project_dir: ProjectOption = Path(),
    definitions: DefinitionsOption = None,
) -> None:
    """Print what definitions are made of as a graph: mermaid, DOT or SVG."""
    read = read_project(project_dir, definitions)
    refuse_unknown_pack(read, pack)
    uses = uses_of(read.catalogue)
    if name is None:
        nodes = [(d.section, d.name) for d in read.catalogue.everything() if pack in (None, d.pack)]
    else:
        nodes = list(dict.fromkeys(n for node in _named(read, name) for n in nodes_around(uses, node)))
    draw = {GraphFormat.mermaid: as_mermaid, GraphFormat.dot: as_dot, GraphFormat.svg: as_svg}[form]
    echo(draw(uses, nodes))


def _named(read: Read, name: str) -> list[tuple[str, str]]:
    """Return the definitions of that name; say so where there is none."""
    found = [(section, name) for section, names in read.catalogue.sections.items() if name in names]
    if not found:
        err.print(read.catalogue.unknown(name, tuple(read.catalogue.sections)))
        raise typer.Exit(UNKNOWN)
    return found
