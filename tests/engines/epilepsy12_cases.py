"""Children made by hand, each a step away from a plain one, with the status that the audit's rules give them.

A case is (score, status, what differs). What differs is `table.column` -> value; for the tables with many rows the whole
list, as tuples in the order of COLUMNS. `None` as a form means that it has no row at all.
"""

from __future__ import annotations

from typing import Any

PASS, FAIL, INELIGIBLE, NOT_SCORED = "pass", "fail", "ineligible", "not_scored"
ASSESSED = "2023-03-10"
Case = tuple[str, str, dict[str, Any]]

FORMS = ("assessment", "investigations", "epilepsy_context", "multiaxial_diagnosis", "management")
A, I, C, D, M = (f"{form}." for form in FORMS)  # noqa: E741
CONSULTANT, NEUROLOGIST, NURSE = (
    f"assessment.{who}_" for who in ("consultant_paediatrician", "paediatric_neurologist", "epilepsy_specialist_nurse")
)
SURGICAL = "assessment.childrens_epilepsy_surgical_service_"
PLAN = "management.individualised_care_plan_"
VALPROATE = "Sodium valproate"

# Ten years old, everything asked and answered; every score that is due is passed.
PLAIN: dict[str, dict[str, str]] = {
    "children": {
        "sex": "2",
        "date_of_birth": "2013-01-15",
        "ethnicity": "A",
        "imd_quintile": "3",
        "first_paediatric_assessment_date": ASSESSED,
        "eligibility_criteria_met": "1",
        "cohort": "6",
        "completed_first_year_of_care_date": "2024-03-10",
        "registered_org": "EN001",
        "current_lead_org": "EN001",
        "registration_complete": "1",
        "first_paediatric_assessment_complete": "1",
        "assessment_complete": "1",
        "epilepsy_context_complete": "1",
        "multiaxial_diagnosis_complete": "1",
        "investigations_complete": "1",
        "management_complete": "1",
    },
    "assessment": {
        "record_exists": "1",
        "childrens_epilepsy_surgical_service_referral_criteria_met": "0",
        "consultant_paediatrician_referral_made": "1",
        "paediatric_neurologist_referral_made": "1",
        "childrens_epilepsy_surgical_service_referral_made": "0",
        "epilepsy_specialist_nurse_referral_made": "1",
        "consultant_paediatrician_referral_date": "2023-03-01",
        "consultant_paediatrician_input_date": "2023-03-10",
        "paediatric_neurologist_referral_date": "2023-03-01",
        "paediatric_neurologist_input_date": "2023-04-10",
        "epilepsy_specialist_nurse_referral_date": "2023-03-10",
        "epilepsy_specialist_nurse_input_date": "2023-05-10",
    },
    "investigations": {
        "record_exists": "1",
        "eeg_indicated": "1",
        "twelve_lead_ecg_status": "1",
        "ct_head_scan_status": "0",
        "mri_indicated": "1",
        "mri_brain_requested_date": "2023-04-01",
        "mri_brain_reported_date": "2023-04-20",
    },
    "epilepsy_context": {
        "record_exists": "1",
        "were_any_of_the_epileptic_seizures_convulsive": "1",
        "diagnosis_of_epilepsy_withdrawn": "0",
    },
    "multiaxial_diagnosis": {
        "record_exists": "1",
        "syndrome_present": "0",
        "mental_health_screen": "1",
        "mental_health_issue_identified": "1",
    },
    "management": {
        "record_exists": "1",
        "has_an_aed_been_given": "1",
        "has_rescue_medication_been_prescribed": "1",
        "individualised_care_plan_in_place": "1",
        "individualised_care_plan_has_parent_carer_child_agreement": "1",
        "has_individualised_care_plan_been_updated_in_the_last_year": "1",
        "individualised_care_plan_parental_prolonged_seizure_care": "1",
        "individualised_care_plan_include_first_aid": "1",
        "individualised_care_plan_addresses_water_safety": "1",
        "individualised_care_plan_includes_service_contact_details": "1",
        "individualised_care_plan_includes_general_participation_risk": "1",
        "individualised_care_plan_addresses_sudep": "1",
        "individualised_care_plan_includes_ehcp": "1",
        "has_support_for_mental_health_support": "1",
    },
}
SITE = ("EN001", "1", "1")

