"""The same definitions give the same bytes: whatever the hash seed, the order of files and the order of entries."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from measuremart import __version__
from measuremart.definitions.schema import pack_schema_text, schema_text
from measuremart.pipeline import PACK_SCHEMA_FILE, SCHEMA_FILE, read_definitions
from measuremart.problems import Kind
from measuremart.render.project import GENERATED_FOLDERS, render

ROOT = Path(__file__).resolve().parents[2]

# Runs the generator as a process of its own, with the folder's files in an order of chance.
SHUFFLED = """
import pathlib, random, sys
seed, project = int(sys.argv[1]), pathlib.Path(sys.argv[2])
ordered = pathlib.Path.rglob
def shuffled(self, pattern):
    files = list(ordered(self, pattern))
    random.Random(seed).shuffle(files)
    return iter(files)
pathlib.Path.rglob = shuffled
from measuremart.cli import app
app(["generate", "--project-dir", str(project), "--definitions", sys.argv[3]])
"""


def committed() -> dict[str, bytes]:
    """The generated files of the project as they are on disk."""
    files = [file for folder in GENERATED_FOLDERS for file in (ROOT / folder).rglob("*") if file.is_file()]
    schemas = [ROOT / SCHEMA_FILE, ROOT / PACK_SCHEMA_FILE]
    return {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in [*files, *schemas]}


def written(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def same(found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    assert found.keys() == wanted.keys()
    assert [path for path in wanted if found[path] != wanted[path]] == []


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_hash_seed_and_order_of_files_change_nothing(seed: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHUFFLED, seed, str(tmp_path), str(ROOT / "definitions")],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    same(written(tmp_path), committed())


# The one thing that follows from the name of a file and the order of its entries.
PLACE = re.compile(rb"^-- Defined in (?P<file>definitions/\S+), line (?P<line>\d+)\.$", re.MULTILINE)


def _without_place(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: PLACE.sub(b"", content) for path, content in files.items()}


def _reversed(value: Any) -> Any:
    return dict(reversed(value.items())) if isinstance(value, dict) else value


def test_neither_the_names_of_files_nor_the_order_of_entries_matter(tmp_path: Path) -> None:
    for pack in (ROOT / "definitions").iterdir():
        files = sorted(pack.glob("*.yml"))
        for number, file in enumerate(reversed(files)):
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
            turned = _reversed({section: _reversed(entries) for section, entries in data.items()})
            name = file.name if file.name == "pack.yml" else f"{number:03}.yml"
            copy = tmp_path / "definitions" / pack.name / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(yaml.safe_dump(turned, sort_keys=False, allow_unicode=True), encoding="utf-8")
    found = read_definitions(tmp_path / "definitions")
    assert [str(p) for p in found.problems if p.kind is not Kind.WARNING] == []
    files = {path: text.encode() for path, text in render(found.plan).items()}
    files |= {SCHEMA_FILE: schema_text().encode(), PACK_SCHEMA_FILE: pack_schema_text().encode()}
    same(_without_place(files), _without_place(committed()))
    for path, content in files.items():
        if place := PLACE.search(content):
            file, line = place["file"].decode(), int(place["line"])
            name = re.search(r"'(\w+)'", content.decode())[1]
            there = (tmp_path / file).read_text(encoding="utf-8").splitlines()[line - 1]
            assert re.match(rf" +{name}:", there), f"{path}: {file}:{line} is {there}"


def test_no_time_version_or_hash_stands_in_a_generated_file() -> None:
    authored = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "definitions").rglob("*.yml"))
    today = dt.date.today().isoformat()
    refused = {
        "a time of day": re.compile(r"\d[T ]\d{2}:\d{2}"),
        "the version": re.compile(rf"\b{re.escape(__version__)}\b"),
        "a hash": re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{12,}\b"),
        "a folder of this machine": re.compile(re.escape(str(ROOT)) + r"|/home/|/tmp/"),
    }
    if today not in authored:
        refused["today"] = re.compile(today)
    for path, content in committed().items():
        for what, pattern in refused.items():
            assert not pattern.search(content.decode("utf-8")), f"{what} in {path}"


def test_generated_files_are_plain_text() -> None:
    for path, content in committed().items():
        text = content.decode("utf-8")
        assert "\r" not in text, path
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        if not path.endswith(".csv"):
            assert not re.search(r"[ \t]+$", text, flags=re.MULTILINE), path
