"""Examples: what the plan makes of them, and what each engine is said to have answered."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from measuremart.example_runs import ENGINES, Failure, failures_of
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.examples import Example
from measuremart.problems import Kind
from measuremart.referee.examples import world_of
from measuremart.render.examples import example_project
from measuremart.warehouse.dbt import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
BASE = (Path(__file__).parent / "bad_input" / "base.yml").read_text(encoding="utf-8")

MORE = """
subqueries:
  act_below: {target: act, rules: [{hierarchy: 7}]}
  act_coded: {target: act, rules: [{substring: {code_of: 8}}]}
  act_women: {target: act, rules: [{presence: concept}], where: {sex: female, age: {min: 18}}}
measures:
  both: {and: [acted, {subquery: act_below}], examples: [%(both)s]}
  per_event: {subquery: act_events, examples: [%(per_event)s]}
  coded: {or: [{subquery: act_coded}, act_women], examples: [%(coded)s]}
  soon: {window: {anchor: acted, candidate: acted, to: {days: 3}}, examples: [%(soon)s]}
  a_year: {filter: {of: acted, elapsed: {years: 1}}, examples: [%(a_year)s]}
indicators:
  share:
    title: t
    description: d
    denominator: person_acted
    numerator: acted
    examples: [%(share)s]