BORN = "children.date_of_birth"
FPA = "children.first_paediatric_assessment_date"
# Birthdays on the day of the assessment (the age is reached), the day after (it is not), the day before.
AGE = {
    (years, when): f"{2023 - years}-03-{10 + when:02}" for years in (3, 4, 5, 12) for when in (-1, 0, 1)
}  # fmt: skip


def _paediatrician() -> list[Case]:
    kpi = "paediatrician_with_expertise_in_epilepsies"
    no_consultant = {f"{CONSULTANT}input_date": ""}
    both_no = {f"{CONSULTANT}referral_made": "0", f"{NEUROLOGIST}referral_made": "0"}
    cases: list[Case] = [
        (kpi, PASS, {}),
        (kpi, PASS, {f"{CONSULTANT}input_date": "2023-03-15"}),  # day 14
        (kpi, FAIL, {f"{CONSULTANT}input_date": "2023-03-16"}),  # day 15
        (kpi, PASS, {f"{CONSULTANT}input_date": "2023-02-01"}),  # before the referral
        (kpi, PASS, {f"{CONSULTANT}referral_made": "0"}),  # complete is complete
        (kpi, FAIL, both_no),  # before any date
        (kpi, FAIL, both_no | {f"{CONSULTANT}referral_date": "", f"{NEUROLOGIST}input_date": ""}),
        (kpi, FAIL, no_consultant),  # neurologist on day 40
        (kpi, PASS, no_consultant | {f"{NEUROLOGIST}input_date": "2023-03-15"}),
        (kpi, FAIL, no_consultant | {f"{NEUROLOGIST}input_date": "2023-03-16"}),
        (kpi, PASS, no_consultant | {f"{NEUROLOGIST}referral_made": "0", f"{NEUROLOGIST}input_date": "2023-03-15"}),
        # a complete consultant decides, however early the neurologist was
        (kpi, FAIL, {f"{CONSULTANT}input_date": "2023-03-16", f"{NEUROLOGIST}input_date": "2023-03-01"}),
        (kpi, NOT_SCORED, {"assessment": None}),
        (kpi, NOT_SCORED, {f"{A}record_exists": "0"} | both_no),
    ]
    for who, other in ((CONSULTANT, NEUROLOGIST), (NEUROLOGIST, CONSULTANT)):
        for lacks in ("referral_made", "referral_date", "input_date"):
            for other_lacks in ("referral_made", "referral_date", "input_date"):
                cases.append((kpi, NOT_SCORED, {f"{who}{lacks}": "", f"{other}{other_lacks}": ""}))
    cases += [(kpi, FAIL, {f"{CONSULTANT}{lacks}": ""}) for lacks in ("referral_made", "referral_date")]
    cases.append(
        (
            kpi,
            NOT_SCORED,
            {f"{CONSULTANT}referral_made": "0", f"{NEUROLOGIST}referral_made": "", f"{CONSULTANT}input_date": ""},
        )
    )
    return cases


