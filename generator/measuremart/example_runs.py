"""Runs examples on the referee and, through dbt, on DuckDB; and says what is not as expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuremart.plan.example_results import ResultRow
from measuremart.plan.example_rows import ExpectedRow
from measuremart.plan.examples import Example
from measuremart.plan.nodes import Plan
from measuremart.referee.examples import answer, results
from measuremart.render.examples import RESULTS, VERDICT, example_project
from measuremart.warehouse.dbt import WarehouseError, run
from measuremart.write import temporary_folder


@dataclass(frozen=True, slots=True)
class Came:
    """What an engine answers: by expected table the members, and the results of the cohort's keys."""

    members: dict[str, set[ExpectedRow]]
    results: set[ResultRow]


# What came, or why nothing could.
Answer = Came | str


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
        return Came(answer(plan, example), results(plan, example))
    except (ArithmeticError, ValueError) as error:  # a day beyond the calendar
        return str(error)


def duckdb_answers(plan: Plan, examples: Sequence[Example], project: Path) -> list[Answer]:
    """Answer all examples in one dbt run with the project's macros. Raises `WarehouseError`."""
    macros = (project / "macros").resolve()
    if not macros.is_dir():
        raise WarehouseError(f"there is no folder {macros}: the models of the examples need the project's macros")
    made = example_project(plan, examples, str(macros), _verdict(project, examples))
    with temporary_folder(made.files) as folder:
        ran = run(folder)
    came = {said["model"]: said["rows"] for said in ran.printed}
    answers: list[Answer] = []
    for name, example in zip(made.models, examples, strict=True):
        if name in came:
            answers.append(_came(example, came[name]))
        else:
            answers.append(ran.failures.get(name, "dbt did not answer"))
    return answers


def _verdict(project: Path, examples: Sequence[Example]) -> str:
    """Return the model that decides every status, where an example asks for one. Raises `WarehouseError`."""
    if all(example.asked is None for example in examples):
        return ""
    file = project / VERDICT
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise WarehouseError(f"{file} cannot be read: {error.strerror}; examples with results need it") from None


def _came(example: Example, rows: Sequence[Sequence[str | None]]) -> Came:
    members: dict[str, set[ExpectedRow]] = {e.table: set() for e in example.expected}
    found: set[ResultRow] = set()
    for table, person, episode, resolver, *rest in rows:
        key = (int(person or 0), None if episode is None else int(episode), int(resolver or 0))
        if table == RESULTS:
            status, reason, denominator_date, numerator_date = rest[1:]
            found.add((*key, status or "", reason or "", _day(denominator_date), _day(numerator_date)))
        else:
            members[table or ""].add((*key, _day(rest[0])))
    return Came(members, found)


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


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
        wanted, found = set(expected.rows), came.members[expected.table]
        if wanted != found:
            of = " in the denominator" if expected.is_denominator else ""
            said.append(f"expected{of} {_members(wanted)}; came {_members(found)}")
    if example.asked is not None:
        results_wanted = set(example.asked.results)
        if results_wanted != came.results:
            less, more = results_wanted - came.results, came.results - results_wanted
            said.append(f"expected in the results {_results(less)}; came {_results(more)}")
    return "; ".join(said)


def _members(rows: set[ExpectedRow]) -> str:
    return ", ".join(_said(_words(row)) for row in sorted(rows, key=str)) or "nobody"


def _results(rows: set[ResultRow]) -> str:
    return ", ".join(_said(_result_words(row)) for row in sorted(rows, key=str)) or "nothing else"


def _said(words: Iterator[str]) -> str:
    return "{" + ", ".join(words) + "}"


def _words(row: ExpectedRow) -> Iterator[str]:
    person, episode, resolver, date = row
    yield from _key_words(person, episode, resolver)
    if date is not None:
        yield f"date: {date}"


def _result_words(row: ResultRow) -> Iterator[str]:
    person, episode, resolver, status, reason, denominator_date, numerator_date = row
    yield from _key_words(person, episode, resolver)
    yield f"status: {status}"
    if reason != status:
        yield f"reason: {reason}"
    if denominator_date is not None:
        yield f"denominator_date: {denominator_date}"
    if numerator_date is not None:
        yield f"numerator_date: {numerator_date}"


def _key_words(person: int, episode: int | None, resolver: int) -> Iterator[str]:
    yield f"person: {person}"
    if episode is not None:
        yield f"episode: {episode}"
    if resolver not in (person if episode is None else None, episode):
        yield f"resolver: {resolver}"
