"""Runs examples on the referee and, through dbt, on DuckDB; and says what is not as expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuremart.plan.examples import Example, ExpectedRow
from measuremart.plan.nodes import Plan
from measuremart.referee.examples import answer
from measuremart.render.examples import example_project
from measuremart.warehouse.dbt import WarehouseError, run
from measuremart.write import temporary_folder

# By expected table the members that came; or why none could.
Answer = dict[str, set[ExpectedRow]] | str


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that an engine does not answer as expected, and what is said about it."""

    example: Example
    engine: str
    text: str

    def __str__(self) -> str:
        return f"{self.example.position}: {self.example}: {self.engine}: {self.text}"


def referee_answers(plan: Plan, examples: Sequence[Example], project: Path) -> list[Answer]:
    """Answer each example with the referee; the project plays no part."""
    return [_of_referee(plan, example) for example in examples]


def _of_referee(plan: Plan, example: Example) -> Answer:
    try:
        return answer(plan, example)
    except (ArithmeticError, ValueError) as error:  # a day beyond the calendar
        return str(error)


def duckdb_answers(plan: Plan, examples: Sequence[Example], project: Path) -> list[Answer]:
    """Answer all examples in one dbt run with the project's macros. Raises `WarehouseError`."""
    macros = (project / "macros").resolve()
    if not macros.is_dir():
        raise WarehouseError(f"there is no folder {macros}: the models of the examples need the project's macros")
    made = example_project(plan, examples, str(macros))
    with temporary_folder(made.files) as folder:
        ran = run(folder)
    came = {said["table"]: {_row(m) for m in said["members"]} for said in ran.printed}
    answers: list[Answer] = []
    for prefix, example in zip(made.prefixes, examples, strict=True):
        tables = {e.table: f"{prefix}{e.table}" for e in example.expected}
        failed = [
            f"{name.removeprefix(prefix)}: {said}" for name, said in ran.failures.items() if name.startswith(prefix)
        ]
        if all(name in came for name in tables.values()):
            answers.append({table: came[name] for table, name in tables.items()})
        else:
            answers.append("; ".join(failed) or "dbt did not answer")
    return answers


def _row(member: Sequence[str | None]) -> ExpectedRow:
    person, episode, resolver, date = member
    return (
        int(person or 0),
        None if episode is None else int(episode),
        int(resolver or 0),
        None if date is None else dt.date.fromisoformat(date),
    )


ENGINES: dict[str, Callable[[Plan, Sequence[Example], Path], list[Answer]]] = {
    "referee": referee_answers,
    "duckdb": duckdb_answers,
}


def failures_of(engine: str, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Failure]:
    """Return the examples that an engine does not answer as expected."""
    return [
        Failure(example, engine, text)
        for example, came in zip(examples, answers, strict=True)
        if (text := _difference(example, came))
    ]


def _difference(example: Example, came: Answer) -> str:
    if isinstance(came, str):
        return f"no answer: {came}"
    said: list[str] = []
    for expected in example.expected:
        wanted, found = set(expected.rows), came[expected.table]
        if wanted != found:
            of = " in the denominator" if expected.is_denominator else ""
            said.append(f"expected{of} {_members(wanted)}; came {_members(found)}")
    return "; ".join(said)


def _members(rows: set[ExpectedRow]) -> str:
    return ", ".join(_member(row) for row in sorted(rows, key=str)) or "nobody"


def _member(row: ExpectedRow) -> str:
    return "{" + ", ".join(_words(row)) + "}"


def _words(row: ExpectedRow) -> Iterator[str]:
    person, episode, resolver, date = row
    yield f"person: {person}"
    if episode is not None:
        yield f"episode: {episode}"
    if resolver not in (person if episode is None else None, episode):
        yield f"resolver: {resolver}"
    if date is not None:
        yield f"date: {date}"