def _nurse() -> list[Case]:
    kpi = "epilepsy_specialist_nurse"
    leap = {FPA: "2024-02-29"}
    return [
        (kpi, PASS, {f"{NURSE}input_date": "2024-03-10"}),  # one year
        (kpi, FAIL, {f"{NURSE}input_date": "2024-03-11"}),  # and a day
        (kpi, PASS, {f"{NURSE}input_date": "2022-03-10"}),
        (kpi, PASS, leap | {f"{NURSE}input_date": "2025-02-28"}),
        (kpi, FAIL, {FPA: "2020-02-29", f"{NURSE}input_date": "2021-03-01"}),
        # Seen from 28 February 2025, an input of the day after is not known.
        (kpi, NOT_SCORED, leap | {f"{NURSE}input_date": "2025-03-01"}),
        (kpi, PASS, {FPA: "2023-02-28", f"{NURSE}input_date": "2024-02-28"}),
        (kpi, FAIL, {FPA: "2023-02-28", f"{NURSE}input_date": "2024-02-29"}),
        (kpi, FAIL, {f"{NURSE}referral_made": "0"}),
        (kpi, FAIL, {f"{NURSE}referral_made": "0", f"{NURSE}referral_date": "", f"{NURSE}input_date": ""}),
        (kpi, NOT_SCORED, {f"{NURSE}referral_made": ""}),
        (kpi, NOT_SCORED, {f"{NURSE}referral_date": ""}),
        (kpi, NOT_SCORED, {f"{NURSE}input_date": ""}),
        (kpi, NOT_SCORED, {"assessment": None}),
        (kpi, NOT_SCORED, {f"{A}record_exists": "0", f"{NURSE}referral_made": "0"}),
    ]


def _tertiary() -> list[Case]:
    kpi = "tertiary_input"

    def medicines(*days: str, rescue: str = "0") -> dict[str, Any]:
        return {"medicines": [("Levetiracetam", rescue, day, "", "") for day in days]}

    unseen = {f"{NEUROLOGIST}input_date": ""}
    due = {f"{SURGICAL}referral_criteria_met": "1"}
    myoclonic = {"episodes": [("E", "GO", "MyC", "0")]}
    return [
        (kpi, INELIGIBLE, {}),
        (kpi, PASS, {BORN: AGE[3, 0]}),
        (kpi, PASS, {BORN: AGE[3, 1]}),
        (kpi, PASS, {BORN: AGE[4, 1]}),  # a day short of four
        (kpi, INELIGIBLE, {BORN: AGE[4, 0]}),
        (kpi, INELIGIBLE, {BORN: AGE[4, -1]}),
        (kpi, INELIGIBLE, {BORN: AGE[4, 0]} | myoclonic),
        (kpi, PASS, {BORN: AGE[4, 1]} | myoclonic),
        (kpi, PASS, {BORN: "2020-02-29", FPA: "2024-02-27"}),  # born on 29 February, a day before the fourth birthday
        (kpi, PASS, {BORN: "2020-02-29", FPA: "2024-02-28"}),
        (kpi, INELIGIBLE, {BORN: "2020-02-29", FPA: "2024-02-29"}),
        (kpi, PASS, {BORN: "2019-02-28", FPA: "2023-02-27"}),
        (kpi, INELIGIBLE, {BORN: "2019-02-28", FPA: "2023-02-28"}),
        (kpi, INELIGIBLE, {BORN: ""}),
        (kpi, PASS, {BORN: ""} | due),
        (kpi, PASS, due),
        (kpi, INELIGIBLE, {f"{SURGICAL}referral_criteria_met": ""}),
        (kpi, PASS, medicines("2023-03-10", "2023-04-10", "2024-03-09")),
        (kpi, PASS, medicines("2023-03-10", "2023-03-10", "2023-03-10")),  # rows count, not days
        (kpi, PASS, medicines("2019-01-01", "2020-01-01", "2021-01-01")),
        (kpi, INELIGIBLE, medicines("2023-03-10", "2023-04-10", "2024-03-10")),  # the year is over
        (kpi, INELIGIBLE, medicines("2023-03-10", "2023-04-10")),
        (kpi, INELIGIBLE, medicines("2023-03-10", "2023-04-10", "")),
        (kpi, INELIGIBLE, medicines("2023-03-10", "2023-04-10", "2023-05-10", rescue="1")),
        (kpi, INELIGIBLE, medicines("2023-03-10", "2023-04-10", "2023-05-10", rescue="")),
        (kpi, PASS, {FPA: "2024-02-29"} | medicines("2024-03-01", "2024-04-01", "2025-02-27")),
        (kpi, INELIGIBLE, {FPA: "2024-02-29"} | medicines("2024-03-01", "2024-04-01", "2025-02-28")),
        (kpi, FAIL, due | unseen),
        (kpi, PASS, due | unseen | {f"{SURGICAL}referral_made": "1"}),
        (kpi, NOT_SCORED, due | unseen | {f"{SURGICAL}referral_made": ""}),
        (kpi, PASS, due | {f"{SURGICAL}referral_made": ""}),
        (kpi, INELIGIBLE, unseen | {f"{SURGICAL}referral_made": ""}),
        (kpi, NOT_SCORED, {"assessment": None}),
        (kpi, NOT_SCORED, {f"{A}record_exists": "0"}),
    ]


