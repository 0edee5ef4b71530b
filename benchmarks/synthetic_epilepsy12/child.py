"""One invented child: rows for every table, with unknown answers, missing forms and days around every limit."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections.abc import Sequence

from benchmarks.synthetic_epilepsy12.tables import (
    COLUMNS,
    FORM_FLAGS,
    OTHER_SYNDROMES,
    PLAN_CONTENTS,
    REFERRALS,
    SYNDROMES_WITHOUT_MRI,
)

Row = dict[str, str]
_AGES = (1, 3, 4, 5, 11, 12)
_LIMITS = (-43, -42, 0, 13, 14, 15, 41, 42, 43)


def years_later(day: dt.date, years: int) -> dt.date:
    """Return the same day of another year; 29 February becomes 28 February."""
    year = day.year + years
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


class Draw:
    """Random answers; `unknown` is the share that nobody gave."""

    def __init__(self, rng: random.Random, unknown: float) -> None:
        self.rng = rng
        self.unknown = unknown

    def answer(self, yes: float = 0.7) -> str:
        """Return 1, 0 or nothing."""
        if self.rng.random() < self.unknown:
            return ""
        return "1" if self.rng.random() < yes else "0"

    def day(self, day: dt.date) -> str:
        """Return the day, or nothing."""
        return "" if self.rng.random() < self.unknown else day.isoformat()


def child(rng: random.Random, child_id: str, sites: Sequence[str], as_of: dt.date) -> dict[str, list[Row]]:
    """Return the rows of one child by table, values as a CSV file has them."""
    draw = Draw(rng, rng.choice((0.0, 0.04, 0.04, 0.15, 0.5)))
    assessed = as_of - dt.timedelta(days=rng.randrange(6 * 365))
    if rng.random() < 0.05:
        assessed = rng.choice(
            (dt.date(2024, 2, 29), dt.date(2021, 11, 30), dt.date(2021, 12, 1), years_later(as_of, -1))
        )
    born = _birth(rng, assessed)
    home = rng.choice(sites)
    lead = home if rng.random() < 0.8 else rng.choice(sites)
    rows: dict[str, list[Row]] = {table: [] for table in COLUMNS if table != "organisations"}
    is_complete = rng.random() < 0.8
    known = "" if rng.random() < 0.02 else assessed.isoformat()
    rows["children"].append(
        {
            "sex": rng.choices(("1", "2", "0", "9", ""), (45, 48, 2, 2, 3))[0],
            "date_of_birth": born.isoformat(),
            "ethnicity": rng.choice("ABCDEFGHJKLMNPRSZ"),
            "imd_quintile": rng.choice(("1", "2", "3", "4", "5", "")),
            "first_paediatric_assessment_date": known,
            "eligibility_criteria_met": rng.choices(("1", "0", ""), (96, 2, 2))[0],
            "cohort": str(assessed.year - 2016 - (assessed.month < 12)) if known else "",
            "completed_first_year_of_care_date": years_later(assessed, 1).isoformat() if known else "",
            "registered_org": home if rng.random() < 0.99 else "",
            "current_lead_org": lead,
        }
        | {flag: "1" if is_complete else rng.choice(("1", "1", "0", "")) for flag in FORM_FLAGS}
    )
    rows["assessment"].append(_assessment(draw, assessed))
    rows["investigations"].append(_investigations(draw, assessed))
    rows["epilepsy_context"].append(
        {
            "were_any_of_the_epileptic_seizures_convulsive": draw.answer(0.6),
            "diagnosis_of_epilepsy_withdrawn": draw.answer(0.05),
        }
    )
    rows["multiaxial_diagnosis"].append(
        {
            "syndrome_present": draw.answer(0.3),
            "mental_health_screen": draw.answer(),
            "mental_health_issue_identified": draw.answer(0.4),
        }
    )
    management = _management(draw)
    rows["management"].append(management)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 3, 4))):
        rows["medicines"].append(_medicine(draw, assessed))
    for _ in range(rng.choice((0, 1, 1, 2))):
        rows["episodes"].append(
            {
                "status": rng.choice(("E", "E", "NE", "U", "")),
                "onset_type": rng.choice(("GO", "FO", "UO", "")),
                "generalised_onset": rng.choice(("MyC", "TCl", "AbS", "")),
                "focal_onset_myoclonic": draw.answer(0.1),
            }
        )
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        rows["syndromes"].append({"syndrome_name": rng.choice(SYNDROMES_WITHOUT_MRI + OTHER_SYNDROMES)})
    rows["sites"] = _sites(rng, draw, home, lead)
    for table, found in rows.items():
        for row in found:
            row["child_id"] = child_id
        if "record_exists" in COLUMNS[table]:
            _drop_form(rng, found)
    return rows


def _birth(rng: random.Random, assessed: dt.date) -> dt.date:
    if rng.random() < 0.5:
        near = years_later(assessed, -rng.choice(_AGES))
        return near + dt.timedelta(days=rng.choice((-1, 0, 1)))
    if rng.random() < 0.1:
        return dt.date(rng.choice((2012, 2016, 2020)), 2, 29)
    return assessed - dt.timedelta(days=rng.randrange(60, 17 * 365))


def _drop_form(rng: random.Random, found: list[Row]) -> None:
    """Some forms say themselves that they are not there, some have no row at all."""
    chance = rng.random()
    for row in found:
        row["record_exists"] = "0" if chance < 0.04 else "1"
    if chance > 0.97:
        found.clear()


def _assessment(draw: Draw, assessed: dt.date) -> Row:
    row = {
        "childrens_epilepsy_surgical_service_referral_criteria_met": draw.answer(0.25),
        "childrens_epilepsy_surgical_service_referral_made": draw.answer(0.3),
    }
    for who in REFERRALS:
        row[f"{who}_referral_made"] = draw.answer(0.75)
        referred = assessed + dt.timedelta(days=draw.rng.randrange(-30, 200))
        if draw.rng.random() < 0.5:
            seen = referred + dt.timedelta(days=draw.rng.choice(_LIMITS))
        elif draw.rng.random() < 0.5:
            seen = years_later(assessed, 1) + dt.timedelta(days=draw.rng.choice((-1, 0, 1)))
        else:
            seen = referred + dt.timedelta(days=draw.rng.randrange(0, 500))
        is_said_no = row[f"{who}_referral_made"] == "0" and draw.rng.random() < 0.6
        row[f"{who}_referral_date"] = "" if is_said_no else draw.day(referred)
        row[f"{who}_input_date"] = "" if is_said_no else draw.day(seen)
    return row


def _investigations(draw: Draw, assessed: dt.date) -> Row:
    requested = assessed + dt.timedelta(days=draw.rng.randrange(-20, 100))
    return {
        "eeg_indicated": draw.answer(),
        "twelve_lead_ecg_status": draw.answer(),
        "ct_head_scan_status": draw.answer(0.1),
        "mri_indicated": draw.answer(),
        "mri_brain_requested_date": draw.day(requested),
        "mri_brain_reported_date": draw.day(requested + dt.timedelta(days=draw.rng.choice(_LIMITS))),
    }


def _management(draw: Draw) -> Row:
    row = {column: draw.answer(0.9) for column in COLUMNS["management"][2:]}
    row["individualised_care_plan_in_place"] = draw.answer(0.85)
    row["has_rescue_medication_been_prescribed"] = draw.answer(0.5)
    if row["individualised_care_plan_in_place"] == "0" and draw.rng.random() < 0.5:
        for column in (*PLAN_CONTENTS, "individualised_care_plan_includes_ehcp"):
            row[column] = ""
    return row


def _medicine(draw: Draw, assessed: dt.date) -> Row:
    name = draw.rng.choice(("Sodium valproate", "Sodium valproate", "sodium valproate", "Levetiracetam", "Midazolam"))
    end = years_later(assessed, 1)
    start = draw.rng.choice((assessed, end + dt.timedelta(days=draw.rng.choice((-1, 0, 1)))))
    return {
        "medicine_name": name,
        "is_rescue": "1" if name == "Midazolam" else draw.answer(0.05),
        "start_date": draw.day(start),
        "pregnancy_prevention_programme_in_place": draw.answer(0.5),
        "annual_risk_form_completed": draw.answer(0.5),
    }


def _sites(rng: random.Random, draw: Draw, home: str, lead: str) -> list[Row]:
    rows = [{"ods_code": lead, "actively_involved": "1", "primary_centre": "1"}]
    if rng.random() < 0.1:
        rows[0]["actively_involved" if rng.random() < 0.5 else "primary_centre"] = rng.choice(("0", ""))
    if home != lead:
        rows.append({"ods_code": home, "actively_involved": draw.answer(0.3), "primary_centre": "0"})
    return rows
