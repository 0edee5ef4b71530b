"""The Lung Cancer MDT report of the demo, computed by hand.

Plain Python over seeds/demo/*.csv, written from docs/semantics.md and from what the lung pack says in words. It reads
no definition, runs no SQL and uses nothing of measuremart: where it and the marts agree, two independent readings of
the contract agree. hand_records.py loads and attaches, hand_measures.py holds the measures, here are the indicators.
Run it to see the numbers: `python tests/engines/hand_report.py`.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from hand_measures import (
    ByEpisode,
    ByPerson,
    Key,
    any_cancer_treatment,
    chemoradiotherapy,
    chest_surgery,
    clinical_trial,
    cohort_dates,
    concurrent_chemoradiotherapy,
    curative_radiotherapy,
    deaths,
    declined,
    discussed_at_mdt,
    earliest,
    early_non_small_cell,
    early_not_operated,
    ecog,
    either,
    every,
    fit_stage_iii,
    gp_referral,
    lung_function,
    molecular_testing,
    non_small_cell,
    non_squamous,
    observed_at_diagnosis,
    palliative_referral,
    pathology_confirmed,
    radiotherapy_stage_i_iii,
    seen_before_referral,
    small_cell,
    small_cell_confirmed,
    smoking,
    specialist_nurse,
    specialist_seen,
    stage_i_iii,
    stage_iv,
    stage_iv_since_diagnosis,
    surgery_stage_i_iii,
    surgery_stage_ib_iia,
    systemic_therapy,
    treatment_day,
)
from hand_records import Date

# ---------------------------------------------------------------------------------------------------------------------
# Indicators (semantics.md 6.2)


@dataclass(frozen=True)
class Window:
    """Offsets around a reference date, both ends inside; None is open. Months are added with the day clamped."""

    before_days: int | None = None
    after_days: int | None = None
    before_months: int | None = None
    after_months: int | None = None

    def holds(self, reference: Date, on: Date) -> bool | None:
        """Whether the day is inside; None where a date is not known."""
        if reference is None or on is None:
            return None
        early = self.before_days is not None and on < reference - dt.timedelta(days=self.before_days)
        late = self.after_days is not None and on > reference + dt.timedelta(days=self.after_days)
        if self.after_months is not None:
            late = late or on > months_after(reference, self.after_months)
        if self.before_months is not None:
            early = early or on < months_after(reference, -self.before_months)
        return not early and not late


def months_after(on: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    after = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=on.day - 1), after - dt.timedelta(days=1))


@dataclass(frozen=True)
class Indicator:
    name: str
    denominator: ByEpisode | ByPerson | None  # None: every key of the cohort, on its cohort date
    numerator: ByEpisode
    exclusions: ByEpisode | ByPerson
    exceptions: ByEpisode | ByPerson
    unresolved: ByEpisode | ByPerson
    denominator_window: Window | None = None
    numerator_window: Window | None = None
    from_denominator: bool = False  # the numerator window is around the denominator date, not the cohort date
    only_first: bool = False  # only the first opportunity counts
    dated_numerator: bool = False  # a numerator without a date does not count


@dataclass(frozen=True)
class Result:
    indicator: str
    person_id: int
    episode_id: int
    counted: bool
    status: str
    cohort_date: Date
    denominator_date: Date = None
    numerator_date: Date = None
    days_between: int | None = None


def indicators() -> list[Indicator]:
    """The 22 indicators of the pack, by id."""
    trial = clinical_trial()
    no_treatment, no_tests = declined(2000000073), declined(2000000074)
    died, died_undated = deaths()
    treatment, systemic, breath = any_cancer_treatment(), systemic_therapy(), lung_function()
    palliative, referral = palliative_referral(), gp_referral()

    def indicator(
        name: str,
        denominator: ByEpisode | ByPerson | None,
        numerator: ByEpisode,
        exclusions: ByEpisode | ByPerson | None = None,
        exceptions: ByEpisode | None = None,
        **more: Any,
    ) -> Indicator:
        plain = Indicator(name, denominator, numerator, exclusions or {}, exceptions or {}, {})
        return replace(plain, **more)

    return [
        indicator("mdt_discussion", None, discussed_at_mdt(), trial, numerator_window=Window(30, 42)),
        indicator("pathological_confirmation", None, pathology_confirmed(), None, no_tests),
        indicator("ecog_documented", None, ecog(0, 4), dated_numerator=True),
        indicator("smoking_documented", None, smoking()),
        indicator(
            "lung_function_before_surgery",
            surgery_stage_i_iii(),
            breath,
            None,
            no_tests,
            numerator_window=Window(after_days=0),
            from_denominator=True,
            only_first=True,
        ),
        indicator(
            "lung_function_before_radiotherapy",
            radiotherapy_stage_i_iii(),
            breath,
            None,
            no_tests,
            numerator_window=Window(after_days=0),
            from_denominator=True,
            only_first=True,
        ),
        indicator(
            "early_stage_surgery",
            early_non_small_cell(),
            chest_surgery(),
            trial,
            no_treatment,
            denominator_window=Window(30, 90),
        ),
        indicator("early_stage_radiotherapy", early_not_operated(), curative_radiotherapy(), trial, no_treatment),
        indicator(
            "stage_iii_chemoradiotherapy",
            fit_stage_iii(),
            chemoradiotherapy(),
            trial,
            no_treatment,
            numerator_window=Window(after_months=6),
            from_denominator=True,
        ),
        indicator(
            "chemotherapy_around_surgery",
            surgery_stage_ib_iia(),
            systemic,
            trial,
            no_treatment,
            numerator_window=Window(before_months=6, after_months=4),
            from_denominator=True,
            only_first=True,
        ),
        indicator("small_cell_therapy", small_cell(), systemic, trial, no_treatment),
        indicator(
            "small_cell_therapy_14_days",
            small_cell_confirmed(),
            systemic,
            trial,
            no_treatment,
            numerator_window=Window(0, 14),
            from_denominator=True,
        ),
        indicator(
            "small_cell_chemoradiotherapy",
            every(small_cell(), stage_i_iii()),
            concurrent_chemoradiotherapy(),
            trial,
            no_treatment,
        ),
        indicator("molecular_testing_stage_iv", every(non_squamous(), stage_iv()), molecular_testing(), None, no_tests),
        indicator(
            "stage_iv_palliative_referral",
            stage_iv(),
            palliative,
            trial,
            numerator_window=Window(30, 60),
            from_denominator=True,
        ),
        indicator(
            "stage_iv_systemic_therapy",
            every(non_small_cell(), stage_iv()),
            systemic,
            trial,
            no_treatment,
            numerator_window=Window(before_days=30),
            from_denominator=True,
        ),
        indicator("any_treatment", None, treatment, None, no_treatment),
        indicator("specialist_nurse_at_diagnosis", None, specialist_nurse(), numerator_window=Window(30, 30)),
        indicator(
            "treatment_near_death",
            died,
            treatment_day(),
            unresolved=died_undated,
            denominator_window=Window(0, 365),
            numerator_window=Window(30, 0),
            from_denominator=True,
        ),
        indicator(
            "referral_to_specialist",
            referral,
            specialist_seen(),
            seen_before_referral(),
            denominator_window=Window(90, 30),
            numerator_window=Window(before_days=0),
            from_denominator=True,
            only_first=True,
        ),
        indicator(
            "referral_to_treatment",
            referral,
            either(treatment, palliative),
            trial,
            no_treatment,
            denominator_window=Window(90, 30),
            numerator_window=Window(before_days=0),
            from_denominator=True,
            only_first=True,
        ),
        indicator(
            "diagnosis_to_palliative",
            stage_iv_since_diagnosis(),
            palliative,
            numerator_window=Window(before_days=0),
            from_denominator=True,
        ),
    ]


DURATIONS = ("referral_to_specialist", "referral_to_treatment", "diagnosis_to_palliative")


def held(measure: ByEpisode | ByPerson, key: Key) -> list[Date] | None:
    """Dates of the measure at the key, itself or through its person; None if it is no member."""
    return measure.get(key, measure.get(key[0]))  # type: ignore[call-overload]


def in_order(dates: Iterable[Date]) -> list[Date]:
    """Earliest first, unknown last."""
    return sorted(dates, key=lambda d: d or dt.date.max)


def opportunities(x: Indicator, key: Key, cohort_date: Date) -> list[tuple[Date, bool | None]]:
    """Denominator dates inside the denominator window, and those of which nobody can tell (None)."""
    if x.denominator is None:
        return [(cohort_date, True)]
    dates = in_order(held(x.denominator, key) or [])
    if x.denominator_window is None:
        return [(d, True) for d in dates][: 1 if x.only_first else None]
    judged = [(d, x.denominator_window.holds(cohort_date, d)) for d in dates]
    chances = [(d, inside) for d, inside in judged if inside] or []
    unknown = [(d, inside) for d, inside in judged if inside is None]
    return (chances + unknown)[: 1 if x.only_first else None]


def meets(x: Indicator, key: Key, cohort_date: Date, opportunity: Date) -> tuple[bool | None, Date]:
    """Whether the numerator is met for this opportunity, None if nobody can tell; and its earliest date if so."""
    dates = in_order(held(x.numerator, key) or [])
    if x.dated_numerator:
        dates = [d for d in dates if d is not None]
    if x.numerator_window is None:
        return bool(dates), earliest(dates)
    reference = opportunity if x.from_denominator else cohort_date
    judged = [(x.numerator_window.holds(reference, d), d) for d in dates]
    passing = [d for inside, d in judged if inside]
    if passing:
        return True, passing[0]
    return (None if any(inside is None for inside, _ in judged) else False), None


def evaluate(x: Indicator, key: Key, cohort_date: Date, counted: bool) -> Result:
    """The one status of a key, and its dates."""
    chances = opportunities(x, key, cohort_date)
    answers = [(d, inside, *meets(x, key, cohort_date, d)) for d, inside in chances]
    due = True if any(inside for _, inside in chances) else (None if chances else False)
    hits = [met for _, _, met, _ in answers]
    met = True if any(hits) else (None if None in hits else False)

    if due and held(x.exclusions, key) is not None:
        status = "excluded"
    elif held(x.unresolved, key) is not None:
        status = "unresolved"
    elif due and met:
        status = "met"
    elif due and held(x.exceptions, key) is not None:
        status = "exception"
    elif due is None or met is None:
        status = "unresolved"
    elif due:
        status = "not_met"
    else:
        status = "ineligible"

    result = Result(x.name, *key, counted, status, cohort_date)
    sure = [(d, hit, on) for d, inside, hit, on in answers if inside]
    if not sure:
        return result
    denominator_date, _, numerator_date = next((a for a in sure if a[1]), sure[0])
    between = None if denominator_date is None or numerator_date is None else (numerator_date - denominator_date).days
    return replace(result, denominator_date=denominator_date, numerator_date=numerator_date, days_between=between)


def results() -> list[Result]:
    """Every indicator at every key of the report."""
    observed = observed_at_diagnosis()
    return [
        evaluate(x, key, cohort_date, key in observed)
        for x in indicators()
        for key, cohort_date in sorted(cohort_dates().items())
    ]


# ---------------------------------------------------------------------------------------------------------------------
# Aggregates


@dataclass(frozen=True)
class Aggregate:
    """Counted keys of one indicator, over all time."""

    indicator: str
    met: int
    not_met: int
    excluded: int
    exception: int
    unresolved: int
    ineligible: int
    not_counted: int
    median_days: float | None

    @property
    def eligible(self) -> int:
        return self.met + self.not_met

    @property
    def rate(self) -> float | None:
        return self.met / self.eligible if self.eligible else None


def aggregates(rows: list[Result] | None = None) -> list[Aggregate]:
    """One row per indicator, of these results or of all."""
    rows, found = rows or results(), []
    for name in dict.fromkeys(row.indicator for row in rows):
        mine = [row for row in rows if row.indicator == name]
        n = Counter(row.status for row in mine if row.counted)
        days = [r.days_between for r in mine if r.counted and r.status == "met" and r.days_between is not None]
        found.append(
            Aggregate(
                indicator=name,
                met=n["met"],
                not_met=n["not_met"],
                excluded=n["excluded"],
                exception=n["exception"],
                unresolved=n["unresolved"],
                ineligible=n["ineligible"],
                not_counted=sum(not row.counted for row in mine),
                median_days=statistics.median(days) if name in DURATIONS and days else None,
            )
        )
    return found


if __name__ == "__main__":
    for a in aggregates():
        rate = "-" if a.rate is None else f"{100 * a.rate:.1f} %"
        median = "" if a.median_days is None else f", median {a.median_days:g} days"
        print(
            f"{a.indicator:30} eligible {a.eligible:3} met {a.met:3} not met {a.not_met:3} rate {rate:>7}{median}  "
            f"excluded {a.excluded} exception {a.exception} unresolved {a.unresolved} "
            f"ineligible {a.ineligible} not counted {a.not_counted}"
        )