"""


def read(folder: Path, **examples: str) -> Read:
    names = ("both", "per_event", "coded", "soon", "a_year", "share")
    pack = folder / "definitions" / "p"
    pack.mkdir(parents=True)
    (pack / "base.yml").write_text(BASE, encoding="utf-8")
    (pack / "more.yml").write_text(MORE % {n: examples.get(n, "") for n in names}, encoding="utf-8")
    found = read_definitions(pack.parent)
    assert [str(p) for p in found.problems if p.kind is not Kind.WARNING] == []
    return found


def one(folder: Path, **examples: str) -> Example:
    (example,) = read(folder, **examples).examples
    return example


# --- the plan


def test_roles_become_columns_and_people_are_known(tmp_path: Path) -> None:
    example = one(
        tmp_path,
        coded="{name: a  b, persons: [{person: 3, birth_date: 1990-01-31, sex: female}], episodes: [{person: 4, episode: 40}], "
        "events: {act: [{person: 1, episode: 10, start: 2024-01-01, number: 2.5, text: x, flag: true, visit: 9, type: 4},"
        "{person: 2, event: 1}, {person: 2, event: null}]}, expect: []}",
    )
    world = world_of(example)
    blank = dict.fromkeys(("treatment_id", "end_date", "concept_id", "unit_id"))
    (first, second, third) = world.tables["acts"]
    assert first == blank | {
        "person_id": 1, "episode_id": 10, "event_id": 2, "start_date": dt.date(2024, 1, 1), "value_number": Decimal("2.5"),
        "value_text": "x", "value_flag": True, "visit_id": 9, "type_id": 4,
    }  # fmt: skip
    assert (second["event_id"], third["event_id"], second["value_flag"]) == (1, None, None)
    assert {p["person_id"]: (p["birth_date"], p["sex_code"]) for p in world.tables["patient"]} == {
        1: (None, None),
        2: (None, None),
        3: (dt.date(1990, 1, 31), 2),
        4: (None, None),
    }
    assert [(e["person_id"], e["episode_id"]) for e in world.tables["pathway"]] == [(4, 40), (1, 10)]
    assert str(example) == "measure coded: a b"
    assert str(example.position) == "definitions/p/more.yml:9:62"


def test_what_is_below_is_closed(tmp_path: Path) -> None:
    example = one(tmp_path, both="{name: x, below: {7: [8, 9], 9: [10]}, codes: {8: c}, expect: []}")
    assert example.ancestors == ((7, 8), (7, 9), (7, 10), (9, 10))
    assert example.codes == ((8, "c"),)


def test_the_resolver_is_the_grains_own(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        both="{name: x, expect: [{person: 1, episode: 2}]}",
        per_event="{name: x, expect: [{person: 1, resolver: 5}, {person: 1, episode: 2, resolver: 6}]}",
        share="{name: x, denominator: [{person: 1}], expect: [{person: 1, episode: 2, date: 2024-01-01}]}",
    ).examples
    assert [[(e.table, e.rows) for e in example.expected] for example in found] == [
        [("measure__both", ((1, 2, 2, None),))],
        [("measure__per_event", ((1, 2, 6, None), (1, None, 5, None)))],
        [
            ("indicator__share", ((1, 2, 2, dt.date(2024, 1, 1)),)),
            ("measure__person_acted", ((1, None, 1, None),)),
        ],
    ]


def test_each_example_has_relations_of_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, both="{name: x, expect: []}, {name: y, expect: []}")
    made = example_project(found.plan, found.examples, "/macros")
    models = [path for path in made.files if path.startswith("models/")]
    assert models == ["models/e1__measure__both.sql", "models/e2__measure__both.sql"]
    text = made.files["models/e2__measure__both.sql"]
    ctes = re.findall(r"^(e\d__\w+) as materialized", text, flags=re.MULTILINE)
    assert sorted(ctes) == [
        f"e2__{name}"
        for name in (
            *("match__act_below", "match__act_rows", "measure__acted"),
            *("measure__both", "subquery__act_below", "subquery__act_rows"),
        )
    ]
    assert ctes.index("e2__subquery__act_rows") < ctes.index("e2__measure__acted") < ctes.index("e2__measure__both")
    assert "from e2__acts" in text
    assert "e1__" not in text


# --- the engines

GOOD = {
    "both": "{name: good, events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1},"
    "{person: 1, episode: 10, start: 2024-01-07, concept: 9}, {person: 2, episode: 20, concept: 1}, {person: 2, episode: 21, concept: 9}]},"
    "below: {7: [9]}, expect: [{person: 1, episode: 10, date: 2024-01-07}]}",
    "per_event": "{name: good, events: {act: [{person: 1, event: 5, concept: 1}, {person: 1, event: null, concept: 1}]},"
    "expect: [{person: 1, resolver: 5}]}",
    "coded": "{name: good, persons: [{person: 2, birth_date: 2006-01-05, sex: female}, {person: 3, birth_date: 2006-01-06, sex: female},"
    "{person: 4, birth_date: 1950-01-01, sex: male}], events: {act: [{person: 1, episode: 10, text: \"it's {{ c_1% }} é\"},"
    "{person: 2, episode: 20, start: 2024-01-05, concept: 1}, {person: 3, episode: 30, start: 2024-01-05, concept: 1},"
    "{person: 4, episode: 40, start: 2024-01-05, concept: 1}]}, codes: {8: \"{{ c_1% }}\"},"
    "expect: [{person: 1, episode: 10}, {person: 2, episode: 20, date: 2024-01-05}]}",
    "soon": "{name: good, events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1}]},"
    "expect: [{person: 1, episode: 10, date: 2024-01-05}]}",
    "a_year": "{name: good, as_of: 2025-02-28, events: {act: [{person: 1, episode: 10, start: 2024-02-29, concept: 1},"
    "{person: 2, episode: 20, start: 2024-03-01, concept: 1}]}, expect: [{person: 1, episode: 10, date: 2024-02-29}]}",
    "share": "{name: good, events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1}, {person: 2, start: 2024-01-05, concept: 1}]},"
    "denominator: [{person: 1, date: 2024-01-05}, {person: 2, date: 2024-01-05}], expect: [{person: 1, episode: 10, date: 2024-01-05}]}",
}  # fmt: skip
BAD = (
    "{name: bad, events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1}]},"
    "denominator: [{person: 2}], expect: [{person: 1, episode: 11, date: 2024-01-05}]}"
)


def failures(engine: str, found: Read, project: Path = ROOT) -> list[Failure]:
    return failures_of(engine, found.examples, ENGINES[engine](found.plan, found.examples, project))


def said(found: Sequence[Failure]) -> list[str]:
    return [f"{f.example}: {f.text}" for f in found]


@pytest.mark.parametrize("engine", ENGINES)
def test_as_expected_or_what_came(engine: str, tmp_path: Path) -> None:
    found = read(tmp_path, **GOOD | {"share": f"{GOOD['share']}, {BAD}"})
    assert len(found.examples) == 7
    (failure,) = failures(engine, found)
    assert (failure.engine, failure.example.name) == (engine, "bad")
    assert str(failure) == (
        f"{failure.example.position}: indicator share: bad: {engine}: "
        "expected {person: 1, episode: 11, date: 2024-01-05}; came {person: 1, episode: 10, date: 2024-01-05}; "
        "expected in the denominator {person: 2}; came {person: 1, date: 2024-01-05}"
    )


def test_what_duckdb_cannot_answer_fails_alone(tmp_path: Path) -> None:
    found = read(tmp_path, both=GOOD["both"], soon=GOOD["soon"])
    (tmp_path / "macros").mkdir()
    for macro in (ROOT / "macros" / "scalar").glob("*.sql"):
        text = macro.read_text(encoding="utf-8").replace("to_days(", "no_such_function(")
        (tmp_path / "macros" / macro.name).write_text(text, encoding="utf-8")
    (failure,) = failures("duckdb", found, tmp_path)
    assert failure.example.definition == "soon"
    assert failure.text.startswith("no answer: ")
    assert "no_such_function" in failure.text


def test_what_the_referee_cannot_answer_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(tmp_path, both=GOOD["both"], soon=GOOD["soon"])

    def answer(plan: object, example: Example) -> dict[str, set[object]]:
        if example.definition == "soon":
            raise OverflowError("date value out of range")
        return {e.table: set(e.rows) for e in example.expected}

    monkeypatch.setattr("measuremart.example_runs.answer", answer)
    assert said(failures("referee", found)) == ["measure soon: good: no answer: date value out of range"]


def test_macros_that_are_not_there_or_do_not_parse(tmp_path: Path) -> None:
    found = read(tmp_path, soon=GOOD["soon"])
    with pytest.raises(WarehouseError, match="there is no folder"):
        failures("duckdb", found, tmp_path)
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "broken.sql").write_text("{% macro add_interval(")
    with pytest.raises(WarehouseError, match="dbt could not run"):
        failures("duckdb", found, tmp_path)


def test_the_packs_decide_something() -> None:
    """Every measure of the packs with an operator that can decide has an example, and every indicator."""
    found = read_definitions(ROOT / "definitions")
    have = {(e.section, e.definition) for e in found.examples}
    assert [name for name in found.plan.indicators if ("indicators", name) not in have] == []
    deciding = [
        d.name
        for d in found.catalogue.of("measures").values()
        if d.entry.operator not in ("subquery", "or") and ("measures", d.name) not in have
    ]
    assert deciding == []
