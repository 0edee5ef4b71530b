"""The fast path: the same statements without dbt, in a transaction that is rolled back, one case after another.

The generator's text is compiled by a plain Jinja environment that holds this repository's own scalar macros;
`tests/property/test_dbt.py` holds it to dbt's compiled text, byte for byte.
"""

import re
from functools import cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from lab.cases import Member, Prepared, in_order
from lab.engines import Engine
from lab.laboratory import COLUMNS
from lab.models import lab_models, table_name
from lab.project import ROOT


@cache
def compiler(engine: str) -> Environment:
    """Return an environment in which generated SQL compiles as dbt compiles it for `engine`."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False, keep_trailing_newline=True)
    source = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "macros" / "scalar").glob("*.sql")))

    def dispatch(name: str) -> Any:
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


class DirectBench:
    """Evaluates cases on an engine, each in its own rolled-back transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def members(self, prepared: Prepared) -> dict[str, list[Member]]:
        """Return the members of every generated member relation, sorted, by relation name."""
        self._engine.begin()
        try:
            for table in prepared.tables.values():
                self._engine.load(table, table_name("x", table.name))
            return self._run(prepared)
        finally:
            self._engine.rollback()

    def _run(self, prepared: Prepared) -> dict[str, list[Member]]:
        answers: dict[str, list[Member]] = {}
        for model in lab_models(prepared, "x"):
            self._engine.execute(f"create table {model.name} as {compiled(model.sql, self._engine.name)}")
            if model.is_member:
                answers[model.own_name] = in_order(self._engine.read(model.name, COLUMNS))  # type: ignore[arg-type]
        return answers
