"""The 21 scores of Epilepsy12 in plain Python over the CSV files, as the audit's rules say them, first that applies.

It shares nothing with the definitions: no measure, no status order, no SQL. P pass, F fail, I ineligible, N not scored.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = {"P": "pass", "F": "fail", "I": "ineligible", "N": "not_scored"}
FORMS = ("assessment", "investigations", "epilepsy_context", "multiaxial_diagnosis", "management")
MANY = ("medicines", "episodes", "syndromes", "sites")
COMPLETE = (
    "registration_complete",
    "first_paediatric_assessment_complete",
    "assessment_complete",
    "epilepsy_context_complete",
    "multiaxial_diagnosis_complete",
    "investigations_complete",
    "management_complete",
)
NO_MRI = {
    "Self-limited epilepsy with centrotemporal spikes",
    "Juvenile myoclonic epilepsy",
    "Juvenile absence epilepsy",
    "Childhood absence epilepsy",
    "Epilepsy with generalized tonic\u2013clonic seizures alone",
}


class Row:
    """A row of a CSV file, as it stood on `as_of`: a day after it is not known yet. A missing row answers nothing."""

    def __init__(self, values: dict[str, str] | None, as_of: dt.date = dt.date.max) -> None:
        self.values = values or {}
        self.as_of = as_of

    def text(self, column: str) -> str | None:
        return self.values.get(column) or None

    def answer(self, column: str) -> bool | None:
        return {"1": True, "0": False}.get(self.values.get(column, ""))

    def day(self, column: str) -> dt.date | None:
        text = self.text(column)
        day = dt.date.fromisoformat(text) if text else None
        return None if day is not None and day > self.as_of else day


@dataclass
class Child:
    """All that is known of one child."""

    child_id: str
    row: Row
    forms: dict[str, Row | None]
    many: dict[str, list[Row]]

    @property
    def assessed(self) -> dt.date | None:
        return self.row.day("first_paediatric_assessment_date")

    @property
    def is_registered(self) -> bool:
        return self.assessed is not None and self.row.answer("eligibility_criteria_met") is True


def year_later(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year + 1, day.month)[1]
    return dt.date(day.year + 1, day.month, min(day.day, last))


def completed_years(born: dt.date, on: dt.date) -> int:
    """Birthdays since birth; one of 29 February is kept on 28 February in other years."""
    last = calendar.monthrange(on.year, born.month)[1]
    birthday = dt.date(on.year, born.month, min(born.day, last))
    return on.year - born.year - (1 if on < birthday else 0)


def read(folder: Path, as_of: dt.date, prefix: str = "") -> list[Child]:
    """Return the children as the files tell of them on a day."""

    def rows(table: str) -> Iterable[dict[str, str]]:
        with (folder / f"{prefix}{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)

    forms: dict[str, dict[str, Row]] = {table: {} for table in FORMS}
    for table in FORMS:
        for row in rows(table):
            if row["record_exists"] != "0":
                forms[table][row["child_id"]] = Row(row, as_of)
    many: dict[str, dict[str, list[Row]]] = {table: defaultdict(list) for table in MANY}
    for table in MANY:
        for row in rows(table):
            many[table][row["child_id"]].append(Row(row, as_of))
    return [
        Child(
            row["child_id"],
            Row(row, as_of),
            {table: forms[table].get(row["child_id"]) for table in FORMS},
            {table: many[table][row["child_id"]] for table in MANY},
        )
        for row in rows("children")
    ]


def yes_no(answer: bool | None) -> str:
    return "N" if answer is None else ("P" if answer else "F")


def scores(child: Child) -> dict[str, str]:
    """P, F, I or N of each score of a registered child."""
    assessed = child.assessed
    assert assessed is not None
    born = child.row.day("date_of_birth")
    age = None if born is None else completed_years(born, assessed)
    assessment, investigations = child.forms["assessment"], child.forms["investigations"]
    context = child.forms["epilepsy_context"] or Row(None)
    diagnosis = child.forms["multiaxial_diagnosis"] or Row(None)
    care = child.forms["management"] or Row(None)
    is_under_five = age is not None and age < 5
    found = {
        "paediatrician_with_expertise_in_epilepsies": paediatrician(assessment) if assessment else "N",
        "epilepsy_specialist_nurse": nurse(assessment, assessed) if assessment else "N",
        "tertiary_input": tertiary(assessment, child, age, assessed) if assessment else "N",
        "epilepsy_surgery_referral": surgery(assessment) if assessment else "N",
        "ecg": ecg(investigations, context) if investigations else "N",
        "mri": mri(investigations, child.many["syndromes"]) if investigations else "N",
        "assessment_of_mental_health_issues": "I"
        if is_under_five
        else yes_no(diagnosis.answer("mental_health_screen")),
        "mental_health_support": mental_health(diagnosis, care),
        "sodium_valproate": valproate(child, care, age),
    }
    return found | planning(care, is_under_five)


def paediatrician(form: Row) -> str:
    made = {who: form.answer(f"{who}_referral_made") for who in ("consultant_paediatrician", "paediatric_neurologist")}
    if all(answer is False for answer in made.values()):
        return "F"
    for who, answer in made.items():
        referral, seen = form.day(f"{who}_referral_date"), form.day(f"{who}_input_date")
        if answer is not None and referral and seen:
            return "P" if (seen - referral).days <= 14 else "F"
    return "N"


def nurse(form: Row, assessed: dt.date) -> str:
    made = form.answer("epilepsy_specialist_nurse_referral_made")
    if made is False:
        return "F"
    seen = form.day("epilepsy_specialist_nurse_input_date")
    if made is None or form.day("epilepsy_specialist_nurse_referral_date") is None or seen is None:
        return "N"
    return "P" if seen <= year_later(assessed) else "F"


def tertiary(form: Row, child: Child, age: int | None, assessed: dt.date) -> str:
    is_myoclonic = any(
        e.text("status") == "E" and (e.text("generalised_onset") == "MyC" or e.answer("focal_onset_myoclonic") is True)
        for e in child.many["episodes"]
    )
    started = [m.day("start_date") for m in child.many["medicines"] if m.answer("is_rescue") is False]
    medicines = sum(1 for day in started if day is not None and day < year_later(assessed))
    is_due = (
        (age is not None and age <= 3)
        or (age is not None and age < 4 and is_myoclonic)
        or medicines >= 3
        or form.answer("childrens_epilepsy_surgical_service_referral_criteria_met") is True
    )
    if not is_due:
        return "I"
    seen = form.day("paediatric_neurologist_input_date")
    surgical = form.answer("childrens_epilepsy_surgical_service_referral_made")
    if seen is None and surgical is None:
        return "N"
    return "P" if seen is not None or surgical else "F"


def surgery(form: Row) -> str:
    criteria = form.answer("childrens_epilepsy_surgical_service_referral_criteria_met")
    if criteria is None:
        return "N"
    if not criteria:
        return "I"
    surgical = form.answer("childrens_epilepsy_surgical_service_referral_made")
    if surgical is None and form.answer("paediatric_neurologist_referral_made") is None:
        return "N"
    return "P" if surgical or form.day("paediatric_neurologist_input_date") is not None else "F"


def ecg(form: Row, context: Row) -> str:
    convulsive, done = (
        context.answer("were_any_of_the_epileptic_seizures_convulsive"),
        form.answer("twelve_lead_ecg_status"),
    )
    if convulsive is False:
        return "I"
    if convulsive is None or done is None:
        return "N"
    return "P" if done else "F"


def mri(form: Row, syndromes: list[Row]) -> str:
    if any(s.text("syndrome_name") in NO_MRI for s in syndromes):
        return "I"
    indicated = form.answer("mri_indicated")
    requested, reported = form.day("mri_brain_requested_date"), form.day("mri_brain_reported_date")
    if indicated is True and (requested is None or reported is None):
        return "N"
    if indicated is False:
        return "F"
    if requested is not None and reported is not None:
        return "P" if abs((reported - requested).days) <= 42 else "F"
    return "F"


def mental_health(diagnosis: Row, care: Row) -> str:
    issue = diagnosis.answer("mental_health_issue_identified")
    if issue is None:
        return "N"
    return yes_no(care.answer("has_support_for_mental_health_support")) if issue else "I"


def valproate(child: Child, care: Row, age: int | None) -> str:
    if (age is not None and age < 12) or child.row.text("sex") != "2":
        return "I"
    if care.answer("has_an_aed_been_given") is None:
        return "N"
    named = [m for m in child.many["medicines"] if m.text("medicine_name") == "Sodium valproate"]
    if not named:
        return "I"
    programme = named[0].answer("pregnancy_prevention_programme_in_place")
    form = named[0].answer("annual_risk_form_completed")
    if programme is None or form is None:
        return "N"
    return "P" if programme or form else "F"


def planning(care: Row, is_under_five: bool) -> dict[str, str]:
    plan = care.answer("individualised_care_plan_in_place")
    agreed = care.answer("individualised_care_plan_has_parent_carer_child_agreement")
    updated = care.answer("has_individualised_care_plan_been_updated_in_the_last_year")
    rescue = care.answer("has_rescue_medication_been_prescribed")
    prolonged = care.answer("individualised_care_plan_parental_prolonged_seizure_care")
    contents = {
        "first_aid": care.answer("individualised_care_plan_include_first_aid"),
        "water_safety": care.answer("individualised_care_plan_addresses_water_safety"),
        "service_contact_details": care.answer("individualised_care_plan_includes_service_contact_details"),
        "general_participation_and_risk": care.answer("individualised_care_plan_includes_general_participation_risk"),
        "sudep": care.answer("individualised_care_plan_addresses_sudep"),
    }

    def of_plan(answer: bool | None) -> str:
        return "F" if plan is False else yes_no(answer)

    if plan is None:
        agreement = content = "N"
    elif not plan:
        agreement = content = "F"
    else:
        agreement = "N" if updated is None or agreed is None else ("P" if updated and agreed else "F")
        if None in (rescue, prolonged, *contents.values()):
            content = "N"
        else:
            content = "P" if all(contents.values()) and (not rescue or prolonged) else "F"
    if plan is False:
        seizures = "F"
    elif rescue is None or prolonged is None:
        seizures = "N"
    else:
        seizures = "I" if not rescue else ("P" if prolonged else "F")
    return {
        "comprehensive_care_planning_agreement": agreement,
        "patient_held_individualised_epilepsy_document": yes_no(plan),
        "patient_carer_parent_agreement_to_the_care_planning": of_plan(agreed),
        "care_planning_has_been_updated_when_necessary": of_plan(updated),
        "comprehensive_care_planning_content": content,
        "parental_prolonged_seizures_care_plan": seizures,
        "school_individual_healthcare_plan": "I"
        if is_under_five
        else of_plan(care.answer("individualised_care_plan_includes_ehcp")),
    } | {kpi: of_plan(answer) for kpi, answer in contents.items()}


def kpi_scores(children: list[Child]) -> dict[tuple[str, str], str]:
    """(child, score) -> status word, of every registered child."""
    return {(c.child_id, kpi): WORDS[s] for c in children if c.is_registered for kpi, s in scores(c).items()}


def counts(child: Child, as_of: dt.date) -> bool:
    """Whether a registered child enters aggregates."""
    assert child.assessed is not None
    is_primary = any(
        s.answer("actively_involved") is True and s.answer("primary_centre") is True for s in child.many["sites"]
    )
    return year_later(child.assessed) <= as_of and all(child.row.answer(f) is True for f in COMPLETE) and is_primary


def cohort_of(day: dt.date) -> int:
    return day.year - 2016 if day.month == 12 else day.year - 2017


def entities(organisation: dict[str, str]) -> set[tuple[str, str]]:
    """The (level, code) that an organisation belongs to."""
    columns = {
        "organisation": "ods_code",
        "trust": "trust",
        "local_health_board": "local_health_board",
        "icb": "icb",
        "nhs_england_region": "nhs_england_region",
        "open_uk": "open_uk_network",
        "country": "country",
    }
    found = {(level, organisation[column]) for level, column in columns.items() if organisation[column]}
    if organisation["country"] in ("England", "Wales"):
        found.add(("national", "England and Wales"))
    return found


def kpi_aggregates(
    folder: Path, children: list[Child], as_of: dt.date, column: str = "registered_org", prefix: str = ""
) -> dict[tuple[Any, ...], tuple[int, int, int, int]]:
    """(level, code, cohort, score) -> passed, eligible, ineligible, incomplete; only where some child counts."""
    with (folder / f"{prefix}organisations.csv").open(encoding="utf-8-sig", newline="") as file:
        of = {row["ods_code"]: entities(row) for row in csv.DictReader(file)}
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for child in children:
        if not child.is_registered or not counts(child, as_of):
            continue
        assert child.assessed is not None
        cohort = cohort_of(child.assessed)
        for kpi, status in scores(child).items() if cohort >= 4 else ():
            for level, code in of.get(child.row.text(column) or "", ()):
                found[level, code, cohort, kpi][status] += 1
    return {key: (n["P"], n["P"] + n["F"], n["I"], n["N"]) for key, n in found.items()}
