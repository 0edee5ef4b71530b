"""The demo must show every status that an indicator can have, and the days on both sides of every limit."""

import datetime as dt

import hand_algebra
import hand_indicators
import hand_measures
import hand_records
import hand_report
import hand_targets
import pytest

COMMON = {"met", "not_met"}
PARTIAL = {"ineligible"}
STATUSES = {
    "mdt_discussion": COMMON | {"excluded", "unresolved"},
    "pathological_confirmation": COMMON | {"exception"},
    "ecog_documented": COMMON,
    "smoking_documented": COMMON,
    "lung_function_before_surgery": COMMON | PARTIAL | {"exception", "unresolved"},
    "lung_function_before_radiotherapy": COMMON | PARTIAL | {"exception", "unresolved"},
    "early_stage_surgery": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "early_stage_radiotherapy": COMMON | PARTIAL | {"excluded", "exception"},
    "stage_iii_chemoradiotherapy": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "chemotherapy_around_surgery": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "small_cell_therapy": COMMON | PARTIAL | {"excluded", "exception"},
    "small_cell_therapy_14_days": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "small_cell_chemoradiotherapy": COMMON | PARTIAL | {"excluded", "exception"},
    "molecular_testing_stage_iv": COMMON | PARTIAL | {"exception"},
    "stage_iv_palliative_referral": COMMON | PARTIAL | {"excluded", "unresolved"},
    "stage_iv_systemic_therapy": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "any_treatment": COMMON | {"exception"},
    "specialist_nurse_at_diagnosis": COMMON | {"unresolved"},
    "treatment_near_death": COMMON | PARTIAL | {"unresolved"},
    "referral_to_specialist": COMMON | PARTIAL | {"excluded", "unresolved"},
    "referral_to_treatment": COMMON | PARTIAL | {"excluded", "exception", "unresolved"},
    "diagnosis_to_palliative": COMMON | PARTIAL | {"unresolved"},
}
# Days from the reference: the last one inside decides some "met", the first one outside some "not met".
LIMITS = {
    "mdt_discussion": [(-30, -31), (42, 43)],
    "lung_function_before_surgery": [(0, 1)],
    "lung_function_before_radiotherapy": [(0, 1)],
    "small_cell_therapy_14_days": [(14, 15)],
    "stage_iv_palliative_referral": [(60, 61)],
    "specialist_nurse_at_diagnosis": [(-30, -31), (30, 31)],
    "treatment_near_death": [(-30, -31)],
}

ROWS = hand_report.results()
INDICATORS = {x.name: x for x in hand_indicators.indicators()}


def missing_statuses(name: str) -> set[str]:
    return STATUSES[name] - {r.status for r in ROWS if r.indicator == name and r.counted}


def missing_limits(name: str) -> set[int]:
    """Days beside a limit that decide no key: the only day inside of a met one, a day of one with none inside."""
    x = INDICATORS[name]
    assert x.numerator_window
    missing = {day for pair in LIMITS[name] for day in pair}
    for row in ROWS:
        reference = row.denominator_date if x.from_denominator else row.cohort_date
        if row.indicator == name and reference:
            dates = {d for d in hand_report.held(x.numerator, (row.person_id, row.episode_id)) or [] if d}
            inside = {(d - reference).days for d in dates if x.numerator_window.holds(reference, d)}
            outside = {(d - reference).days for d in dates} - inside
            if row.status == "met" and len(inside) == 1:
                missing -= inside
            if row.status == "not_met":
                missing -= outside
    return missing


@pytest.mark.parametrize("name", STATUSES)
def test_every_status_occurs(name: str) -> None:
    assert not missing_statuses(name)


@pytest.mark.parametrize("name", LIMITS)
def test_both_sides_of_a_limit_occur(name: str) -> None:
    assert not missing_limits(name)


def test_every_key_has_one_status_per_indicator() -> None:
    keys = hand_measures.cohort_dates()
    assert len(ROWS) == 22 * len(keys) == len({(r.indicator, r.person_id, r.episode_id) for r in ROWS})
    assert {r.status for r in ROWS} <= {"met", "not_met", "excluded", "exception", "unresolved", "ineligible"}


def test_both_cohorts_and_every_flaw_occur() -> None:
    primary = hand_algebra.either(hand_measures.new_lung_cancer(), hand_measures.mesothelioma())
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


def test_what_the_targets_are_about_occurs() -> None:
    both = {
        (c.person, c.root) for c in hand_targets.CHEMOTHERAPY for r in hand_targets.RADIOTHERAPY if c.root == r.root
    }
    concurrent = set(hand_measures.concurrent_chemoradiotherapy())
    assert concurrent
    assert both - concurrent, "one after the other"
    cycles = {e for e, regimen in hand_targets.REGIMEN.items() if e != regimen}
    assert cycles
    curative = set(hand_measures.curative_radiotherapy())
    assert {(r.person, r.root) for r in hand_targets.RADIOTHERAPY} - curative, "to relieve, contradicted or not said"
    assert {hand_records.EPISODES[t.id].concept for t in hand_targets.CHEMOTHERAPY} >= {32531}
    nested = [e for e in hand_records.EPISODES.values() if e.concept in (32944, 32949)]
    assert any(hand_records.EPISODES[t.id].parent in {e.id for e in nested} for t in hand_targets.CHEMOTHERAPY)
    by_itself = {(e.row["measurement_id"], e.episode) for e in hand_records.EVENTS["measurement"]}
    moved = [e for e in hand_targets.TARGETS["dx_stage"] if (e.row["measurement_id"], e.episode) not in by_itself]
    assert moved, "a stage in the episode of the diagnosis that it modifies, not in its own"
    assert hand_targets.TARGETS["nurse_visit"]
    assert hand_targets.TARGETS["specialist_visit"]


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
    assert hand_indicators.months_after(dt.date.fromisoformat(on), months) == dt.date.fromisoformat(after)
