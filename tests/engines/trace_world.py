"""A small ward for `measuremart trace`: persons with exactly one fault each, and the reason that is true of them.

A person's diagnosis (concept 1) is on 1 January 2024, and care is due (concept 4) on 31 January: a test (concept 2) or a
letter (concept 3) counts from that day to 1 March. All is seen from 31 December 2024.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import small_project
from dbt_runs import ROOT, Warehouse

DEFINITIONS = {
    "ward/ward.yml": """
populations:
  clinic:
    person: {model: patient, id: person_id, birth_date: birth_date}
    episodes: {model: pathway, person: person_id, id: episode_id, start: start_date, end: end_date}
targets:
  note: {model: note, dates: {start: start_date}, unattached: why, flag: null}
subqueries:
  diagnosis: {description: The disease was found., target: note, rules: [{exact: 1}]}
  blood_test:
    description: A blood test below 58.
    target: note
    rules: [{exact: 2, scalar: {op: "<", value: 58, unit: 9}}]
    exclude: [{starts_with: void}]
  letter: {description: A letter about it., target: note, rules: [{exact: 3, starts_with: result}], where: {age: {min: 18}}}
  referral: {description: Care became due., target: note, rules: [{exact: 4}]}
  on_trial: {target: note, rules: [{exact: 5}]}
  declined: {target: note, rules: [{exact: 6}]}
  record_lost: {target: note, rules: [{exact: 7}]}
measures:
  has_disease: {description: The disease was found, first: diagnosis}
  tested: {description: A blood test below 58 or a letter about one, or: [{subquery: blood_test}, {subquery: letter}]}
  due: {description: Care became due, subquery: referral}
  trial: {description: In a trial, subquery: on_trial}
  refused: {description: Said no, subquery: declined}
  lost: {description: The record is lost, subquery: record_lost}
  tested_after:
    description: A test in the month after the disease was found
    window: {anchor: has_disease, candidate: tested, from: {days: 0}, to: {months: 1}}
cohorts:
  ward_patients: {definitions: {diseased: has_disease}}
indicators:
  tested_in_time:
    title: Tested in time
    description: d
    denominator: due
    numerator: tested
    denominator_window: {before: {days: 0}, after: {days: 365}}
    numerator_window: {before: {days: 0}, after: {days: 30}}
    reference_date: denominator
    exclusions: [trial]
    exceptions: [refused]
    unresolved: [lost]
  ever_tested:
    {title: Ever tested, description: d, denominator: full_cohort, numerator: tested, undated_numerator: ignore}
  person_tested:
    {title: Tested in any episode, description: d, denominator: full_cohort, numerator: tested, grain: person}
reports:
  ward:
    title: The ward
    description: d
    cohorts: [ward_patients]
    indicators: [tested_in_time, ever_tested, person_tested]
"""
}
ABSENT = [path.stem.removeprefix("stg_omop__") for path in sorted((ROOT / "models/core/staging/omop").glob("*.sql"))]
VARIABLES = {"packs": ["ward"], "as_of": "2024-12-31", "omop_source": "schema", "absent_tables": ABSENT}
# What a target may say of an event without an episode (semantics.md 2.6 and 2.7), and the words for it.
UNATTACHED = {
    "no_episode": "the person has no episode of care",
    "link_to_another_person": "linked to an episode of another person",
    "nested_not_credited": "in an episode within another one, which is not credited",
    "date_unknown": "its date is not known",
    "outside_every_window": "outside every episode's window",
    "not_linked": "linked to no episode",
    "no_parent_episode": "it has no parent that is an episode of care",
}
# Person ids that stand in no other number of the project.
FIRST = 7_770_001_000


@dataclass(frozen=True)
class Case:
    """A fault, the rows of it, and what is true: status and reason, what the text must say, the gate of the event."""

    name: str
    rows: tuple[dict[str, Any], ...]
    status: str
    reason: str
    said: str
    gate: str | None = None
    indicator: str = "tested_in_time"
    born: str = "1970-01-01"


def row(concept: int, day: str = "", **more: Any) -> dict[str, Any]:
    """Return a note; `episode` 1 is the person's first, 2 the second, 0 none."""
    return {"concept": concept, "day": day, "episode": 1, "why": "", "number": "", "unit": "", "text": "", **more}


def blood(day: str, **more: Any) -> dict[str, Any]:
    """Return a blood test that counts, but for what is told otherwise."""
    return row(2, day, **{"number": 50, "unit": 9, **more})


