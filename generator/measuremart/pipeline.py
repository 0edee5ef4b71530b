"""From a folder of definitions to a plan and to generated text; what the command line calls."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from measuremart.catalogue import Catalogue, load
from measuremart.checks.run import COUNTS_ON_ALL, run_checks
from measuremart.definitions.schema import pack_schema_text, schema_text
from measuremart.importers.emit import is_as_imported, was_imported
from measuremart.importers.oa_cohorts.pack import Imported, translate
from measuremart.pack_files import ShippedPacks, definition_files
from measuremart.plan.build import build_plan
from measuremart.plan.examples import Example
from measuremart.plan.nodes import Plan
from measuremart.problems import UNUSED, Kind, Problem
from measuremart.render.project import GENERATED_FOLDERS, render
from measuremart.write import Change, changes, pack_changes, temporary_folder

SCHEMA_FILE, PACK_SCHEMA_FILE = "definition.schema.json", "pack.schema.json"


@dataclass(frozen=True, slots=True)
class Read:
    """What a folder of definitions says: the catalogue, its plan, its examples, and every problem, sorted by place."""

    catalogue: Catalogue
    plan: Plan
    examples: list[Example]
    problems: list[Problem]


def read_definitions(folder: Path, shipped: ShippedPacks | None = None) -> Read:
    """Read, resolve and check all packs below `folder`, and those of `shipped` that are asked for."""
    catalogue, problems = load(folder, shipped)
    planned = build_plan(catalogue)
    unread, checked = problems + planned.problems, run_checks(catalogue, planned.plan)
    found = unread + [p for p in checked if p.kind is not Kind.WARNING or p.check not in _unsaid(unread, checked)]
    if shipped is not None:  # nobody who reads this can change a shipped pack
        of_shipped = f"{shipped.shown_as}/"
        found = [p for p in found if p.kind is not Kind.WARNING or not p.position.file.startswith(of_shipped)]
        found = _with_unread_packs(found, catalogue, shipped)
    unique = dict.fromkeys(sorted(found, key=lambda p: (p.position, p.message)))
    return Read(catalogue, planned.plan, planned.examples, list(unique))


def _unsaid(unread: list[Problem], checked: list[Problem]) -> tuple[str, ...]:
    """Return the checks whose warnings are not said beside these errors."""
    if any(p.kind is not Kind.WARNING for p in unread):
        return COUNTS_ON_ALL
    return (UNUSED,) if any(p.kind is not Kind.WARNING for p in checked) else ()


_UNKNOWN = re.compile(r"unknown [a-z ]+ '(\w+)'")


def _with_unread_packs(problems: list[Problem], catalogue: Catalogue, shipped: ShippedPacks) -> list[Problem]:
    """Return the problems; an unknown name that a shipped pack has says that this pack must be needed to be read.

    Where the pack.yml that would say so has an error, such a name is no problem of its own.
    """
    unknown = {found[1] for p in problems if (found := _UNKNOWN.match(p.message))}
    if not unknown:
        return problems
    everything, _ = load(shipped.folder)
    packs = {d.name: d.pack for d in everything.everything() if d.name in unknown and d.pack not in shipped.read}

    unsaid = [f"/{name}/" for name, about in catalogue.about.items() if about is None]

    def hinted(problem: Problem) -> Problem | None:
        found = _UNKNOWN.match(problem.message)
        pack = packs.get(found[1]) if found else None
        if pack is None:
            return problem
        if any(name in problem.position.file for name in unsaid):
            return None
        hint = f"; there is one of shipped pack '{pack}': add '{pack}' to needs in pack.yml"
        return replace(problem, message=problem.message + hint)

    return [problem for problem in map(hinted, problems) if problem is not None]


@dataclass(frozen=True, slots=True)
class PackImport:
    """An import, the warnings of its definitions, what it would write, and the edited files in the way."""

    imported: Imported
    warnings: list[Problem]
    changes: list[Change]
    edited: list[str]


def import_oa_cohorts(folder: Path, source: Path, pack: str) -> PackImport:
    """Translate an oa-cohorts folder into a pack below `folder`, checked by our own language; nothing is written.

    What the language finds wrong with a subquery, measure or indicator makes that one incomplete; a cohort or report is
    left out. Problems that are left are in `imported.problems`.
    """
    paths, unread = definition_files(folder)
    texts = {f"{p}/{file.relative_to(folder / p).as_posix()}": file for p, file in paths}
    others = {name: file.read_bytes().decode("utf-8", errors="replace") for name, file in texts.items()}
    others = {n: text for n, text in others.items() if not (n.startswith(f"{pack}/") and was_imported(text))}
    with temporary_folder({f"definitions/{name}": text for name, text in others.items()}) as here:
        catalogue, _ = load(here / "definitions")
    refused: dict[tuple[str, str], str] = {}
    while True:
        imported = translate(source, catalogue, refused)
        if unread or imported.problems:
            return PackImport(replace(imported, problems=[*unread, *imported.problems]), [], [], [])
        files = {f"{pack}/{name}": text for name, text in imported.files.items()}
        with temporary_folder({f"definitions/{name}": text for name, text in (others | files).items()}) as here:
            read = read_definitions(here / "definitions")
        mine = [p for p in read.problems if p.position.file.removeprefix("definitions/") in files]
        errors = [p for p in mine if p.kind is not Kind.WARNING]
        if not errors:
            break
        found = {definition_at(read.catalogue, p): p.message for p in errors}
        if not all(key and key[0] in _MAY_BE_REFUSED and key not in refused for key in found):
            return PackImport(replace(imported, problems=errors), [], [], [])
        refused |= {key: message for key, message in found.items() if key}
    found_changes, edited = pack_changes(folder, pack, imported.files, is_as_imported)
    return PackImport(imported, [p for p in mine if p.kind is Kind.WARNING], found_changes, edited)


# A subquery, measure or indicator is then incomplete; a cohort or report is left out.
_MAY_BE_REFUSED = ("subqueries", "measures", "indicators", "cohorts", "reports")


def definition_at(catalogue: Catalogue, problem: Problem) -> tuple[str, str] | None:
    """Return section and name of the definition in which a problem stands."""
    here = problem.position
    above = [d for d in catalogue.everything() if d.position.file == here.file and d.position.line <= here.line]
    nearest = max(above, key=lambda d: d.position.line, default=None)
    return (nearest.section, nearest.name) if nearest else None


def pending_changes(project: Path, plan: Plan) -> list[Change]:
    """Return what `generate` would write. Raises `write.WriteRefusedError`."""
    schemas = {SCHEMA_FILE: schema_text(), PACK_SCHEMA_FILE: pack_schema_text()}
    return changes(project, render(plan) | schemas, GENERATED_FOLDERS)
