"""The fast path: the same statements without dbt, in a transaction that is rolled back, one case after another.

The generator's text is compiled by a plain Jinja environment that holds this repository's own scalar macros.
`tests/property/test_dbt.py` holds whole models to dbt's compiled text, byte for byte, `tests/spec/test_compiled.py` every
call of a macro. Contracts and the generic tests beside a model are checked like `dbt build` does (`lab.shapes`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from lab.cases import Member, Prepared, in_order
from lab.engines import Engine
from lab.laboratory import COLUMNS
from lab.models import EVENT_TEST, LabModel, lab_models, table_name
from lab.project import ROOT
from lab.shapes import findings

PIECE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@cache
def compiler(engine: str) -> Environment:
    """Return an environment in which generated SQL compiles as dbt compiles it for `engine`."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False, keep_trailing_newline=True)
    source = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "macros" / "scalar").glob("*.sql")))

    def dispatch(name: str, _package: str) -> Any:
        module = environment.globals["macros"]
        return getattr(module, f"{engine}__{name}", None) or getattr(module, f"default__{name}")

    environment.globals["adapter"] = SimpleNamespace(dispatch=dispatch)
    environment.globals["var"] = lambda name: []
    module = environment.from_string(source).module
    environment.globals["macros"] = module
    names = re.findall(r"\{%-?\s*macro\s+(\w+)", source)
    environment.globals |= {name: getattr(module, name) for name in names}
    environment.globals["ref"] = lambda name: name
    environment.globals["source"] = lambda _, name: name
    return environment


def compiled(sql: str, engine: str) -> str:
    """Return generated SQL as a statement for an engine; relations keep their bare names."""
    return compiler(engine).from_string(sql).render()


@cache
def _piece(text: str, engine: str) -> str:
    return compiled(text, engine)


def statement(sql: str, engine: str) -> str:
    """Return a generated model as a statement: its only Jinja is `{{ .. }}`, and each such piece is compiled once."""
    return PIECE.sub(lambda found: _piece(found[0], engine), sql)


@dataclass(frozen=True)
class Found:
    """What an engine says of one case: members by relation, and by relation what its contract or a test found.

    `shared_ids` are the relations that read an event id which several records share.
    """

    members: dict[str, list[Member]] = field(default_factory=dict)
    failures: dict[str, list[str]] = field(default_factory=dict)
    shared_ids: set[str] = field(default_factory=set)


class DirectBench:
    """Evaluates cases on an engine, each in its own rolled-back transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def members(self, prepared: Prepared) -> dict[str, list[Member]]:
        """Return the members of every generated member relation, sorted, by relation name."""
        self._engine.begin()
        try:
            return {m.own_name: self._read(m) for m in self._built(prepared) if m.is_member}
        finally:
            self._engine.rollback()

    def checked(self, prepared: Prepared) -> Found:
        """Return the members, and what the contracts and generic tests of the case's models say, as `dbt build` would."""
        found = Found()
        self._engine.begin()
        try:
            for model in list(self._built(prepared)):
                for test, message in findings(self._engine, model):
                    if test == EVENT_TEST:
                        found.shared_ids.add(model.own_name)
                    else:
                        found.failures.setdefault(model.own_name, []).append(message)
                if model.is_member:
                    found.members[model.own_name] = self._read(model)
        finally:
            self._engine.rollback()
        return found

    def _built(self, prepared: Prepared) -> Iterator[LabModel]:
        for table in prepared.tables.values():
            self._engine.load(table, table_name("x", table.name))
        for model in lab_models(prepared, "x"):
            self._engine.execute(f"create table {model.name} as {statement(model.sql, self._engine.name)}")
            yield model

    def _read(self, model: LabModel) -> list[Member]:
        return in_order(self._engine.read(model.name, COLUMNS))
