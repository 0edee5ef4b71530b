"""What changed in meaning between two folders of definitions, and what the change reaches."""

from __future__ import annotations

import difflib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from measuremart.catalogue import noun
from measuremart.explain.explanation import EXPLAINED, Explanation, explain
from measuremart.explain.section import called
from measuremart.meaning import meanings_of
from measuremart.pipeline import Read
from measuremart.uses import Node, uses_of

Change = Literal["changed", "reached", "added", "removed", "renamed"]
HEADINGS: dict[Change, str] = {
    "changed": "Changed",
    "added": "Added",
    "removed": "Removed",
    "renamed": "Renamed, with the same meaning",
    "reached": "Reached by these changes",
}
# Wording, and what follows from other definitions: a change of meaning is not shown by these.
_NOT_MEANING = ("Purpose", "Made of", "Concept sets", "In reports", "Becomes", "Used by")


class DifferenceError(Exception):
    """The other version of the definitions could not be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A definition whose meaning differs. `lines` are those that went (`-`) and came (`+`), in words.

    `called` is its noun, name and title; `before` is the name that it had, where it was renamed.
    """

    change: Change
    node: Node
    called: str
    before: str | None = None
    lines: tuple[str, ...] = ()


def differences(old: Read, new: Read) -> list[Difference]:
    """Return the definitions whose meaning differs: what was edited, added, removed, renamed, and what that reaches."""
    were, are = meanings_of(old.plan), meanings_of(new.plan)
    renamed = _renamed(were, are)
    changed = {node for node in are if node in were and are[node] != were[node]}
    gone = [node for node in were if node not in are and node not in renamed.values()]
    fresh = [node for node in are if node not in were and node not in renamed]
    uses = uses_of(new.catalogue)
    touched = changed | set(fresh)
    found = [Difference("added", node, called(new.catalogue, node)) for node in fresh]
    found += [Difference("removed", node, called(old.catalogue, node)) for node in gone]
    found += [Difference("renamed", n, called(new.catalogue, n), before[1]) for n, before in renamed.items()]
    for node in changed:
        parts = {below for below in uses.below.get(node, ()) if below in touched}
        lines = tuple(_changed_lines(old, new, node, {name for section, name in parts if section == "indicators"}))
        is_reached = not lines and bool(parts)
        if not lines and not is_reached:
            lines = ("what changed is not in its words: compare the definitions",)
        found.append(Difference("reached" if is_reached else "changed", node, called(new.catalogue, node), None, lines))
    order = list(HEADINGS)
    sections = [*new.catalogue.sections]
    return sorted(found, key=lambda d: (order.index(d.change), sections.index(d.node[0]), d.node[1]))


def _renamed(were: dict[Node, str], are: dict[Node, str]) -> dict[Node, Node]:
    """Return the new name and the old one of each definition that has another name and the same meaning."""
    gone = {(node[0], meaning): node for node, meaning in sorted(were.items(), reverse=True) if node not in are}
    found: dict[Node, Node] = {}
    for node, meaning in sorted(are.items()):
        before = gone.get((node[0], meaning))
        if node not in were and before is not None and before not in found.values():
            found[node] = before
    return found


def _changed_lines(old: Read, new: Read, node: Node, without: set[str]) -> Iterator[str]:
    """Yield the lines of the explanations that differ, those that went before those that came.

    What a report says of the indicators `without` is left out: these say it themselves.
    """
    if node[0] not in EXPLAINED:
        return
    before, after = (_meaning_lines(explain(read, node[1], node[0]), without) for read in (old, new))
    for line in difflib.ndiff(before, after):
        if line[0] in "+-":
            yield f"{line[0]} {line[2:].strip().removeprefix('- ')}"


def _meaning_lines(explanations: Sequence[Explanation], without: set[str]) -> list[str]:
    sections = (s for e in explanations for s in e.sections if s.heading not in _NOT_MEANING)
    found = []
    skips = False
    for line in (line for section in sections for line in section.lines):
        if not line.startswith("    "):
            skips = any(line.endswith(f"({name})") for name in without)
        if not skips:
            found.append(line)
    return found


def difference_lines(found: Sequence[Difference]) -> Iterator[str]:
    """Yield the differences as lines of text, by kind of change; one line where there are none."""
    if not found:
        yield "No definition has another meaning."
        return
    change = None
    for difference in found:
        if difference.change != change:
            if change is not None:
                yield ""
            change = difference.change
            yield f"{HEADINGS[change]}:"
        was = f", before: {difference.before}" if difference.before else ""
        yield f"  {difference.called}{was}"
        yield from (f"    {line}" for line in difference.lines)
    reports = sorted({d.node[1] for d in found if d.node[0] == "reports"})
    yield ""
    yield f"Reports whose results can differ: {', '.join(reports) or 'none'}."


def difference_data(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """Return the differences as plain data."""
    return [
        {
            "change": d.change,
            "kind": noun(d.node[0]),
            "name": d.node[1],
            "before": d.before,
            "lines": list(d.lines),
        }
        for d in found
    ]


def last_release(project: Path) -> str | None:
    """Return the newest tag that a project's commit descends from; None where there is none, or no git."""
    command = ["git", "-C", str(project), "describe", "--tags", "--abbrev=0"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.decode("utf-8", errors="replace").strip() or None


@contextmanager
def folder_at(project: Path, reference: str, folder: Path) -> Iterator[Path]:
    """Give a copy of a folder of the project as it was at a git reference; it is gone afterwards.

    Raises `DifferenceError` where git does not know the reference, or the folder is not in it.
    """
    try:
        inside = folder.resolve().relative_to(project.resolve()).as_posix()
    except ValueError:
        raise DifferenceError(f"{folder} is not in {project}: git cannot say what it was") from None
    # The reference stands after an option's end, so that one that begins with a dash is no option.
    command = ["git", "-C", str(project), "archive", "--format=tar", "--end-of-options", reference, inside]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        raise DifferenceError("git is not installed, or not on the path") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise DifferenceError(f"git does not have {inside} at '{reference}': {said[-1] if said else 'no reason given'}")
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(place, filter="data")
        yield Path(place) / inside
