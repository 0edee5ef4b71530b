"""The generated models of a case, under names that no other case has."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from measuremart.render.models import Model
from measuremart.render.project import generated_models
from measuremart.render.properties import member_test, properties

from lab.cases import PACK, Prepared

EVENT_TEST = "event_is_one_record"
HIERARCHY = "asked_hierarchy"
ROOT = Path(__file__).resolve().parents[2]
_REF = re.compile(r"ref\('([a-z0-9_]+)'\)")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Names:
    """What the relations of one case are called in the laboratory."""

    prepared: Prepared
    prefix: str
    models: frozenset[str]

    def table(self, relation: str) -> str:
        """Return the name of an input table."""
        return table_name(self.prefix, self.prepared.tables[relation].name)

    def model(self, own: str) -> str:
        """Return the name of a generated model: its layer, the prefix, the rest."""
        layer, _, rest = own.partition("__")
        return f"{layer}__{self.prefix}_{rest}"

    def placed(self, text: str) -> str:
        """Return generated text with its `ref()`s led to this case's relations; nothing else changes."""
        return _REF.sub(self._place, text)

    def _place(self, match: re.Match[str]) -> str:
        relation = match[1]
        return (
            f"ref('{self.model(relation)}')" if relation in self.models else f"source('lab', '{self.table(relation)}')"
        )


@dataclass(frozen=True)
class LabModel:
    """One generated model: the name the generator gave it, and the name and text it has in the laboratory."""

    names: Names
    model: Model

    @property
    def own_name(self) -> str:
        return self.model.name

    @property
    def name(self) -> str:
        return self.names.model(self.model.name)

    @property
    def is_member(self) -> bool:
        return self.model.grain is not None

    @property
    def sql(self) -> str:
        """The generator's text, byte for byte, but for the relation names inside `ref()`."""
        return self.names.placed(self.model.sql)

    def properties(self) -> dict[str, Any]:
        """Return what the generator writes beside the model: contract, columns, the tests.

        A member table has the shape test that the union of all has in a project: a case has no union.

        Cases repeat event ids on purpose: the test of them warns here, so that the models above are built.
        """
        if self.model.name == HIERARCHY:
            return {"name": self.name, "columns": _hierarchy_columns()}
        text = self.names.placed(properties(self.model, self.names.prepared.plan))
        body: dict[str, Any] = yaml.load(text, Loader=_LOADER)["models"][0]
        if self.model.grain is not None:
            body["data_tests"] = [member_test(self.model.grain, is_set=self.model.is_set)]
        for test in body.get("data_tests", []):
            if EVENT_TEST in test:
                test[EVENT_TEST]["config"] = {"severity": "warn"}
        # The laboratory has one schema, one pack and no groups.
        config = {key: body["config"][key] for key in ("contract", "materialized")}
        return body | {"name": self.name, "config": config}


@cache
def _hierarchy_columns() -> list[dict[str, str]]:
    listed = yaml.load(
        (ROOT / "models" / "core" / "concepts" / "_concepts.yml").read_text(encoding="utf-8"), Loader=_LOADER
    )
    columns: list[dict[str, str]] = next(m["columns"] for m in listed["models"] if m["name"] == HIERARCHY)
    return columns


@cache
def hierarchy_sql() -> str:
    """Return the model, by hand, of the hierarchies that rules ask for."""
    folder = Path(os.environ.get("MEASUREMART_TEST_MODELS") or ROOT / "models")  # changed copies: tests/mutation
    return (folder / "core" / "concepts" / f"{HIERARCHY}.sql").read_text(encoding="utf-8")


def table_name(prefix: str, name: str) -> str:
    """Return what an input table of a case is called in the laboratory."""
    return f"{prefix}_{name}"


def lab_models(prepared: Prepared, prefix: str) -> Iterator[LabModel]:
    """Yield the member tables of a case and what they read, renamed with `prefix`; parents come first."""
    models = {model.name: model for model in generated_models(prepared.plan)}
    models[HIERARCHY] = Model("concept_set", "", "", PACK, HIERARCHY, hierarchy_sql(), "")
    names = Names(prepared, prefix, frozenset(models))
    members = [model.name for model in models.values() if model.grain is not None]
    # A test beside a model can read a further one.
    texts = {own: m.sql + (properties(m, prepared.plan) if m.grain else "") for own, m in models.items()}
    for own in _parents_first({own: set(_REF.findall(text)) & set(models) for own, text in texts.items()}, members):
        yield LabModel(names, models[own])


def _parents_first(parents: dict[str, set[str]], wanted: list[str]) -> list[str]:
    done: list[str] = []

    def visit(name: str) -> None:
        if name not in done:
            for parent in sorted(parents[name] - {name}):
                visit(parent)
            done.append(name)

    for name in sorted(wanted):
        visit(name)
    return done
