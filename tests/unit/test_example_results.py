"""Examples that expect what a report says: on both engines, and wrong definitions that they find."""

import datetime as dt
import re
from pathlib import Path

import pytest
from measuremart.example_coverage import coverage_lines, coverage_of
from measuremart.example_runs import ENGINES, failures_of
from measuremart.pipeline import Read, read_definitions
from measuremart.problems import Kind
from measuremart.render.examples import VERDICT
from measuremart.warehouse.dbt import WarehouseError

ROOT = Path(__file__).resolve().parents[2]
BASE = (Path(__file__).parent / "bad_input" / "base.yml").read_text(encoding="utf-8")
DEFINITIONS = """
subqueries:
  due_rows: {target: act, rules: [{exact: 2}]}
  refused: {target: act, rules: [{exact: 3}, {exact: 4}], exclude: [{predicate: false}]}
measures:
  due: {subquery: due_rows}
  said_no: {subquery: refused}
  done: {or: [acted, {target: act, rules: [{exact: 5}]}]}
cohorts: {all_due: {definitions: {all_due: due}}}
indicators:
  in_time:
    title: t
    description: d
    denominator: due
    numerator: done
    exclusions: [said_no]
    numerator_window: {before: {days: 0}, after: {days: 14}}
    reference_date: denominator
    valid_for: [spring]
    examples: [EXAMPLE]
  of_a_person:
    title: t
    description: d
    denominator: full_cohort
    numerator: done
    grain: person
    examples: [PERSONS]
reports:
  short: {title: t, description: d, cohorts: [all_due], indicators: [of_a_person, {in_time: {numerator_window: {before: {days: 0}, after: {days: 7}}}}],
    periods: [{name: spring, start: 2024-03-01, end: 2024-05-31}]}
"""
WORLD = """as_of: 2024-03-16, events: {act: [
      {person: 1, episode: 10, start: 2024-03-01, concept: 2}, {person: 1, episode: 10, start: 2024-03-15, concept: 1},
      {person: 2, episode: 20, start: 2024-03-01, concept: 2}, {person: 2, episode: 20, start: 2024-03-16, concept: 5},
      {person: 3, episode: 30, start: 2024-03-02, concept: 2},
      {person: 4, episode: 40, start: 2024-03-01, concept: 2}, {person: 4, episode: 40, concept: 4},
      {person: 5, episode: 50, start: 2024-02-28, concept: 2}, {person: 5, episode: 51, start: 2024-03-02, concept: 1}]}"""
COHORT = """cohort: [{person: 1, episode: 10, date: 2024-03-01}, {person: 2, episode: 20}, {person: 3, episode: 30, date: 2024-03-01},
      {person: 4, episode: 40, date: 2024-06-01}, {person: 5, episode: 50, date: 2024-05-31}, {person: 6, episode: 60}]"""
IN_TIME = f"""{{name: as it is defined, {WORLD}, {COHORT}, results: [
      {{person: 1, episode: 10, status: met, denominator_date: 2024-03-01, numerator_date: 2024-03-15}},
      {{person: 2, episode: 20, status: not_met, reason: too_late, denominator_date: 2024-03-01}},
      {{person: 3, episode: 30, status: unresolved, reason: window_open, denominator_date: 2024-03-02}},
      {{person: 4, episode: 40, status: excluded, denominator_date: 2024-03-01}},
      {{person: 5, episode: 50, status: not_met, reason: in_another_episode, denominator_date: 2024-02-28}},
      {{person: 6, episode: 60, status: ineligible, reason: not_in_denominator}}]}}"""
RESTATED = f"""{{name: as the report restates it and in its period, {WORLD}, {COHORT}, report: short, results: [
      {{person: 1, episode: 10, status: not_met, reason: too_late, denominator_date: 2024-03-01}},
      {{person: 3, episode: 30, status: not_met, reason: no_candidate, denominator_date: 2024-03-02}},
      {{person: 5, episode: 50, status: not_met, reason: in_another_episode, denominator_date: 2024-02-28}}]}}"""
PERSONS = """{name: the better of two episodes stands for the person, events: {act: [{person: 1, episode: 11, start: 2024-03-05, concept: 5}]},
      cohort: [{person: 1, episode: 10, date: 2024-03-01}, {person: 1, episode: 11, date: 2024-03-02}],
      results: [{person: 1, status: met, denominator_date: 2024-03-02, numerator_date: 2024-03-05}]}"""


