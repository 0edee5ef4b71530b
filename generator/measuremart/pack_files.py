"""Which files hold definitions: what stands below the folder of packs, nothing passed over in silence.

A file that is left out takes its models with it, so what cannot be read is a problem, never absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from measuremart.problems import Kind, Position, Problem

_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class ShippedPacks:
    """The packs that measuremart brings: their folder, its name in messages, all their names, and which are read."""

    folder: Path
    shown_as: str
    names: tuple[str, ...]
    read: frozenset[str]


def definition_files(folder: Path) -> tuple[list[tuple[str, Path]], list[Problem]]:
    """Return (pack, file) of every definition file below `folder`, in a stable order, and what is in the way.

    Links are followed. A problem each: a folder or link that cannot be read, a link to a folder that it stands in, a
    definition file that stands in no pack.
    """
    files: list[tuple[str, Path]] = []
    problems: list[Problem] = []
    for found in _below(folder, PurePosixPath(folder.name), ()):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        parts = found.relative_to(folder).parts
        if len(parts) > 1:
            files.append((parts[0], found))
        else:
            text = f"a definition file belongs in the folder of its pack: move it to {folder.name}/<pack>/{parts[0]}"
            problems.append(Problem(Position(f"{folder.name}/{parts[0]}", 1, 1), text, Kind.LANGUAGE))
    return sorted(files), problems


def _below(folder: Path, shown_as: PurePosixPath, above: tuple[str, ...]) -> Iterator[Path | Problem]:
    """Yield the definition files below a folder; `above` are the real paths of the folders it stands in."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        here = os.path.realpath(folder, strict=True)
    except OSError as error:
        yield _unread(shown_as, f"this folder cannot be read: {error.strerror}")
        return
    if here in above:
        yield _unread(shown_as, "this link leads back to a folder that it is in: remove it")
        return
    for entry in entries:
        inner = shown_as / entry.name
        is_definition = PurePosixPath(entry.name.lower()).suffix in _SUFFIXES
        try:
            if entry.is_dir():
                yield from _below(folder / entry.name, inner, (*above, here))
            elif entry.is_file():
                if is_definition:
                    yield folder / entry.name
            # an editor's lock is a hidden link to nothing
            elif not entry.name.startswith(".") and (is_definition or entry.is_symlink()):
                yield _unread(inner, "cannot be read: a link to nothing" if entry.is_symlink() else "is not a file")
        except OSError as error:
            yield _unread(inner, f"cannot be read: {error.strerror}")


def _unread(shown_as: PurePosixPath, text: str) -> Problem:
    return Problem(Position(str(shown_as), 1, 1), text, Kind.YAML)
