"""The files of examples: scenes of tables and shared definitions, and cases with the members they must have."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from lab.cases import Case, Member, in_order

FOLDER = Path(__file__).resolve().parent
SHARED = FOLDER / "shared" / "clinic.yml"
MEMBER = ("person_id", "episode_id", "measure_resolver", "measure_date")
AS_OF = dt.date(2026, 6, 30)
_LAYERS = {"subqueries": "subquery", "measures": "measure"}


@dataclass(frozen=True)
class Grid:
    """A table as it is written: the cells' own text."""

    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows with values instead of text."""
        return [{c: value(t) for c, t in zip(self.columns, row, strict=True)} for row in self.cells]


@dataclass(frozen=True)
class Example:
    """One sentence that is proven: a definition over a scene, and its members."""

    name: str
    says: str
    proves: str
    definition: str
    relation: str
    members: Grid
    fails: dict[str, str]

    @property
    def is_set(self) -> bool:
        return self.relation.startswith("measure__")

    def expected(self) -> list[Member]:
        """Return the members, sorted."""
        return in_order(tuple(row.values()) for row in self.members.rows())


@dataclass(frozen=True)
class Scene:
    """Tables and definitions, and the examples over them; one case of the laboratory."""

    file: str
    name: str
    says: str
    tables: dict[str, Grid]
    types: dict[str, dict[str, str]]
    as_of: dt.date
    given: str
    examples: tuple[Example, ...]

    def case(self) -> Case:
        """Return the scene as the laboratory takes it."""
        texts = (SHARED.read_text(encoding="utf-8"), self.given, *(e.definition for e in self.examples))
        tables = {name: grid.rows() for name, grid in self.tables.items()}
        return Case(f"{self.file}/{self.name}", texts, tables, self.as_of, self.types)


@dataclass(frozen=True)
class SpecFile:
    """One file: one operator or matcher."""

    name: str
    title: str
    about: str
    scenes: tuple[Scene, ...]


def spec_files() -> list[SpecFile]:
    """Return all files, by name."""
    return [_file(path) for path in sorted(FOLDER.glob("*.yml"))]


def value(text: str) -> Any:
    """Return what a cell means: `-` is null; what would read as something else is quoted."""
    if text == "-":
        return None
    if text.startswith('"'):
        return json.loads(text)
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.date.fromisoformat(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", text):
        return dt.datetime.fromisoformat(text)
    return text


def as_grid(text: str, columns: tuple[str, ...] = ()) -> Grid:
    """Return a table as it is written; without `columns` its first line names them."""
    lines = [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]
    heading, cells = (columns, lines) if columns else (lines[0], lines[1:])
    for line in cells:
        if len(line) != len(heading):
            raise ValueError(f"{len(heading)} cells are wanted for {heading}: {line}")
    return Grid(heading, tuple(cells))


def _file(path: Path) -> SpecFile:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    _keys(data, {"title", "about", "scenes"}, set(), path.name)
    return SpecFile(path.stem, data["title"], data["about"], tuple(_scenes(path.stem, data["scenes"])))


def _scenes(file: str, scenes: list[dict[str, Any]]) -> Iterator[Scene]:
    for data in scenes:
        where = f"{file}/{data.get('scene')}"
        _keys(data, {"scene", "tables", "cases"}, {"says", "types", "as_of", "given"}, where)
        yield Scene(
            file=file,
            name=data["scene"],
            says=data.get("says", ""),
            tables={name: as_grid(text) for name, text in data["tables"].items()},
            types=data.get("types", {}),
            as_of=data.get("as_of", AS_OF),
            given=data.get("given", ""),
            examples=tuple(_example(case, where) for case in data["cases"]),
        )


def _example(data: dict[str, Any], where: str) -> Example:
    where = f"{where}/{data.get('case')}"
    _keys(data, {"case", "says", "proves", "definition", "members"}, {"of", "fails"}, where)
    defined = yaml.safe_load(data["definition"])
    named = [f"{_LAYERS[s]}__{n}" for s in _LAYERS for n in defined.get(s, {})]
    wanted = [n for n in named if n.split("__", 1)[1] == data["of"]] if "of" in data else named
    if len(wanted) != 1:
        raise ValueError(f"{where}: one measure or subquery is shown, or `of` names it; found {named}")
    members = as_grid(data["members"], MEMBER) if data["members"].strip() != "none" else Grid(MEMBER, ())
    return Example(
        name=data["case"],
        says=" ".join(data["says"].split()),
        proves=str(data["proves"]),
        definition=data["definition"].strip() + "\n",
        relation=wanted[0],
        members=members,
        fails=data.get("fails", {}),
    )


def _keys(data: dict[str, Any], required: set[str], optional: set[str], where: str) -> None:
    wrong = (required - set(data)) | (set(data) - required - optional)
    if wrong:
        raise ValueError(f"{where}: missing or unknown: {', '.join(sorted(wrong))}")