def _surgery() -> list[Case]:
    kpi = "epilepsy_surgery_referral"
    due = {f"{SURGICAL}referral_criteria_met": "1"}
    unseen = {f"{NEUROLOGIST}input_date": ""}
    unknown = {f"{SURGICAL}referral_made": "", f"{NEUROLOGIST}referral_made": ""}
    return [
        (kpi, INELIGIBLE, {}),
        (kpi, INELIGIBLE, unknown),
        (kpi, NOT_SCORED, {f"{SURGICAL}referral_criteria_met": ""}),
        (kpi, NOT_SCORED, {"assessment": None}),
        (kpi, NOT_SCORED, due | unknown),  # though the day of input is known
        (kpi, PASS, due),
        (kpi, PASS, due | unseen | {f"{SURGICAL}referral_made": "1"}),
        (kpi, FAIL, due | unseen),
        (kpi, FAIL, due | unseen | {f"{SURGICAL}referral_made": ""}),
        (kpi, PASS, due | {f"{SURGICAL}referral_made": ""}),
        (kpi, PASS, due | unseen | {f"{SURGICAL}referral_made": "1", f"{NEUROLOGIST}referral_made": ""}),
        (kpi, FAIL, due | unseen | {f"{NEUROLOGIST}referral_made": ""}),
    ]


def _ecg() -> list[Case]:
    kpi = "ecg"
    convulsive, done = f"{C}were_any_of_the_epileptic_seizures_convulsive", f"{I}twelve_lead_ecg_status"
    return [
        (kpi, PASS, {}),
        (kpi, FAIL, {done: "0"}),
        (kpi, NOT_SCORED, {done: ""}),
        (kpi, INELIGIBLE, {convulsive: "0"}),
        (kpi, INELIGIBLE, {convulsive: "0", done: ""}),
        (kpi, NOT_SCORED, {convulsive: ""}),
        (kpi, NOT_SCORED, {convulsive: "", done: "0"}),
        (kpi, NOT_SCORED, {"epilepsy_context": None}),
        (kpi, NOT_SCORED, {f"{C}record_exists": "0", convulsive: "0"}),
        (kpi, NOT_SCORED, {"investigations": None, convulsive: "0"}),
        (kpi, NOT_SCORED, {f"{I}record_exists": "0", convulsive: "0"}),
    ]


def _mri() -> list[Case]:
    kpi = "mri"
    indicated, requested, reported = f"{I}mri_indicated", f"{I}mri_brain_requested_date", f"{I}mri_brain_reported_date"
    names = (
        "Self-limited epilepsy with centrotemporal spikes",
        "Juvenile myoclonic epilepsy",
        "Juvenile absence epilepsy",
        "Childhood absence epilepsy",
        "Epilepsy with generalized tonic\u2013clonic seizures alone",
    )
    cases: list[Case] = [(kpi, INELIGIBLE, {"syndromes": [("Dravet syndrome",), (name,)]}) for name in names]
    return [
        *cases,
        (kpi, PASS, {"syndromes": [("Epilepsy with generalized tonic-clonic seizures alone",)]}),  # a hyphen
        (kpi, PASS, {"syndromes": [("juvenile myoclonic epilepsy",)]}),
        (kpi, INELIGIBLE, {"syndromes": [(names[1],)], requested: ""}),
        (kpi, NOT_SCORED, {"syndromes": [(names[1],)], "investigations": None}),
        (kpi, NOT_SCORED, {"syndromes": [(names[1],)], f"{I}record_exists": "0"}),
        (kpi, PASS, {reported: "2023-05-13"}),  # day 42
        (kpi, FAIL, {reported: "2023-05-14"}),  # day 43
        (kpi, PASS, {reported: "2023-02-18"}),  # 42 days before
        (kpi, FAIL, {reported: "2023-02-17"}),
        (kpi, NOT_SCORED, {requested: ""}),
        (kpi, NOT_SCORED, {reported: ""}),
        (kpi, NOT_SCORED, {requested: "", reported: ""}),
        (kpi, FAIL, {indicated: "0"}),
        (kpi, FAIL, {indicated: "0", requested: ""}),
        (kpi, PASS, {indicated: ""}),
        (kpi, FAIL, {indicated: "", reported: "2023-05-14"}),
        (kpi, FAIL, {indicated: "", requested: ""}),
        (kpi, FAIL, {indicated: "", reported: ""}),
    ]


