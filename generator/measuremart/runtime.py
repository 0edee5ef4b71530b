"""The dbt package that this program brings: core, evaluation, marts, macros, tests, seeds and the shipped packs.

An installed wheel carries it in its own folder `_runtime`. An editable install has it in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

# Everything of the package that is written by hand; hatch_build.py puts it into the wheel.
PARTS = (
    "CHANGELOG.md",
    "LICENSE",
    "dbt_project.yml",
    "definitions",
    "macros",
    "models/_groups.yml",
    "models/core",
    "models/evaluation",
    "models/marts",
    "models/publication",
    "seeds/demo",
    "seeds/epilepsy12",
    "seeds/reference",
    "tests/generic",
    "tests/singular",
)
# dbt takes this macro of a package instead of the root project's, so that it belongs to the root project alone.
_OF_THE_ROOT = ("macros/generate_schema_name.sql",)
# Keys of dbt_project.yml that dbt reads of the root project only.
_ROOT_KEYS = ("profile", "flags", "clean-targets")


class RuntimeMissingError(Exception):
    """The package is not where the program expects it; the message is for a person."""


def runtime_folder() -> Path:
    """Return the folder of the package. Raises `RuntimeMissingError`."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_runtime", here.parents[1]):
        if (folder / "dbt_project.yml").is_file() and (folder / "models" / "core").is_dir():
            return folder
    raise RuntimeMissingError(
        f"measuremart is not installed whole: {here / '_runtime'} is missing; install it again with pip"
    )


def shipped_packs(folder: Path) -> list[str]:
    """Return the names of the packs that the package brings, sorted."""
    return sorted(found.name for found in (folder / "definitions").iterdir() if found.is_dir())


def runtime_files(folder: Path, packs: Collection[str]) -> dict[str, str]:
    """Return {path: text} of the package's own files for a root project that builds `packs`, sorted.

    A file that stands in a folder with the name of a shipped pack belongs to that pack.
    """
    left_out = set(shipped_packs(folder)) - set(packs)
    texts = {
        path: (folder / path).read_bytes().decode("utf-8")
        for path in sorted(_paths(folder))
        if left_out.isdisjoint(path.split("/")) and path not in _OF_THE_ROOT
    }
    return texts | {"dbt_project.yml": of_a_package(texts["dbt_project.yml"])}


def of_a_package(project: str) -> str:
    """Return the text of a dbt_project.yml without the parts that only a root project has."""
    keys = "|".join(_ROOT_KEYS)
    # a key with the lines below it that are indented
    without = re.sub(rf"^(?:{keys}):.*\n(?:[ \t]+.*\n)*", "", project, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", without)


def _paths(folder: Path) -> Iterator[str]:
    for part in PARTS:
        start = folder / part
        found = [start] if start.is_file() else start.rglob("*")
        for path in found:
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(folder).as_posix()
