"""Two dbt projects that differ in what is generated alone: the definitions as they were, and as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from measuremart.render.project import GENERATED_FOLDERS
from measuremart.repository import PACKAGE, is_repository

# Words of the schemas of each version: <schema of the profile>_before_marts.
SIDES = ("before", "after")
_LEFT_OUT = {"target", "logs", "dbt_packages", "build", "definitions"}
# What targets hold follows from these seeds alone. Both versions get the rows of both, so that a target is made once.
_DEMAND = ("catalogue_concept.csv", "catalogue_target_demand.csv")
_SCHEMA = """\
{{% macro generate_schema_name(custom_schema_name, node) -%}}
    {{%- set own = 'measuremart' if target.schema == 'main' else target.schema -%}}
    {{{{ own }}}}_{side}{{%- if custom_schema_name %}}_{{{{ custom_schema_name | trim }}}}{{%- endif -%}}
{{%- endmacro %}}

{{% macro drop_compared_schemas(schemas) %}}
    {{%- for schema in schemas %}}
        {{%- do adapter.drop_schema(api.Relation.create(database=target.database, schema=schema)) %}}
    {{%- endfor %}}
{{% endmacro %}}
"""


@dataclass(frozen=True, slots=True)
class Projects:
    """The folders of the project with the old definitions and of that with the new ones."""

    before: Path
    after: Path


@contextmanager
def two_projects(project: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Projects]:
    """Give two projects that have the project's files, but what is generated from `before` and `after`.

    In a hospital's own repository, these are the files of the package. Models by hand, seeds and variables are those of
    the project as it is now, in both. The folders are gone afterwards.
    """
    before, after = _with_one_demand(before, after)
    with TemporaryDirectory(prefix="measuremart_diff_") as place:
        folders = [Path(place) / side for side in SIDES]
        for folder, side, files in zip(folders, SIDES, (before, after), strict=True):
            _write(project.resolve(), folder, side, files)
        yield Projects(*folders)


def _write(project: Path, folder: Path, side: str, files: Mapping[str, str]) -> None:
    folder.mkdir()
    is_own = is_repository(project)
    left_out = _LEFT_OUT | ({PACKAGE} if is_own else set())
    for part in sorted(project.iterdir()):
        if part.name in left_out or part.name.startswith("."):
            continue
        if part.is_file():
            if part.suffix in (".yml", ".yaml"):
                (folder / part.name).symlink_to(part)
        elif part.name == "tests":
            if (part / "generic").is_dir():
                (folder / "tests").mkdir()
                (folder / "tests" / "generic").symlink_to(part / "generic")
        else:
            _linked(part, folder / part.name, project, () if is_own else GENERATED_FOLDERS)
    inside = folder / PACKAGE if is_own else folder
    for path, text in files.items():
        file = inside / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # never through a link into the project
        file.write_text(text, encoding="utf-8")
    if is_own:
        (folder / "dbt_packages").mkdir()
        (folder / "dbt_packages" / PACKAGE).symlink_to(inside)
    for macros in {folder / "macros", inside / "macros"}:
        macros.mkdir(exist_ok=True)
        (macros / "generate_schema_name.sql").unlink(missing_ok=True)
    (folder / "macros" / "generate_schema_name.sql").write_text(_SCHEMA.format(side=side), encoding="utf-8")


def _linked(part: Path, place: Path, project: Path, without: tuple[str, ...]) -> None:
    """Link the files of a folder one by one; those of `macros` too, since one of them is replaced."""
    for file in sorted(part.rglob("*")):
        inside = file.relative_to(project).as_posix()
        if file.is_file() and not inside.startswith(tuple(f"{folder}/" for folder in without)):
            target = place / file.relative_to(part)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(file)


def _with_one_demand(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return both with the demand of both: what targets hold beyond a definition's demand changes no result (2.9)."""
    first, second = dict(before), dict(after)
    for path in (p for p in before if p.endswith(_DEMAND) and p in after):
        first[path] = second[path] = _union(before[path], after[path])
    return first, second


def _union(one: str, other: str) -> str:
    """Return the rows of two texts of CSV, each once."""
    header, *rows = [line for text in (one, other) for line in text.splitlines()]
    assert next(csv.reader(io.StringIO(header)))
    return "\n".join(dict.fromkeys([header, *rows])) + "\n"
