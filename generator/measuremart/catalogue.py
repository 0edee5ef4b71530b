"""All packs together: every definition by section and name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from measuremart.definitions.base import name_fault
from measuremart.definitions.file import SECTIONS, Defined, read_sections, unread_names
from measuremart.definitions.pack import PACK_FILE, Pack, read_pack
from measuremart.pack_files import ShippedPacks, definition_files
from measuremart.problems import Kind, Position, Problem, did_you_mean
from measuremart.source import SourceError, keys_of_unread, read_file

# Measures and subqueries share one space of names, so that a child is found without saying which it is.
_SHARED_SPACE = {"subqueries": "measures"}
# The layers of generated models: folders of a pack's models, and their tags.
LAYERS = ("concept_sets", "matches", "subqueries", "measures", "cohorts", "indicators", "reports")
_SINGULAR = {
    "populations": "population",
    "extensions": "extension",
    "concept_sets": "concept set",
    "targets": "target",
    "subqueries": "subquery",
    "measures": "measure",
    "cohorts": "cohort",
    "indicators": "indicator",
    "reports": "report",
    "audiences": "audience",
}


def noun(section: str) -> str:
    """Return what one entry of a section is called."""
    return _SINGULAR[section]


def a_noun(section: str) -> str:
    """Return what one entry of a section is called, with its article."""
    word = _SINGULAR[section]
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


@dataclass
class Catalogue:
    """Definitions by section, then name. An entry that did not validate is there with `entry=None`.

    `about` has what the `pack.yml` of a pack says, by pack; None where it, or another file of the pack, is not known
    for an error. `unread` has the names that may be defined in what could not be read.
    """

    sections: dict[str, dict[str, Defined]] = field(default_factory=lambda: {s: {} for s in SECTIONS})
    about: dict[str, Pack | None] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def of(self, section: str) -> dict[str, Defined]:
        """Return the entries of a section by name."""
        return self.sections[section]

    def everything(self) -> Iterator[Defined]:
        """Yield all entries, by section and name."""
        for section in self.sections.values():
            for name in sorted(section):
                yield section[name]

    def packs(self) -> list[str]:
        """Return the names of all packs, sorted."""
        return sorted({d.pack for d in self.everything()} | set(self.about))

    def may_have(self, name: str) -> bool:
        """Say whether a name that was not found may be defined in what could not be read: then it is not unknown."""
        return name in self.unread

    def unknown(self, name: str, sections: tuple[str, ...]) -> str:
        """Return the message for a name that none of `sections` has, with the nearest that one has."""
        what = " or ".join(noun(s) for s in sections)
        article = a_noun(sections[0]).split()[0]
        elsewhere = [a_noun(s) for s, names in self.sections.items() if name in names]
        if elsewhere:
            return f"'{name}' is {elsewhere[0]}; {article} {what} is wanted here"
        return f"unknown {what} '{name}'{did_you_mean(name, [n for s in sections for n in self.sections[s]])}"


def reserved_pack(pack: str) -> str | None:
    """Return what is wrong with a pack that is called like a layer: the tags of dbt could not tell the two apart."""
    return f"'{pack}' is the name of a layer of models: choose another name" if pack in LAYERS else None


def load(folder: Path, shipped: ShippedPacks | None = None) -> tuple[Catalogue, list[Problem]]:
    """Read every pack below `folder`, and those of `shipped` that are asked for.

    All problems of all files come back together. A pack that has the name of a shipped one is a problem.
    """
    catalogue = Catalogue()
    files, problems = definition_files(folder)
    if not files and not problems and shipped is None:
        where = Position(folder.name, 1, 1)
        problems.append(Problem(where, "no definition files: expected <pack>/*.yml here", Kind.YAML))
    found = [_File(pack, path, folder, folder.name) for pack, path in files]
    if shipped is not None:
        problems += _taken_names(folder, {pack for pack, _ in files}, shipped)
        for pack, path in definition_files(shipped.folder)[0]:
            if pack in shipped.read:
                found.append(_File(pack, path, shipped.folder, shipped.shown_as))
    for problem in problems:  # a file that stands in no pack
        catalogue.unread |= keys_of_unread(folder.parent / problem.position.file)
    ids: dict[tuple[str, str, int], Position] = {}
    for file in found:
        problems += _read(catalogue, file, ids)
    return catalogue, problems


@dataclass(frozen=True, slots=True)
class _File:
    """A file of definitions: its pack, and the folder of packs that it is in, with that folder's name in messages."""

    pack: str
    path: Path
    folder: Path
    folder_shown_as: str

    @property
    def shown_as(self) -> str:
        return (Path(self.folder_shown_as) / self.path.relative_to(self.folder)).as_posix()


def _taken_names(folder: Path, packs: set[str], shipped: ShippedPacks) -> list[Problem]:
    """Return a problem for each pack that has the name of a shipped one: dbt could not tell the two apart."""
    text = "measuremart has a pack '{}', too: give the folder of your pack another name"
    return [
        Problem(Position(f"{folder.name}/{pack}", 1, 1), text.format(pack), Kind.MEANING)
        for pack in sorted(packs & set(shipped.names))
    ]


def _read(catalogue: Catalogue, file: _File, ids: dict[tuple[str, str, int], Position]) -> list[Problem]:
    fault = name_fault(file.pack) or reserved_pack(file.pack)
    if fault:
        if file.pack in catalogue.about:  # said at the pack's first file
            return []
        _keep_unread(catalogue, file)
        return [Problem(Position(file.shown_as, 1, 1), f"pack folder: {fault}", Kind.LANGUAGE)]
    try:
        data = read_file(file.path, file.shown_as)
    except SourceError as error:
        _keep_unread(catalogue, file)
        return [error.problem]
    if file.path == file.folder / file.pack / PACK_FILE:
        catalogue.about[file.pack], problems = read_pack(data)
        return problems
    entries, problems = read_sections(data, file.pack)
    catalogue.unread |= unread_names(data, entries)
    for defined in entries:
        problems += _add(catalogue, defined, ids)
    return problems


def _keep_unread(catalogue: Catalogue, file: _File) -> None:
    """Keep that a pack is there, and what it may define, where a file of it could not be read."""
    catalogue.about.setdefault(file.pack, None)
    catalogue.unread |= keys_of_unread(file.path)


def _add(catalogue: Catalogue, defined: Defined, ids: dict[tuple[str, str, int], Position]) -> list[Problem]:
    space = _SHARED_SPACE.get(defined.section, defined.section)
    rivals = [s for s in SECTIONS if _SHARED_SPACE.get(s, s) == space]
    for section in rivals:
        first = catalogue.of(section).get(defined.name)
        if first is not None:
            text = f"{noun(defined.section)} '{defined.name}' is already {a_noun(section)} at {first.position}"
            # Nobody knows which of the two a name means: what is made of it is left out, and has no messages.
            catalogue.of(section)[defined.name] = replace(first, entry=None)
            catalogue.unread.add(defined.name)
            return [Problem(defined.position, text, Kind.MEANING, "unique_names")]
    catalogue.of(defined.section)[defined.name] = defined
    number = getattr(defined.entry, "id", None)
    if number is None:
        return []
    key = (defined.pack, defined.section, number)
    if key in ids:
        text = f"id {number} is already taken at {ids[key]}"
        return [Problem(defined.entry.place("id"), text, Kind.MEANING, "unique_ids")]
    ids[key] = defined.position
    return []
