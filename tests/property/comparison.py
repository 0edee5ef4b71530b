"""Where evaluators disagree about a case, and how to say it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from lab.engines import DuckDbEngine, PostgresEngine
from measuremart.plan.nodes import Plan

from property.bench import Answers, Bench, Case, ask_referee, models_of, plan_of
from property.house import HOUSE, TABLES
from property.shrinking import shrunk


@dataclass(frozen=True)
class Difference:
    """A relation about which not all evaluators say the same; rows by evaluator."""

    relation: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a case: no plan where its definitions have problems."""

    plan: Plan | None
    problems: list[str] = field(default_factory=list)
    answers: dict[str, Answers] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


class Trial:
    """All evaluators; asked for the same case, they must say the same."""

    def __init__(self, benches: list[Bench]) -> None:
        self.benches = benches

    def run(self, case: Case) -> Outcome:
        """Plan a case, ask everyone, compare."""
        try:
            planned = plan_of(case.text())
        except Exception:  # the pipeline must say problems, not fail
            return Outcome(None, [], {}, [Difference("plan", {"pipeline": traceback.format_exc(limit=-4)})])
        if not planned.is_valid:
            return Outcome(None, [str(p) for p in planned.problems])
        return self.compare(planned.plan, case)

    def smallest(self, case: Case, outcome: Outcome, seconds: float = 60.0) -> Case:
        """Return a small case that shows the same: a law still broken, or two evaluators still at odds."""
        if not any(d.relation.startswith("law ") for d in outcome.differences):
            case = replace(case, laws=())
        first = outcome.differences[0].said
        wrong = [
            b for b in self.benches if b.name in first and "referee" in first and first[b.name] != first["referee"]
        ]
        some = Trial(wrong[-1:] or self.benches)
        return shrunk(case, lambda c: bool(some.run(c).differences), seconds)

    def compare(self, plan: Plan, case: Case) -> Outcome:
        """Ask everyone for every relation of a plan."""
        try:
            answers = {"referee": ask_referee(plan, case.rows)}
            models = models_of(plan)
        except Exception:
            return Outcome(plan, [], {}, [Difference("plan", {"referee or renderer": traceback.format_exc(limit=-4)})])
        for bench in self.benches:
            answers[bench.name] = bench.ask(plan, models, case.rows)
        found = list(disagreements(answers))
        return Outcome(plan, [], answers, found or list(broken_laws(case, answers)))


def disagreements(answers: dict[str, Answers]) -> Iterator[Difference]:
    """Yield the relations about which evaluators disagree, parents before children.

    An engine that failed says so of one relation and nothing of the others.
    """
    failed = {name for name, found in answers.items() if any(isinstance(rows, str) for rows in found.values())}
    for relation in dict.fromkeys(r for found in answers.values() for r in found):
        said = {name: found.get(relation) for name, found in answers.items() if name not in failed or relation in found}
        if any(rows != next(iter(said.values())) for rows in said.values()) or any(
            isinstance(r, str) for r in said.values()
        ):
            yield Difference(relation, said)


def broken_laws(case: Case, answers: dict[str, Answers]) -> Iterator[Difference]:
    """Yield the laws that an evaluator's answers break."""
    for law in case.laws:
        sides = (f"measure__{law.left}", f"measure__{law.right}")
        for name, found in answers.items():
            if all(s in found for s in sides) and not law.holds(found):
                said = {f"{name} about {side}": found[side] for side in sides}
                yield Difference(f"law {law.name}: {law.left} and {law.right}, {law.compared}", said)


@contextmanager
def trial(postgres_dsn: str) -> Iterator[Trial]:
    """Open both engines."""
    engines = [DuckDbEngine(), PostgresEngine(postgres_dsn)]
    try:
        yield Trial([Bench(engine) for engine in engines])
    finally:
        for engine in engines:
            engine.close()


def told(case: Case, difference: Difference) -> str:
    """Return a case and what was said of it, for people."""
    own = {k: v for k, v in case.definitions.items() if k not in HOUSE}
    lines = [
        f"Evaluators disagree about {difference.relation}",
        "",
        "definitions (beside the house, tests/property/house.py):",
        "",
    ]
    lines += [yaml.safe_dump(_plain(own), sort_keys=False, allow_unicode=True, width=120), "rows:", ""]
    for table in TABLES:
        for row in case.rows.get(table, ()):
            shown = ", ".join(f"{c}={v}" for c, v in row.items() if v is not None)
            lines.append(f"  {table}: {shown}")
    lines.append("")
    for name, rows in difference.said.items():
        lines.append(f"{name}:")
        lines += [f"  {row}" for row in rows] if isinstance(rows, list) else [f"  {rows}"]
        lines += ["  (no rows)"] if rows == [] else []
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, bool | int | str) or value is None or hasattr(value, "isoformat"):
        return value
    return float(value)