def read(
    folder: Path, text: str = DEFINITIONS, example: str = f"{IN_TIME}, {RESTATED}", persons: str = PERSONS
) -> Read:
    pack = folder / "definitions" / "p"
    pack.mkdir(parents=True)
    (pack / "base.yml").write_text(BASE, encoding="utf-8")
    (pack / "more.yml").write_text(text.replace("EXAMPLE", example).replace("PERSONS", persons), encoding="utf-8")
    found = read_definitions(pack.parent)
    assert [str(p) for p in found.problems if p.kind is not Kind.WARNING] == []
    return found


def failures(engine: str, found: Read, project: Path = ROOT) -> list[str]:
    came = ENGINES[engine](found.plan, found.examples, project)
    return [f"{f.example.name}: {f.text}" for f in failures_of(engine, found.examples, came)]


@pytest.mark.parametrize("engine", ENGINES)
def test_status_reason_and_dates(engine: str, tmp_path: Path) -> None:
    found = read(tmp_path)
    assert len(found.examples) == 3
    assert failures(engine, found) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_window_of_15_days_is_found(engine: str, tmp_path: Path) -> None:
    (failure,) = failures(engine, read(tmp_path, DEFINITIONS.replace("days: 14", "days: 15")))
    assert failure == (
        "as it is defined: expected in the results {person: 2, episode: 20, status: not_met, reason: too_late, "
        "denominator_date: 2024-03-01}; came {person: 2, episode: 20, status: met, denominator_date: 2024-03-01, "
        "numerator_date: 2024-03-16}"
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("days: 14", "days: 13"),
        ("reference_date: denominator", "reference_date: cohort"),
        ("exclusions: [said_no]", "unresolved: [said_no]"),
        ("    valid_for: [spring]\n", ""),
        (
            "    numerator_window: {before: {days: 0}, after: {days: 14}}\n",
            "    numerator_window: {after: {days: 1}}\n",
        ),
    ],
)
def test_other_wrong_definitions_are_found(right: str, wrong: str, tmp_path: Path) -> None:
    assert right in DEFINITIONS
    pack = tmp_path / "definitions" / "p"
    pack.mkdir(parents=True)
    (pack / "base.yml").write_text(BASE, encoding="utf-8")
    text = DEFINITIONS.replace(right, wrong).replace("EXAMPLE", f"{IN_TIME}, {RESTATED}").replace("PERSONS", PERSONS)
    (pack / "more.yml").write_text(text, encoding="utf-8")
    found = read_definitions(pack.parent)
    errors = [p for p in found.problems if p.kind is not Kind.WARNING]
    assert errors or failures("referee", found)


def test_duckdb_answers_with_the_verdict_of_the_project(tmp_path: Path) -> None:
    found = read(tmp_path)
    (tmp_path / "macros").symlink_to(ROOT / "macros")
    with pytest.raises(WarehouseError, match="examples with results need it"):
        failures("duckdb", found, tmp_path)
    text = (ROOT / VERDICT).read_text(encoding="utf-8")
    right, wrong = "evidence.window_end >= run_context.as_of", "evidence.window_end > run_context.as_of"
    assert text.count(right) == 1
    (tmp_path / VERDICT).parent.mkdir(parents=True)
    (tmp_path / VERDICT).write_text(text.replace(right, wrong), encoding="utf-8")
    (failure,) = failures("duckdb", found, tmp_path)
    assert failure == (
        "as it is defined: expected in the results {person: 3, episode: 30, status: unresolved, reason: window_open, "
        "denominator_date: 2024-03-02}; came {person: 3, episode: 30, status: not_met, reason: no_candidate, "
        "denominator_date: 2024-03-02}"
    )


def test_a_result_too_few_or_too_many(tmp_path: Path) -> None:
    less = re.sub(r"\{person: 6, episode: 60, status[^}]*\}", "", IN_TIME)
    more = RESTATED.replace("results: [", "results: [{person: 2, episode: 20, status: excluded},")
    assert failures("referee", read(tmp_path, example=f"{less}, {more}")) == [
        "as it is defined: expected in the results nothing else; "
        "came {person: 6, episode: 60, status: ineligible, reason: not_in_denominator}",
        "as the report restates it and in its period: expected in the results "
        "{person: 2, episode: 20, status: excluded}; came nothing else",
    ]


def test_the_cohort_is_known_without_persons_and_episodes(tmp_path: Path) -> None:
    example = read(tmp_path).examples[0]
    assert example.asked is not None
    assert (6, 60, 60, None) in example.asked.cohort
    assert (1, 10, 10, dt.date(2024, 3, 1)) in example.asked.cohort
    tables = {t.relation: {tuple(r) for r in t.rows} for t in example.tables}
    assert any(60 in row for row in tables["pathway"])
    assert any(6 in row for row in tables["patient"])


