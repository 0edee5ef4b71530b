"""The demo must show every status that an indicator can have, and the days on both sides of every limit."""

import datetime as dt

import hand_measures
import hand_records
import hand_report
import pytest

COMMON = {"met", "not_met"}
PARTIAL = {"ineligible"}
STATUSES = {
    "pathological_confirmation": COMMON | {"exception"},
    "mdt_discussion": COMMON | {"excluded", "unresolved"},
    "ecog_documented": COMMON,
    "smoking_documented": COMMON,
    "early_stage_surgery": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "stage_iii_chemoradiotherapy": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "small_cell_therapy_14_days": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "any_treatment": COMMON | {"exception"},
    "stage_iv_palliative_referral": COMMON | PARTIAL | {"excluded", "unresolved"},
    "treatment_near_death": COMMON | PARTIAL | {"unresolved"},
    "referral_to_treatment_42_days": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "diagnosis_to_treatment": COMMON | {"excluded", "exception", "unresolved"},
}
# The last day inside decides some "met", the first day outside some "not met".
LIMITS = {
    "mdt_discussion": [(-30, -31), (42, 43)],
    "small_cell_therapy_14_days": [(14, 15)],
    "stage_iv_palliative_referral": [(60, 61)],
    "treatment_near_death": [(-30, -31)],
    "referral_to_treatment_42_days": [(42, 43)],
}

ROWS = hand_report.results()
INDICATORS = {x.name: x for x in hand_report.indicators()}


def missing_statuses(name: str) -> set[str]:
    return STATUSES[name] - {r.status for r in ROWS if r.indicator == name and r.counted}


def missing_limits(name: str) -> set[int]:
    """Days beside a limit that decide no key: days that are not the nearest to the reference of a key they decide."""
    x = INDICATORS[name]
    missing = set()
    for inside, outside in LIMITS[name]:
        for wanted, status in ((inside, "met"), (outside, "not_met")):
            if not any(_distances(x, r) == {wanted} for r in ROWS if r.indicator == name and r.status == status):
                missing.add(wanted)
    return missing


def _distances(x: hand_report.Indicator, row: hand_report.Result) -> set[int]:
    """Days from the reference to the numerator, on the limit's side of the reference."""
    reference = row.denominator_date if x.from_denominator else row.cohort_date
    dates = hand_report.held(x.numerator, (row.person_id, row.episode_id)) or []
    found = {(d - reference).days for d in dates if d is not None and reference is not None}
    if x.name == "treatment_near_death":
        return {max(d for d in found if d <= 0)} if any(d <= 0 for d in found) else set()
    late = {d for d in found if d >= 0} if x.name != "mdt_discussion" else found
    return {min(late)} if late else set()


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_occurs(name: str) -> None:
    assert not missing_statuses(name)


@pytest.mark.parametrize("name", LIMITS)
def test_both_sides_of_a_limit_occur(name: str) -> None:
    assert not missing_limits(name)


def test_every_key_has_one_status_per_indicator() -> None:
    keys = hand_measures.cohort_dates()
    assert len(ROWS) == 12 * len(keys) == len({(r.indicator, r.person_id, r.episode_id) for r in ROWS})
    assert {r.status for r in ROWS} <= {"met", "not_met", "excluded", "exception", "unresolved", "ineligible"}


def test_both_cohorts_and_every_flaw_occur() -> None:
    primary = hand_measures.either(hand_measures.new_lung_cancer(), hand_measures.mesothelioma())
    spread = hand_measures.lung_metastasis()
    keys = hand_measures.cohort_dates()
    assert set(primary) - set(spread)
    assert set(spread) - set(primary)
    assert set(spread) & set(primary)
    assert None in keys.values()
    assert None in hand_records.BIRTHS.values()
    assert len({person for person, _ in keys}) < len(keys), "a person with two episodes in the report"
    events = [e for found in hand_records.EVENTS.values() for e in found]
    assert any(e.episode is None for e in events)
    assert any(e.day is None and e.episode is not None for e in events)
    assert any((b := hand_records.BIRTHS[e.person]) and e.day and e.day < b for e in events)
    died = {p: max(d for d in days if d) for p, days in hand_measures.deaths()[0].items()}
    assert any(e.person in died and e.day and e.day > died[e.person] for e in events)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2004-02-29", "2022-02-27", 17),
        ("2004-02-29", "2022-02-28", 18),
        ("2004-02-29", "2024-02-28", 19),
        ("2004-02-29", "2024-02-29", 20),
        ("2005-06-15", "2023-06-14", 17),
        ("2005-06-15", "2023-06-15", 18),
    ],
)
def test_age(born: str, on: str, years: int) -> None:
    assert hand_records.age(dt.date.fromisoformat(born), dt.date.fromisoformat(on)) == years


@pytest.mark.parametrize(
    ("on", "months", "after"),
    [
        ("2023-08-31", 6, "2024-02-29"),
        ("2022-08-31", 6, "2023-02-28"),
        ("2023-06-30", 6, "2023-12-30"),
        ("2023-07-31", 5, "2023-12-31"),
        ("2023-01-15", 6, "2023-07-15"),
    ],
)
def test_months_after_clamps_to_the_end_of_the_month(on: str, months: int, after: str) -> None:
    assert hand_report.months_after(dt.date.fromisoformat(on), months) == dt.date.fromisoformat(after)
