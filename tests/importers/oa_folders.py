"""What tests of the oa-cohorts importer share: a project of the general and oncology packs, and altered folders."""

import shutil
import tempfile
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from measuremart.catalogue import Catalogue, load
from measuremart.importers.oa_cohorts.pack import Imported, translate
from measuremart.source import read_text

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NEWER, OLDER = HERE / "newer_layout", HERE / "older_layout"
PACKS = ("omop", "oncology")


def project(folder: Path) -> Path:
    """Make a project that has targets and nothing else."""
    for pack in PACKS:
        shutil.copytree(ROOT / "definitions" / pack, folder / "definitions" / pack)
    return folder


@cache
def catalogue() -> Catalogue:
    """Return the definitions of such a project."""
    with tempfile.TemporaryDirectory() as folder:
        return load(project(Path(folder)) / "definitions")[0]


def altered(tmp_path: Path, original: Path, *changes: tuple[str, str, str]) -> Path:
    """Copy a folder and replace, in a file, a text that stands there once."""
    folder = tmp_path / "altered"
    shutil.copytree(original, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for file, old, new in changes:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, (file, old, text.count(old))
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def with_line(tmp_path: Path, original: Path, *lines: tuple[str, str]) -> Path:
    """Copy a folder and add lines to its files."""
    folder = tmp_path / "altered"
    shutil.copytree(original, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for file, line in lines:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
    return folder


def entries(imported: Imported) -> dict[str, dict[str, Any]]:
    """Return what the files say, by section and name."""
    assert imported.problems == []
    found: dict[str, dict[str, Any]] = {}
    for name, text in imported.files.items():
        found |= _plain(read_text(text, name))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return float(value) if isinstance(value, Decimal) else value


def by_id(section: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the entry with an id, without what only people read."""
    found = [entry for entry in section.values() if entry.get("id") == number]
    assert len(found) == 1, (number, found)
    return {k: v for k, v in found[0].items() if k not in ("id", "description", "notes", "title", "reference")}


def said(imported: Imported) -> dict[tuple[str, int], tuple[str, str]]:
    """Return effect and reason of every finding, by file and id."""
    return {(f.file, f.id): (f.effect, f.reason) for f in imported.findings}


def translated(folder: Path) -> Imported:
    """Translate a folder for a project of targets."""
    return translate(folder, catalogue())
