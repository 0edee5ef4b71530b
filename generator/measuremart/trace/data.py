"""A trace as plain data, for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from measuremart.explain.explanation import Explanation
from measuremart.explain.show import as_data
from measuremart.trace.tracing import Trace
from measuremart.trace.tree import Node

_RESULT = (
    "status", "reason_code", "reason_measure", "denominator_date", "numerator_date", "nearest_date", "days_outside",
    "nearest_value",
)  # fmt: skip
_KEY = ("person_id", "episode_id", "measure_resolver")


def trace_data(trace: Trace, explained: Explanation) -> dict[str, Any]:
    """Return a trace as data: the verdict, the opportunities, a tree for each measure, and the same in sentences."""
    told: set[tuple[str, str]] = set()
    return {
        "name": trace.about.name,
        "report": None if trace.report is None else trace.report.about.name,
        "person_id": trace.person,
        "is_known": trace.is_known,
        "has_opted_out": trace.has_opted_out,
        "key": None if trace.key is None else dict(zip(_KEY, trace.key, strict=True)),
        "as_of": _plain(trace.as_of),
        "cohort_date": None if trace.cohort is None else _plain(trace.cohort.measure_date),
        "result": None if trace.built is None else {name: _plain(trace.built[name]) for name in _RESULT},
        "opportunities": [{k: _plain(v) for k, v in asdict(o).items()} for o in trace.opportunities],
        "parts": [{"role": part.role, **_tree(part.tree, told)} for part in trace.parts],
        "differs": list(trace.differs),
        "sections": as_data(explained)["sections"],
    }


def _tree(node: Node, told: set[tuple[str, str]]) -> dict[str, Any]:
    """Return a node with all below it; one that stood above has `is_above`, and nothing below it."""
    found: dict[str, Any] = {"said": node.said, "name": node.name}
    for name, members in (("rows", node.rows), ("elsewhere", node.elsewhere)):
        found[name] = [{k: _plain(v) for k, v in asdict(m).items()} for m in members]
    if node.name and (node.said, node.name) in told:
        return {**found, "is_above": True, "children": []}
    told.add((node.said, node.name))
    if node.days:
        names = ("anchor", "first", "last")
        found["days"] = [dict(zip(names, map(_plain, days), strict=True)) for days in node.days]
    if node.behind is not None:
        found["target"] = node.behind.target
        for name, events in (("counted", node.behind.counted), ("nearest", node.behind.nearest)):
            found[name] = [{k: _plain(v) for k, v in asdict(e).items()} for e in events]
        found["not_counted"] = node.behind.not_counted
    found["children"] = [
        {"before": words, **_tree(child, told)} for words, children in node.parts for child in children
    ]
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
