"""Both versions built side by side in schemas of their own; what is alike is built once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuremart.compare.projects import Projects
from measuremart.warehouse.dbt import WarehouseError
from measuremart.warehouse.kept import KeptDbt

# What is built to be compared is not tested.
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
_QUIET = ("--quiet", "--no-use-colors", "--log-level-file", "none")


@dataclass(frozen=True, slots=True)
class Sides:
    """The relations that the old version has by name, those that the new one has for itself, and all names of that."""

    before: dict[str, str]
    after: dict[str, str]
    known: frozenset[str]

    def pair(self, name: str) -> tuple[str | None, str | None]:
        """Return a relation as it was and as it is, None where a version has none; what is alike was built once."""
        was = self.before.get(name)
        return was, self.after.get(name, was if name in self.known else None)


@contextmanager
def built_sides(
    dbt: KeptDbt, projects: Projects, options: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[Sides, tuple[str, ...]]]:
    """Build the relations of some names, and all that they are made of, in both versions; then remove them.

    Gives the relations, and the options with which dbt reads them. Raises `WarehouseError`.
    """
    places = [_options(folder, options) for folder in (projects.before, projects.after)]
    manifests = []
    for folder, place in zip((projects.before, projects.after), places, strict=True):
        dbt.run([*_QUIET, "parse", *place]).raise_for_failure()
        manifests.append(_manifest(folder))
    schemas = sorted({n["schema"] for m in manifests for n in m["nodes"].values() if n["resource_type"] != "test"})
    try:
        _drop(dbt, places[0], schemas)
        selected = [f"+{name}" for name in names if _has(manifests[0], name)]
        if not selected:
            raise WarehouseError("nothing that changed is built: is its pack in the dbt variable 'packs'?")
        _build(dbt, places[0], ["--select", *selected])
        state = ["--defer", "--favor-state", "--state", str(projects.before / "target")]
        selected = [f"state:modified+,+{name}" for name in names if _has(manifests[1], name)]
        _build(dbt, places[1], ["--select", *(selected or ["state:new"]), *state])
        before, after = (
            {manifest["nodes"][i]["name"]: manifest["nodes"][i]["relation_name"] for i in sorted(_built(folder))}
            for manifest, folder in zip(manifests, (projects.before, projects.after), strict=True)
        )
        yield Sides(before, after, frozenset(n["name"] for n in manifests[1]["nodes"].values())), places[1]
    finally:
        _drop(dbt, places[0], schemas)


def _options(folder: Path, options: Sequence[str]) -> tuple[str, ...]:
    target = folder / "target"
    return ("--project-dir", str(folder), "--target-path", str(target), "--log-path", str(folder / "logs"), *options)


def _manifest(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8")))


def _has(manifest: dict[str, Any], name: str) -> bool:
    return any(node["name"] == name for node in manifest["nodes"].values())


def _built(folder: Path) -> set[str]:
    """Return the ids of what the last command of a project built; none where it had nothing to build."""
    file = folder / "target" / "run_results.json"
    results = json.loads(file.read_text(encoding="utf-8"))["results"] if file.is_file() else []
    return {r["unique_id"] for r in results if r["status"] == "success"}


def _build(dbt: KeptDbt, place: Sequence[str], what: Sequence[str]) -> None:
    dbt.run([*_QUIET, "build", *what, *NO_TESTS, *place]).raise_for_failure()


def _drop(dbt: KeptDbt, place: Sequence[str], schemas: Sequence[str]) -> None:
    arguments = json.dumps({"schemas": list(schemas)})
    dbt.run([*_QUIET, "run-operation", "drop_compared_schemas", "--args", arguments, *place])