DISEASE, DUE = row(1, "2024-01-01"), row(4, "2024-01-31")
BASE = (DISEASE, DUE)
ENOUGH = "A day from 2024-01-31 to 2024-03-01 would have been enough."
CASES = [
    Case("met", (*BASE, blood("2024-02-10")), "met", "met", "MET. It is done on 2024-02-10"),
    Case("missing", BASE, "not_met", "no_candidate", ENOUGH),
    Case("too early", (*BASE, blood("2024-01-30")), "not_met", "too_early", "1 day before the first day that counts"),
    Case("too late", (*BASE, blood("2024-03-05")), "not_met", "too_late", "4 days after the last day that counts"),
    Case("excluded", (*BASE, row(5, "2024-01-05")), "excluded", "excluded", "taken out by measure trial (In a trial)"),
    Case("excepted", (*BASE, row(6, "2024-01-05")), "exception", "exception", "excused by measure refused (Said no)"),
    Case("lost", (*BASE, row(7, "2024-01-05")), "unresolved", "unresolved", "measure lost (The record is lost)"),
    Case("other episode", (*BASE, blood("2024-02-10", episode=2)), "not_met", "in_another_episode",
         "but in another episode or in none", "other_episode"),
    Case("unit", (*BASE, blood("2024-02-10", unit=8)), "not_met", "recorded_not_met", "wrong unit: unit_id is 8", "unit"),
    Case("no unit", (*BASE, blood("2024-02-10", unit="")), "not_met", "recorded_not_met",
         "wrong unit: unit_id is not recorded", "unit"),
    Case("number", (*BASE, blood("2024-02-10", number=60)), "not_met", "recorded_not_met",
         "value_number is 60; asked: value_number is below 58", "number"),
    Case("text", (*BASE, row(3, "2024-02-10", text="other")), "not_met", "recorded_not_met",
         "value_text is other", "text"),
    Case("struck out", (*BASE, blood("2024-02-10", text="void")), "not_met", "no_candidate", "it is taken out", "excluded"),
    Case("too young", (*BASE, row(3, "2024-02-10", text="result")), "not_met", "no_candidate",
         "not so: the person is 18 years old or older", "condition", born="2010-01-01"),
    Case("concept", (*BASE, row(99, "2024-02-10")), "not_met", "no_candidate", "its concept is outside the set", "concept"),
    Case("date unknown", (*BASE, blood("")), "unresolved", "date_unknown", "date not known"),
    Case("after as_of", (*BASE, blood("2025-01-15")), "not_met", "no_candidate", "it lies after 2024-12-31", "after_as_of"),
    Case("window open", (row(1, "2024-12-01"), row(4, "2024-12-20")), "unresolved", "window_open",
         "A day from 2024-12-20 to 2025-01-19 is enough."),
    Case("not due", (DISEASE,), "ineligible", "not_in_denominator", "It is not in measure due"),
    Case("due too soon", (DISEASE, row(4, "2023-12-30")), "ineligible", "denominator_outside_window",
         "A day from 2024-01-01 to 2024-12-31 would have made it due."),
    Case("due on an unknown day", (DISEASE, row(4)), "unresolved", "denominator_date_unknown",
         "a date that decides whether it is due is not known"),
    Case("undated", (*BASE, blood("")), "not_met", "undated_ignored", "Any day with a known date up to 2024-12-31",
         indicator="ever_tested"),
    *(
        Case(reason, (*BASE, blood("2024-02-10", episode=0, why=reason)), "not_met", "no_candidate",
             f"it belongs to no episode: {words}", "unattached")
        for reason, words in UNATTACHED.items()
    ),
]  # fmt: skip
PERSON = {case.name: FIRST + 10 * number for number, case in enumerate(CASES)}


def world() -> small_project.World:
    """Return the seeds: each case is a person with two episodes, whose ids are the person's and one or two."""
    notes, number = [], 0
    for case in CASES:
        person = PERSON[case.name]
        for told in case.rows:
            number += 1
            episode = "" if told["episode"] == 0 else person + told["episode"]
            notes.append(
                (number, person, episode, told["concept"], told["day"], told["number"], told["unit"], told["text"],
                 told["why"])
            )  # fmt: skip
    ids, days = ("event_id", "person_id", "episode_id", "concept_id"), {"start_date": "date"}
    columns = dict.fromkeys(ids, "bigint") | days | {"value_number": "numeric(18, 6)", "unit_id": "bigint"}
    return {
        "patient": ({"person_id": "bigint", "birth_date": "date"}, [(PERSON[c.name], c.born) for c in CASES]),
        "pathway": (
            dict.fromkeys(ids[1:3], "bigint") | days | {"end_date": "date"},
            [(PERSON[c.name], PERSON[c.name] + n, "2024-01-01", "") for c in CASES for n in (1, 2)],
        ),
        "note": (columns | {"value_text": "text", "why": "text"}, notes),
    }


def arguments(built: Warehouse, profiles: Path | None = None) -> list[str]:
    """Return the options of a command that say where the ward is."""
    where = ["--project-dir", str(built.project), "--profiles-dir", str(profiles or built.folder / "profiles")]
    return [*where, "--target", built.target, "--vars", json.dumps(VARIABLES)]