def _mental_health() -> list[Case]:
    kpi, screen = "assessment_of_mental_health_issues", f"{D}mental_health_screen"
    cases: list[Case] = [
        (kpi, PASS, {}),
        (kpi, FAIL, {screen: "0"}),
        (kpi, NOT_SCORED, {screen: ""}),
        (kpi, NOT_SCORED, {"multiaxial_diagnosis": None}),
        (kpi, NOT_SCORED, {f"{D}record_exists": "0"}),
        (kpi, INELIGIBLE, {BORN: AGE[5, 1]}),
        (kpi, INELIGIBLE, {BORN: AGE[5, 1], "multiaxial_diagnosis": None}),
        (kpi, PASS, {BORN: AGE[5, 0]}),
        (kpi, PASS, {BORN: AGE[5, -1]}),
        (kpi, INELIGIBLE, {BORN: "2016-02-29", FPA: "2021-02-27"}),
        (kpi, PASS, {BORN: "2016-02-29", FPA: "2021-02-28"}),
    ]
    kpi, issue = "mental_health_support", f"{D}mental_health_issue_identified"
    support = f"{M}has_support_for_mental_health_support"
    return [
        *cases,
        (kpi, PASS, {}),
        (kpi, PASS, {BORN: AGE[3, 0]}),  # of any age
        (kpi, FAIL, {support: "0"}),
        (kpi, NOT_SCORED, {support: ""}),
        (kpi, NOT_SCORED, {"management": None}),
        (kpi, INELIGIBLE, {issue: "0"}),
        (kpi, INELIGIBLE, {issue: "0", support: ""}),
        (kpi, NOT_SCORED, {issue: ""}),
        (kpi, NOT_SCORED, {issue: "", support: "0"}),
        (kpi, NOT_SCORED, {"multiaxial_diagnosis": None}),
    ]


def _valproate() -> list[Case]:
    kpi, given = "sodium_valproate", f"{M}has_an_aed_been_given"

    def medicines(*answers: tuple[str, str], name: str = VALPROATE) -> dict[str, Any]:
        # entered first, started last: the order of entry decides
        days = [f"2023-{9 - n:02}-01" for n in range(len(answers))]
        return {"medicines": [(name, "0", day, *a) for day, a in zip(days, answers, strict=True)]}

    girl = {BORN: AGE[12, 0]}
    good = girl | medicines(("1", "1"))
    return [
        (kpi, PASS, good),
        (kpi, PASS, girl | medicines(("1", "0"))),
        (kpi, PASS, girl | medicines(("0", "1"))),
        (kpi, FAIL, girl | medicines(("0", "0"))),
        (kpi, NOT_SCORED, girl | medicines(("1", ""))),
        (kpi, NOT_SCORED, girl | medicines(("", "1"))),
        (kpi, NOT_SCORED, girl | medicines(("", ""))),
        (kpi, PASS, girl | medicines(("1", "1"), ("0", "0"))),
        (kpi, FAIL, girl | medicines(("0", "0"), ("1", "1"))),
        (kpi, NOT_SCORED, girl | medicines(("", "1"), ("1", "1"))),
        (kpi, PASS, girl | medicines(("1", "1"), ("", ""))),
        (kpi, PASS, girl | {"medicines": [("Levetiracetam", "0", "", "", ""), (VALPROATE, "", "", "1", "0")]}),
        (kpi, INELIGIBLE, girl | medicines(("1", "1"), name="sodium valproate")),
        (kpi, INELIGIBLE, girl | medicines(("1", "1"), name="Sodium valproate ")),
        (kpi, INELIGIBLE, girl),
        (kpi, NOT_SCORED, girl | {given: ""}),
        (kpi, NOT_SCORED, good | {given: ""}),
        (kpi, NOT_SCORED, good | {"management": None}),
        (kpi, PASS, good | {given: "0"}),
        (kpi, INELIGIBLE, good | {BORN: AGE[12, 1]}),
        (kpi, INELIGIBLE, good | {BORN: AGE[12, 1], given: ""}),
        (kpi, PASS, good | {BORN: AGE[12, -1]}),
        *((kpi, INELIGIBLE, good | {"children.sex": sex}) for sex in ("1", "0", "9", "")),
        (kpi, INELIGIBLE, good | {"children.sex": "1", given: ""}),
    ]


