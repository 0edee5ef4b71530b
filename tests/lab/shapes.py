"""What `dbt build` says of a built model without dbt: its contract, and the generic tests that are attached to it.

A generic test is the text of its file in `tests/generic`, compiled with the arguments of the model's properties; a row
that it returns is a failure, as for dbt. `tests/lab/test_laboratory.py` holds this to dbt's own verdicts.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from lab.engines import Engine
from lab.models import LabModel
from lab.project import ROOT

# What a contract's types are called by each engine.
_TYPES = {
    "duckdb": {"string": "varchar", "numeric": "decimal"},
    "postgres": {"string": "text"},
    "spark": {"integer": "int", "numeric": "decimal"},
}
_REFERENCE = re.compile(r"^(?:ref\('(\w+)'\)|source\('\w+', '(\w+)'\))$")


def findings(engine: Engine, model: LabModel) -> Iterator[tuple[str, str]]:
    """Yield (test, what it says) of a relation that stands in the database; nothing where all holds."""
    body = model.properties()
    wanted = [(c["name"], _own_type(engine, c["data_type"])) for c in body["columns"]]
    found = [(name, kind.split("(")[0]) for name, kind in engine.columns(model.name)]
    if found != wanted:
        yield "contract", f"its contract: found {found}, should be {wanted}"
    for test in body.get("data_tests", []):
        ((name, given),) = test.items() if isinstance(test, dict) else ((test, {}),)
        rows = engine.rows(_query(engine, name, model.name, given.get("arguments", {})))
        if rows:
            yield name, f"{name}: {len(rows)} rows, the first {rows[0]}"


def _own_type(engine: Engine, kind: str) -> str:
    kind = kind.split("(")[0]
    return _TYPES[engine.name].get(kind, kind)


def _query(engine: Engine, name: str, relation: str, arguments: dict[str, Any]) -> str:
    """Return a generic test as a statement."""
    test, adapter = _test(name)
    adapter.get_columns_in_relation = lambda it: [
        SimpleNamespace(name=column, dtype=kind) for column, kind in engine.columns(it)
    ]
    return str(test(relation, **{key: _relation(value) for key, value in arguments.items()}))


def _relation(value: Any) -> Any:
    found = _REFERENCE.match(value) if isinstance(value, str) else None
    return (found[1] or found[2]) if found else value


@cache
def _test(name: str) -> tuple[Callable[..., str], SimpleNamespace]:
    """Return a generic test as a macro, and the adapter that it asks."""
    text = (ROOT / "tests" / "generic" / f"{name}.sql").read_text(encoding="utf-8")
    text = re.sub(r"\{% test (\w+)", r"{% macro test_\1", text).replace("{% endtest %}", "{% endmacro %}")
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    adapter = SimpleNamespace()
    environment.globals |= {"execute": True, "adapter": adapter}
    return getattr(environment.from_string(text).module, f"test_{name}"), adapter
