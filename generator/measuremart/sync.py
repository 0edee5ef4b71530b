"""The folder `measuremart/` of a hospital's own repository: a dbt package that nobody edits.

It has the files that measuremart brings, the models generated from the repository's definitions, and a manifest with
the hash of every file. A file that is not as the manifest says was edited: it is named, and nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from measuremart import __version__
from measuremart.definitions.schema import pack_schema_text, schema_text
from measuremart.namespace import of_any_project
from measuremart.plan.nodes import Plan
from measuremart.render.project import render
from measuremart.repository import PACKAGE
from measuremart.runtime import runtime_files, runtime_folder
from measuremart.write import Change, folder_changes

MANIFEST = "manifest.json"
CHANGELOG = "CHANGELOG.md"
FOREIGN = "was not written by measuremart"  # of a file that is in the way
README = """\
# measuremart {version}, as a dbt package

`measuremart sync` writes this folder whole. Do not edit a file in it: the next `measuremart sync` would refuse.
Change `definitions/` or `dbt_project.yml` of the repository, then run `measuremart sync`, and commit both.

- `models/generated` and `seeds/generated` are made of the repository's definitions and of those in `definitions` here.
- All other files are those of measuremart {version}. `manifest.json` has the hash of each file.
- Packs of measuremart in this folder: {packs}.
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an earlier `sync` wrote: the version of measuremart, and the hash of each file by path."""

    version: str
    files: dict[str, str]


class ManifestError(Exception):
    """The manifest cannot be read; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` would write, which files in the way somebody changed (each with how), and what was there before."""

    changes: list[Change]
    edited: dict[str, str]
    before: Manifest | None


def package_files(plan: Plan, packs: frozenset[str]) -> dict[str, str]:
    """Return {path: text} of the package for a plan and the shipped packs in it; the same input gives the same bytes.

    Raises `runtime.RuntimeMissingError`.
    """
    files = runtime_files(runtime_folder(), packs)
    made = render(plan) | {"definition.schema.json": schema_text(), "pack.schema.json": pack_schema_text()}
    files |= {path: text.replace("`measuremart generate`", "`measuremart sync`", 1) for path, text in made.items()}
    files = of_any_project(files, PACKAGE, yaml.safe_load(files["dbt_project.yml"])["vars"])
    files["README.md"] = README.format(version=__version__, packs=", ".join(sorted(packs)))
    files[MANIFEST] = _manifest_text({path: files[path] for path in sorted(files)})
    return files


def pending(project: Path, files: Mapping[str, str], *, force: bool = False) -> Synced:
    """Return what differs between `files` and the folder `measuremart/` of a project.

    Raises `ManifestError`; with `force`, a manifest that cannot be read is one that knows no file.
    """
    folder = project / PACKAGE
    try:
        before = read_manifest(folder)
    except ManifestError:
        if not force:
            raise
        before = Manifest(__version__, {})
    known = before.files if before is not None else {}
    changes = folder_changes(folder, files)
    edited: dict[str, str] = {}
    for change in changes:
        was = known.get(change.path)
        if change.path == MANIFEST:
            continue
        if change.kind == "new":
            # It was there, and it would be written as it was: somebody removed it.
            if was is not None and was == _hash(change.new):
                edited[change.path] = "was removed"
        elif was is None:
            edited[change.path] = FOREIGN
        elif was != _hash(change.old):
            edited[change.path] = "was edited"
    return Synced(changes, edited, before)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a package, None where there is none. Raises `ManifestError`."""
    file = folder / MANIFEST
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return Manifest(str(said["measuremart"]), {str(path): str(found) for path, found in said["files"].items()})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ManifestError(
            f"{PACKAGE}/{MANIFEST} is not as measuremart wrote it; after a merge, `measuremart sync --force` writes "
            "the folder anew"
        ) from None


def places_said(changes: list[Change]) -> list[str]:
    """Return a line for each part of the package that changes, with how many files of it."""
    found: dict[str, Counter[str]] = {}
    for change in changes:
        if change.path not in (MANIFEST, "README.md"):
            found.setdefault(_place(change.path), Counter())[change.kind] += 1
    kinds = ("new", "changed", "removed")
    return [
        f"{place}: {', '.join(f'{counts[kind]:,} {kind}' for kind in kinds if counts[kind])}"
        for place, counts in sorted(found.items())
    ]


def _place(path: str) -> str:
    parts = path.split("/")[:-1]
    return "/".join(parts[: 3 if parts[:2] == ["models", "generated"] else 2]) or path


def _manifest_text(files: Mapping[str, str]) -> str:
    said = {
        "about": "Written by `measuremart sync`. Do not edit. A hash is the SHA-256 of a file.",
        "measuremart": __version__,
        "files": {path: _hash(text) for path, text in files.items()},
    }
    return json.dumps(said, indent=1) + "\n"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
