"""The generated models of a case, under names that no other case has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from measuremart.render.project import render

from lab.cases import Prepared

_REF = re.compile(r"ref\('([a-z0-9_]+)'\)")


@dataclass(frozen=True)
class LabModel:
    """One generated model: the name the generator gave it, the name it has in the laboratory, its text and properties.

    `sql` is the generator's text, byte for byte, but for the relation names inside `ref()`.
    """

    own_name: str
    name: str
    sql: str
    properties: dict[str, Any]
    is_member: bool


def table_name(prefix: str, name: str) -> str:
    """Return what an input table of a case is called in the laboratory."""
    return f"{prefix}_{name}"


def lab_models(prepared: Prepared, prefix: str) -> Iterator[LabModel]:
    """Yield the models of a case in an order in which parents come first, renamed with `prefix`."""
    files = render(prepared.plan)
    texts = {path.rsplit("/", 1)[1].removesuffix(".sql"): path for path in files if _is_model(path)}
    renamed = {own: _renamed(own, prefix) for own in texts}

    def relocated(match: re.Match[str]) -> str:
        relation = match[1]
        if relation in renamed:
            return f"ref('{renamed[relation]}')"
        return f"source('lab', '{table_name(prefix, prepared.tables[relation].name)}')"

    for own in _parents_first({own: set(_REF.findall(files[path])) & set(texts) for own, path in texts.items()}):
        path = texts[own]
        beside = _REF.sub(relocated, files[path.removesuffix(".sql") + ".yml"])
        properties = yaml.safe_load(beside)["models"][0]
        properties["name"] = renamed[own]
        is_member = "measure_member" in (properties.get("data_tests") or [{}])[0]
        yield LabModel(own, renamed[own], _REF.sub(relocated, files[path]), properties, is_member)


def _is_model(path: str) -> bool:
    """Say whether a generated file is the SQL of a model of one definition (not of all packs together)."""
    return path.startswith("models/") and path.count("/") == 3 and path.endswith(".sql")


def _renamed(own: str, prefix: str) -> str:
    layer, rest = own.split("__", 1)
    return f"{layer}__{prefix}_{rest}"


def _parents_first(parents: dict[str, set[str]]) -> list[str]:
    done: list[str] = []

    def visit(name: str) -> None:
        if name not in done:
            for parent in sorted(parents[name] - {name}):
                visit(parent)
            done.append(name)

    for name in sorted(parents):
        visit(name)
    return done
