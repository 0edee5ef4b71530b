"""The files of a new repository of a hospital's own, as `measuremart init` writes them; templates are in `files`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from measuremart import __version__
from measuremart.runtime import runtime_folder, shipped_packs

ENGINES = ("duckdb", "postgres")
EXAMPLE = "bowel"
_FILES = Path(__file__).resolve().parent / "files"
# This macro works in a root project only.
_SCHEMA_MACRO = "macros/generate_schema_name.sql"


def starter_files(name: str, engine: str, packs: Sequence[str]) -> dict[str, str]:
    """Return {path: text} of a repository; without `packs` of measuremart it has the example pack.

    Raises `runtime.RuntimeMissingError`.
    """
    runtime = runtime_folder()
    asked = list(packs) or [EXAMPLE]
    words = {
        "name": name,
        "engine": engine,
        "packs": ", ".join(asked),
        "first_pack": asked[-1],
        "shipped": ", ".join(shipped_packs(runtime)),
        "requirement": f"measuremart{'[postgres]' if engine == 'postgres' else ''}=={__version__}",
    }
    texts = {
        _path(found): _filled(found.read_text(encoding="utf-8"), words)
        for found in sorted(_FILES.rglob("*"))
        if found.is_file() and not (packs and EXAMPLE in found.relative_to(_FILES).parts)
    }
    texts[_SCHEMA_MACRO] = (runtime / _SCHEMA_MACRO).read_text(encoding="utf-8")
    if packs:
        texts["definitions/.gitkeep"] = ""
    return texts


def _path(file: Path) -> str:
    """Return where a template goes: a leading underscore is a dot there."""
    parts = file.relative_to(_FILES).parts
    return "/".join([parts[0].replace("_", ".", 1) if parts[0].startswith("_") else parts[0], *parts[1:]])


def _filled(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"__{word}__", value)
    return text


def pack_files(pack: str, schemas: str, *, by_person: bool = False) -> dict[str, str]:
    """Return {path below definitions/: text} of a new pack that can be built as it is, with comments on each part.

    `schemas` is the folder of the JSON schemas as seen from the pack's own. The pack counts episodes of care, or
    persons.
    """
    folder = Path(__file__).resolve().parent / "pack"
    members = "persons with" if by_person else "episodes of care for"
    words = {
        "episode": "" if by_person else ", episode: 10",
        "members": members,
        "Members": members.capitalize(),
        "pack": pack,
        "schemas": schemas,
    }
    names = {"pack.yml": "pack.yml", "definitions.yml": f"{pack}.yml"}
    by = "    resolve_by: person   # a row belongs to a person, not to an episode of care\n" if by_person else ""
    texts = {name: (folder / template).read_text(encoding="utf-8") for template, name in names.items()}
    # A line of its own, and a comment in the template, so that the template is YAML.
    return {
        f"{pack}/{name}": _filled(text.replace("    # __resolve_by__\n", by), words) for name, text in texts.items()
    }
