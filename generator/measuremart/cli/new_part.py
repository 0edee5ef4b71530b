"""`measuremart new report`, `new indicator`, `new measure`, `new target`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from measuremart.catalogue import a_noun, noun
from measuremart.cli.console import REFUSED, err, out, refusing_to_write
from measuremart.cli.options import ProjectOption
from measuremart.cli.reading import read_folder, read_project, stop_at
from measuremart.definitions.base import NAME_LENGTH, name_fault
from measuremart.pipeline import Read
from measuremart.problems import Kind, did_you_mean
from measuremart.repository import is_repository
from measuremart.starter.parts import NoPlaceError, part_text, with_part
from measuremart.write import Change, apply, temporary_folder

# What a new indicator's numerator adds to its name.
_MET = "_met"

NameArgument = Annotated[str, typer.Argument(help="The name of the definition.", show_default=False)]
PackOption = Annotated[str, typer.Option(help="The pack, a folder of definitions/.", show_default=False)]


def new_measure(name: NameArgument, pack: PackOption, project_dir: ProjectOption = Path()) -> None:
    """Write a measure that says of itself that it is incomplete, until you write what it is."""
    read = _read(project_dir, pack, "measures", name)
    _write(project_dir, read, pack, {("measures", name): {}})


def new_indicator(
    name: NameArgument,
    pack: PackOption,
    numerator: Annotated[
        str | None, typer.Option(help="The measure of the numerator.", show_default="a new one, incomplete")
    ] = None,
    project_dir: ProjectOption = Path(),
) -> None:
    """Write an indicator; without --numerator with a new measure, NAME_met, that is incomplete until you write it."""
    read = _read(project_dir, pack, "indicators", name)
    met = numerator or f"{name}{_MET}"
    if numerator is None:
        if len(met) > NAME_LENGTH:
            _stop(f"'{name}' is longer than {NAME_LENGTH - len(_MET)} characters, and its measure is {met}")
        _refuse_taken(read, "measures", met)
    elif numerator not in read.catalogue.of("measures"):
        _stop(read.catalogue.unknown(numerator, ("measures",)))
    measure: dict[tuple[str, str], Mapping[str, str]] = {} if numerator else {("measures", met): {}}
    _write(project_dir, read, pack, measure | {("indicators", name): {"title": _title(name), "numerator": met}})


def new_report(name: NameArgument, pack: PackOption, project_dir: ProjectOption = Path()) -> None:
    """Write a report of the pack's first cohort and first indicator, to be changed."""
    read = _read(project_dir, pack, "reports", name)
    words = {"title": _title(name)}
    for section in ("cohorts", "indicators"):
        mine = [d for d in read.catalogue.of(section).values() if d.pack == pack]
        if not mine:
            _stop(f"pack '{pack}' has no {noun(section)} that a report could show: write one first")
        words[noun(section)] = min(mine, key=lambda d: d.position).name
    _write(project_dir, read, pack, {("reports", name): words})


def new_target(
    name: NameArgument,
    pack: PackOption,
    population: Annotated[str, typer.Option(help="The population of its persons.")] = "omop",
    project_dir: ProjectOption = Path(),
) -> None:
    """Write a target; the model that it names, target__NAME, is yours to write."""
    read = _read(project_dir, pack, "targets", name)
    if population not in read.catalogue.of("populations"):
        _stop(read.catalogue.unknown(population, ("populations",)))
    _write(project_dir, read, pack, {("targets", name): {"population": population}})
    out.print(f"the model target__{name} is yours to write, before you build: docs/how-to/add-a-target.md")


def _stop(said: str, code: int = 2) -> NoReturn:
    err.print(said)
    raise typer.Exit(code)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _read(project: Path, pack: str, section: str, name: str) -> Read:
    """Return the definitions; stop where they are not valid, there is no such pack, or the name is not free."""
    fault = name_fault(name)
    if fault:
        _stop(fault)
    read = read_project(project, None, is_whole=False)
    stop_at([problem for problem in read.problems if problem.kind is not Kind.WARNING])
    own = sorted(folder.name for folder in (project / "definitions").iterdir() if folder.is_dir())
    if pack not in own:
        hint = did_you_mean(pack, own) or f"; definitions/ has {', '.join(own) or 'none'}"
        _stop(f"unknown pack '{pack}'{hint}; `measuremart new pack {pack}` makes one")
    _refuse_taken(read, section, name)
    return read


def _refuse_taken(read: Read, section: str, name: str) -> None:
    # Subqueries and measures are named in the same places.
    for rival in {"measures": ("measures", "subqueries")}.get(section, (section,)):
        first = read.catalogue.of(rival).get(name)
        if first is not None:
            _stop(f"'{name}' is already {a_noun(rival)} at {first.position}", REFUSED)


def _write(project: Path, read: Read, pack: str, parts: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Put definitions into the files of a pack, if all is valid with them; say which files."""
    folder = project / "definitions"
    texts: dict[str, str] = {}
    for (section, name), words in parts.items():
        path = _file_of(folder, read, pack, section, texts)
        here = folder / path
        old = texts.get(path, here.read_text(encoding="utf-8") if here.is_file() else _first_line(project))
        try:
            texts[path] = with_part(old, f"definitions/{path}", section, part_text(section, {"name": name, **words}))
        except NoPlaceError as error:
            _stop(str(error), REFUSED)
    _refuse_invalid(project, folder, texts)
    changes = [
        Change(path, "changed", (folder / path).read_text(encoding="utf-8"), text)
        if (folder / path).is_file()
        else Change(path, "new", "", text)
        for path, text in texts.items()
    ]
    with refusing_to_write():
        apply(folder, changes)
    for change in changes:
        out.print(
            f"{folder / change.path}: {', '.join(n for (_, n) in parts if f'{n}:' in change.new)}", soft_wrap=True
        )
    out.print(
        f"next: change it, `measuremart validate`, `measuremart {'sync' if is_repository(project) else 'generate'}`"
    )


def _file_of(folder: Path, read: Read, pack: str, section: str, texts: Mapping[str, str]) -> str:
    """Return the file of a pack that a section goes to, below definitions/.

    The file that has the section, and of several that which is called like it; else the pack's only file, or a new one.
    """
    found = [d for d in read.catalogue.of(section).values() if d.pack == pack]
    own = f"{pack}/{section}.yml"
    having = sorted({d.position.file.split("/", 1)[1] for d in found})
    if own in having or own in texts or (folder / own).is_file():
        return own
    if having:
        return having[0]
    files = sorted({d.position.file.split("/", 1)[1] for d in read.catalogue.everything() if d.pack == pack})
    return files[0] if len(files) == 1 else own


def _first_line(project: Path) -> str:
    schemas = "../../measuremart" if is_repository(project) else "../.."
    return f"# yaml-language-server: $schema={schemas}/definition.schema.json\n"


def _refuse_invalid(project: Path, folder: Path, texts: Mapping[str, str]) -> None:
    """Stop where the definitions would not be valid with the new texts; nothing is written."""
    now = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".yml", ".yaml") and path.is_file()
    }
    with temporary_folder({f"definitions/{path}": text for path, text in (now | dict(texts)).items()}) as here:
        problems = read_folder(project, here / "definitions").problems
    errors = [problem for problem in problems if problem.kind is not Kind.WARNING]
    for problem in errors:
        err.print(str(problem))
    if errors:
        _stop("nothing was written: the new definition would not be valid", REFUSED)