def _care_planning() -> list[Case]:
    plan, agreed = f"{PLAN}in_place", f"{PLAN}has_parent_carer_child_agreement"
    updated = f"{M}has_individualised_care_plan_been_updated_in_the_last_year"
    kpi = "comprehensive_care_planning_agreement"
    cases: list[Case] = [
        (kpi, PASS, {}),
        (kpi, NOT_SCORED, {plan: ""}),
        (kpi, NOT_SCORED, {"management": None}),
        (kpi, NOT_SCORED, {f"{M}record_exists": "0"}),
        (kpi, FAIL, {plan: "0"}),
        (kpi, FAIL, {plan: "0", agreed: "", updated: ""}),
        (kpi, NOT_SCORED, {plan: "", agreed: "0", updated: "0"}),
        (kpi, FAIL, {agreed: "0"}),
        (kpi, FAIL, {updated: "0"}),
        (kpi, NOT_SCORED, {agreed: ""}),
        (kpi, NOT_SCORED, {updated: ""}),
        (kpi, NOT_SCORED, {agreed: "", updated: "0"}),
        (kpi, NOT_SCORED, {agreed: "0", updated: ""}),
    ]
    kpi = "patient_held_individualised_epilepsy_document"
    cases += [
        (kpi, PASS, {}),
        (kpi, FAIL, {plan: "0"}),
        (kpi, NOT_SCORED, {plan: ""}),
        (kpi, NOT_SCORED, {"management": None}),
    ]
    own = {
        "patient_carer_parent_agreement_to_the_care_planning": agreed,
        "care_planning_has_been_updated_when_necessary": updated,
        "water_safety": f"{PLAN}addresses_water_safety",
        "first_aid": f"{PLAN}include_first_aid",
        "general_participation_and_risk": f"{PLAN}includes_general_participation_risk",
        "sudep": f"{PLAN}addresses_sudep",
        "service_contact_details": f"{PLAN}includes_service_contact_details",
        "school_individual_healthcare_plan": f"{PLAN}includes_ehcp",
    }
    for kpi, answer in own.items():
        cases += [
            (kpi, PASS, {}),
            (kpi, FAIL, {answer: "0"}),
            (kpi, NOT_SCORED, {answer: ""}),
            (kpi, FAIL, {plan: "0"}),
            (kpi, FAIL, {plan: "0", answer: ""}),
            (kpi, PASS, {plan: ""}),
            (kpi, FAIL, {plan: "", answer: "0"}),
            (kpi, NOT_SCORED, {plan: "", answer: ""}),
            (kpi, NOT_SCORED, {"management": None}),
        ]
    school = "school_individual_healthcare_plan"
    return [
        *cases,
        (school, INELIGIBLE, {BORN: AGE[5, 1]}),
        (school, INELIGIBLE, {BORN: AGE[5, 1], plan: "0"}),
        (school, INELIGIBLE, {BORN: AGE[5, 1], "management": None}),
        (school, PASS, {BORN: AGE[5, 0]}),
        (school, FAIL, {BORN: AGE[5, 0], plan: "0"}),
    ]


