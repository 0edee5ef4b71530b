"""Where a translation still differs from oa-cohorts 0.13: what the import's table says of the definitions it touches.

Each text says what holds here, then what holds there. The how-to (docs/how-to/import-oa-cohorts.md) lists them all.
"""

from __future__ import annotations

from measuremart.importers.oa_cohorts.meaning import FIRST_DAYS

ABSENCE = (
    "'absence' is every episode of care without such a row, dated by the start of the episode; oa-cohorts looks for a "
    "row without a concept, and gives it no date"
)
UNKNOWN_DATES = (
    "a key whose dates cannot decide a window is unresolved; oa-cohorts counts a numerator of unknown date as not met"
)
OPPORTUNITIES = (
    "every numerator of the key is held against every denominator; oa-cohorts holds an intent of treatment only "
    "against a denominator of the same treatment"
)
UNDATED_DENOMINATORS = (
    "a denominator without a window counts a key whatever its date; in oa-cohorts a key without any known denominator "
    "date is unresolved"
)
COHORT_DATE = (
    "a key in several cohorts has the date of the primary cohort; in oa-cohorts it has the earliest date of all cohorts"
)
NUMERATOR_PERIOD = (
    "a result without a numerator has the period of its denominator; in oa-cohorts it has the period undated"
)
BY_PERSON = "person_ep_override matches by person; oa-cohorts 0.13 reads it, and matches by episode nevertheless"
BY_TREATMENT = (
    "its keys are treatments, and criteria without treatments hold for all of an episode; in oa-cohorts only intents "
    "have treatments, other criteria match nobody, and keys are episodes"
)
FULL_COHORT_WINDOW = "the full cohort is always inside: its denominator window is not written"
NO_SUCH_TARGET = "oa-cohorts 0.13 has no rows for target {target}: its measures cannot run there"
NO_SUCH_DATE = (
    "its window counts from the {word} of {target}; oa-cohorts has that date only for intents of treatment, so that "
    "the window finds nobody there"
)

# Targets of the vocabulary that oa-cohorts 0.13 has no table for.
_NOT_THERE = frozenset(
    (
        "dx_first_primary",
        "tx_any",
        "tx_first_line",
        "obs_value",
        "meas_value_num",
        "demog_gender",
        "referral_to_tx_window",
    )
)
# Where oa-cohorts has the date of another event than this project.
_BY_CONDITION = frozenset(("tx_concurrent", "tx_to_death_window"))
# The only words that oa-cohorts reads for another date than the row's own.
_READ = frozenset((("intent_rt", "end"), ("intent_concurrent_rt", "end")))
INTENTS = frozenset(("intent_sact", "intent_rt", "intent_concurrent_rt"))


def of_target(target: str) -> list[str]:
    """Return what to say of a subquery because of its target (a word of oa-cohorts)."""
    return [NO_SUCH_TARGET.format(target=target)] if target in _NOT_THERE else []


def of_date(target: str, word: str, role: str) -> list[str]:
    """Return what to say of a subquery whose temporality `word` became the date `role` (empty: the target's own)."""
    here = f"its {role}" if role else "the target's own date"
    if target in _BY_CONDITION:
        return [f"it is dated by {here}; oa-cohorts dates it by the start of the condition, whatever {word} says"]
    if role and role != FIRST_DAYS.get(target) and (target, role) not in _READ:
        there = (
            "the start of the condition"
            if target == "dx_to_tx_window"
            else f"its {FIRST_DAYS[target]}"
            if target in FIRST_DAYS
            else "the row's own date"
        )
        return [f"it is dated by {here}, as {word} says; oa-cohorts dates it by {there}, whatever {word} says"]
    return []


def of_any_row(target: str, matcher: str) -> str:
    """Return what to say of `presence` or `absence` on a target whose rows are not the same here and there."""
    if target == "tx_concurrent":
        return f"'{matcher}' asks whether the treatments overlap; oa-cohorts counts every episode with treatment"
    if target in ("dx_to_tx_window", "tx_to_death_window"):
        return f"'{matcher}' asks for both days; oa-cohorts counts every episode with a condition"
    return ""
