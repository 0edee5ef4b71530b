"""The bench itself: what is fast here is what the generator writes and dbt compiles."""

from pathlib import Path

import pytest
from lab.direct import compiled
from measuremart.pipeline import read_definitions

from property import worlds
from property.bench import literal, models_of, plan_of, statement
from property.cases import depth, numbered, used
from property.house import HOUSE, SOURCES, TABLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_pieces_compile_to_what_the_whole_model_compiles_to(engine: str) -> None:
    """`tests/lab/test_direct.py` holds the laboratory's compiler to dbt's; this holds the shortcut to the compiler."""
    own = read_definitions(ROOT / "definitions").plan
    drawn = [plan_of(numbered(1, number).text()).plan for number in range(10)]
    for plan in (own, *drawn):
        for model in models_of(plan):
            assert "{%" not in model.sql
            assert "{#" not in model.sql
            assert statement(model.sql, engine) == compiled(model.sql, engine)


def test_the_house_is_what_its_author_believes() -> None:
    planned = plan_of(numbered(1, 1).text())
    assert planned.is_valid
    for name, target in planned.plan.targets.items():
        assert target.timeless == SOURCES[name].timeless
        assert (target.start is not None and target.end is not None) == SOURCES[name].is_interval
        assert set(HOUSE["targets"][name].get("dates", {}).values()) <= set(TABLES[target.model])


def test_every_operator_option_and_matcher_is_drawn() -> None:
    found = sum((used(numbered(1, number).definitions) for number in range(300)), start=used({}))
    wanted = [
        f"operator {o}"
        for o in ["or", "and", "except", "first", "last", "nth", "count", "filter", "at", "window", "subquery"]
    ]
    wanted += [
        "moments: all",
        "per: person",
        "per: episode",
        "within",
        "at: person",
        "at: episode",
        "elapsed",
        "age",
        "sex: female",
    ]
    wanted += [f"pick: {p}" for p in ["earliest", "latest", "closest", "any", "none"]]
    wanted += [f"anchor_pick: {p}" for p in ["first", "last", "all"]]
    wanted += [f"date: {p}" for p in ["candidate", "anchor", "greatest", "least", "start", "end", "given", "ordered"]]
    wanted += ["align: person", "align: resolver", "keep: anchor", "keep: candidate", "covers: True", "from", "to"]
    wanted += ["days", "weeks", "months", "years", "on_or_after", "on_or_before", "exclude", "where", "role", "all"]
    wanted += [f"resolve_by: {r}" for r in ["person", "episode", "event", "visit", "treatment"]]
    wanted += [
        "exact",
        "hierarchy",
        "phenotype",
        "substring",
        "starts_with",
        "equals",
        "presence",
        "absence",
        "scalar",
        "predicate",
        "code_of",
        "unit",
        "concept",
    ]
    wanted += [f"op: {o}" for o in [">", ">=", "<", "<=", "=", "!=", "between"]]
    assert [w for w in wanted if not found[w]] == []


def test_measures_are_up_to_six_operators_deep() -> None:
    deep = [max(map(depth, numbered(1, n).definitions["measures"].values())) for n in range(100)]
    assert max(deep) >= 5


def test_worlds_have_what_is_awkward() -> None:
    seen = [worlds.world(seed, "clinic") for seed in range(100)]
    records = [r for w in seen for r in w["record"]]
    assert all(any(r[c] is None for r in records) for c in TABLES["record"])
    assert any(r["start_date"] and (r["start_date"].month, r["start_date"].day) == (2, 29) for r in records)
    assert {"é", "", "a\\b", "50%", "İstanbul"} <= {r["value_text"] for r in records}
    own = [{(e["person_id"], e["episode_id"]) for e in w["episode"]} for w in seen]
    assert any(
        r["episode_id"] and (r["person_id"], r["episode_id"]) not in o
        for w, o in zip(seen, own, strict=True)
        for r in w["record"]
    )
    assert any(len(w["record"]) > len({str(r) for r in w["record"]}) for w in seen)
    assert all(len(w[t]) <= 25 for w in seen for t in TABLES)
    assert literal("O'Neil", "text") == "'O''Neil'"
