"""Which reasons an indicator can give, from its definition alone (semantics.md section 6.3)."""

from __future__ import annotations

from measuremart.plan.grain import Grain, match_of
from measuremart.plan.nodes import Indicator, Measure, Report
from measuremart.plan.recorded import recorded_leaves

# Every reason with its status, in the order in which the first that applies is given.
STATUS_OF = {
    "excluded": "excluded",
    "unresolved": "unresolved",
    "met": "met",
    "exception": "exception",
    "denominator_date_unknown": "unresolved",
    "date_unknown": "unresolved",
    "window_open": "unresolved",
    "too_early": "not_met",
    "too_late": "not_met",
    "undated_ignored": "not_met",
    "in_another_episode": "not_met",
    "recorded_not_met": "not_met",
    "no_candidate": "not_met",
    "denominator_outside_window": "ineligible",
    "not_in_denominator": "ineligible",
}


def reasons_of(measures: dict[str, Measure], indicator: Indicator, grain: Grain) -> tuple[str, ...]:
    """Return the reasons that keys of a cohort of `grain` can have, in the order of 6.3; `met` is always one."""
    window = indicator.numerator_window
    has_denominator = indicator.denominator is not None
    has_denominator_window = has_denominator and indicator.denominator_window is not None
    numerator = measures[indicator.numerator].expression.types
    can = {
        "excluded": bool(indicator.exclusions),
        "unresolved": bool(indicator.unresolved),
        "met": True,
        "exception": bool(indicator.exceptions),
        "denominator_date_unknown": has_denominator_window,
        "date_unknown": window is not None,
        "window_open": indicator.waits,
        "too_early": window is not None and window.before is not None,
        "too_late": window is not None and window.after is not None,
        "undated_ignored": indicator.ignore_undated and window is None,
        "in_another_episode": grain.within == "episode" and match_of(grain, numerator.grain) != "person",
        "recorded_not_met": bool(recorded_leaves(measures, indicator.numerator, grain)),
        "no_candidate": True,
        "denominator_outside_window": has_denominator_window,
        "not_in_denominator": has_denominator,
    }
    return tuple(reason for reason in STATUS_OF if can[reason])


def asking_grains(reports: dict[str, Report], indicator: str) -> list[Grain]:
    """Return the grains of the cohorts of the reports that list an indicator, each once."""
    found = (r.types.grain for r in reports.values() if any(i.about.name == indicator for i in r.indicators))
    return list(dict.fromkeys(found))
