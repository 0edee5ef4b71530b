"""The indicators of the lung pack by hand, from what the pack says in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from hand_algebra import ByEpisode, ByPerson, either, every
from hand_measures import (
    any_cancer_treatment,
    chemoradiotherapy,
    chest_surgery,
    clinical_trial,
    concurrent_chemoradiotherapy,
    curative_radiotherapy,
    deaths,
    declined,
    discussed_at_mdt,
    early_non_small_cell,
    early_not_operated,
    ecog,
    fit_stage_iii,
    gp_referral,
    lung_function,
    molecular_testing,
    non_small_cell,
    non_squamous,
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

    def last_day(self, reference: Date) -> Date:
        """The last day inside; None where the window is open at that side, or the reference is not known."""
        if reference is None:
            return None
        if self.after_months is not None:
            return months_after(reference, self.after_months)
        return None if self.after_days is None else reference + dt.timedelta(days=self.after_days)


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