# --- coverage


def uncovered(found: Read) -> list[str]:
    return [line.strip() for line in coverage_lines(coverage_of(found.plan, found.examples, ["p"]))]


def test_what_no_example_reaches(tmp_path: Path) -> None:
    lines = uncovered(read(tmp_path))
    # rules and exclusions: 7 of base.yml, 1, 3; branches of `done`: 3; reasons: 9 and 3
    assert lines[0] == "p: examples reach 14 of 26 rules, branches and reasons"
    assert "subquery refused: rules[1]" in lines
    assert "subquery refused: rules[2]" not in lines
    assert "subquery refused: exclude[1]" in lines
    assert "indicator in_time: status not_met, reason too_early" in lines
    assert "indicator in_time: status unresolved, reason date_unknown" in lines
    assert "indicator in_time: status met" not in lines
    assert not [line for line in lines if line.startswith("measure done")]


def test_without_examples_nothing_is_reached(tmp_path: Path) -> None:
    found = read(tmp_path, example="", persons="")
    (coverage,) = coverage_of(found.plan, found.examples, ["p"])
    assert coverage.number == len(coverage.unreached) > 0
    assert {"rules[1]", "exclude[1]", "or[1]", "or[2]", "or[2] > rules[1]"} <= {p.part for p in coverage.unreached}


BRANCHES = """
measures:
  both: {and: [acted, person_acted], examples: [%(both)s]}
  less: {except: [acted, {target: act, rules: [{exact: 9}]}], examples: [%(less)s]}
  grown: {filter: {of: acted, on_or_after: 2024-01-02}, examples: [%(grown)s]}
  soon: {window: {anchor: acted, candidate: {target: act, rules: [{exact: 9}]}, to: {days: 3}}, examples: [%(soon)s]}
"""
ACT = "{name: x, events: {act: [%s]}, expect: [%s]}"
ROW = "{person: %d, episode: %d, start: 2024-01-0%d, concept: %d}"


@pytest.mark.parametrize(
    ("name", "rows", "members", "reached"),
    [
        ("both", [(1, 10, 1, 1)], ["{person: 1, episode: 10, date: 2024-01-01}"], []),
        ("less", [(1, 10, 1, 1)], ["{person: 1, episode: 10, date: 2024-01-01}"], ["except[1]"]),
        ("less", [(1, 10, 1, 1), (1, 10, 1, 9)], [], ["except[2]", "except[2] > rules[1]"]),
        ("grown", [(1, 10, 1, 1)], [], ["filter: some do not"]),
        ("grown", [(1, 10, 2, 1)], ["{person: 1, episode: 10, date: 2024-01-02}"], ["filter: some pass"]),
        ("soon", [(1, 10, 1, 1)], [], ["window: some do not"]),
        (
            "soon",
            [(1, 10, 1, 1), (1, 10, 4, 9)],
            ["{person: 1, episode: 10, date: 2024-01-04}"],
            ["candidate > rules[1]", "window: some pass"],
        ),
    ],
)
def test_branches(
    name: str, rows: list[tuple[int, ...]], members: list[str], reached: list[str], tmp_path: Path
) -> None:
    example = ACT % (", ".join(ROW % row for row in rows), ", ".join(members))
    none = dict.fromkeys(("both", "less", "grown", "soon"), "")
    found = read(tmp_path, BRANCHES % (none | {name: example}))
    assert failures("referee", found) == []
    (coverage,) = coverage_of(found.plan, found.examples, ["p"])
    unreached = {p.part for p in coverage.unreached if p.definition == name}
    (all_parts,) = coverage_of(found.plan, [], ["p"])
    assert sorted({p.part for p in all_parts.unreached if p.definition == name} - unreached) == reached


def test_the_packs_demand_that_examples_reach_all_and_they_do() -> None:
    found = read_definitions(ROOT / "definitions")
    packs = ["epilepsy12", "gi_bleed", "lung"]
    said = {name: found.catalogue.about[name] for name in packs}
    assert all(about and about.coverage and about.coverage.demanded for about in said.values())
    coverage = coverage_of(found.plan, found.examples, packs, said)
    assert [(c.pack, c.unreached, c.stale, c.waived) for c in coverage] == [
        ("epilepsy12", (), (), 0),
        ("gi_bleed", (), (), 1),
        ("lung", (), (), 0),
    ]