def _content() -> list[Case]:
    plan, rescue = f"{PLAN}in_place", f"{M}has_rescue_medication_been_prescribed"
    prolonged = f"{PLAN}parental_prolonged_seizure_care"
    five = [
        f"{PLAN}{content}"
        for content in (
            "include_first_aid",
            "addresses_water_safety",
            "includes_service_contact_details",
            "includes_general_participation_risk",
            "addresses_sudep",
        )
    ]
    kpi = "comprehensive_care_planning_content"
    cases: list[Case] = [
        (kpi, PASS, {}),
        (kpi, FAIL, {plan: "0"}),
        (kpi, FAIL, {plan: "0", rescue: ""}),
        (kpi, NOT_SCORED, {plan: ""}),
        (kpi, NOT_SCORED, {plan: "", five[0]: "0"}),
        (kpi, NOT_SCORED, {"management": None}),
        (kpi, FAIL, {prolonged: "0"}),
        (kpi, PASS, {prolonged: "0", rescue: "0"}),
        (kpi, PASS, {rescue: "0"}),
    ]
    for content in five:
        cases += [(kpi, FAIL, {content: "0"}), (kpi, FAIL, {content: "0", rescue: "0"})]
    for content in (rescue, prolonged, *five):
        cases += [(kpi, NOT_SCORED, {content: ""})]
        cases += [(kpi, NOT_SCORED, {content: "", other: "0"}) for other in five if other != content]
    kpi = "parental_prolonged_seizures_care_plan"
    return [
        *cases,
        (kpi, PASS, {}),
        (kpi, FAIL, {prolonged: "0"}),
        (kpi, INELIGIBLE, {rescue: "0"}),
        (kpi, INELIGIBLE, {rescue: "0", prolonged: "0"}),
        (kpi, NOT_SCORED, {rescue: "0", prolonged: ""}),
        (kpi, NOT_SCORED, {rescue: ""}),
        (kpi, NOT_SCORED, {prolonged: ""}),
        (kpi, FAIL, {plan: "0"}),
        (kpi, FAIL, {plan: "0", rescue: "0"}),
        (kpi, FAIL, {plan: "0", rescue: "", prolonged: ""}),
        (kpi, PASS, {plan: ""}),
        (kpi, INELIGIBLE, {plan: "", rescue: "0"}),
        (kpi, FAIL, {plan: "", prolonged: "0"}),
        (kpi, NOT_SCORED, {"management": None}),
    ]


CASES: list[Case] = [
    *_paediatrician(),
    *_nurse(),
    *_tertiary(),
    *_surgery(),
    *_ecg(),
    *_mri(),
    *_mental_health(),
    *_valproate(),
    *_care_planning(),
    *_content(),
]


def rows_of(child_id: str, differs: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """The rows of a case by table."""
    many = {
        "medicines": (
            "medicine_name",
            "is_rescue",
            "start_date",
            "pregnancy_prevention_programme_in_place",
            "annual_risk_form_completed",
        ),
        "episodes": ("status", "onset_type", "generalised_onset", "focal_onset_myoclonic"),
        "syndromes": ("syndrome_name",),
        "sites": ("ods_code", "actively_involved", "primary_centre"),
    }
    rows = {table: [dict(row)] for table, row in PLAIN.items()}
    given = {"sites": [SITE]} | differs
    for table, columns in many.items():
        rows[table] = [dict(zip(columns, values, strict=True)) for values in given.get(table, ())]
    for path, value in differs.items():
        table, _, column = path.partition(".")
        if value is None:
            rows[table] = []
        elif column:
            assert column in PLAIN[table], path
            for row in rows[table]:
                row[column] = value
    for found in rows.values():
        for row in found:
            row["child_id"] = child_id
    return rows
