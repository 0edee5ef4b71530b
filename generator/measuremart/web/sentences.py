"""What a chart shows, in sentences: its summary for those who do not see it, and the signals in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from measuremart.report_cells import words as in_words

# The four rules of Making Data Count (docs/semantics.md 9.6): flag of a point, and what it means.
_RULES = (
    ("is_astronomical", "lies outside the process limits: a single point that chance hardly explains"),
    ("is_shift", "is one of seven or more in a row on the same side of the mean: a shift"),
    ("is_trend", "is one of seven or more in a row that all rise, or all fall: a trend"),
    ("is_two_of_three", "is one of two out of three in a row that lie near or beyond the same limit"),
)
_LAST = {
    "common cause": "The last point varies as chance would let it: no change is shown.",
    "improvement": "The last point shows an improvement that chance does not explain.",
    "concern": "The last point shows a change for the worse that chance does not explain.",
    "high": "The last point shows a rise that chance does not explain; the indicator says not which way is better.",
    "low": "The last point shows a fall that chance does not explain; the indicator says not which way is better.",
}


def percent(share: Any) -> str:
    """Return a share as people read it; `-` where there is none."""
    return "-" if share is None else f"{float(share) * 100:.1f}%"


def trend_summary(points: Sequence[dict[str, Any]]) -> str:
    """Return what a trend shows in one or two sentences."""
    if not points:
        return "No period has anybody eligible: there is nothing to draw."
    first, last = points[0], points[-1]
    count = "1 period" if len(points) == 1 else f"{len(points)} periods"
    said = f"{count} with anybody eligible. {last['period']}: {percent(last['rate'])} of {last['eligible']}"
    if len(points) > 1:
        said += f"; {first['period']}: {percent(first['rate'])} of {first['eligible']}"
    if last["lower_limit"] is not None:
        limits = f"{limit_words(last['lower_limit'])} to {limit_words(last['upper_limit'])}"
        said += f". Mean {percent(last['mean_rate'])}, process limits {limits}"
    return f"{said}."


def limit_words(share: Any) -> str:
    """Return a process limit; one that no rate can reach is said as such."""
    return "below 0%" if share < 0 else "above 100%" if share > 1 else percent(share)


def signals(points: Sequence[dict[str, Any]]) -> list[str]:
    """Return what the rules say of the points of a chart with limits, in sentences; [] of one without."""
    if not points or points[-1]["lower_limit"] is None:
        return []
    said = []
    for flag, words in _RULES:
        found = [point["period"] for point in points if point[flag]]
        if found:
            named = found[0] if len(found) == 1 else f"Each of {', '.join(found)}"
            said.append(f"{named} {words}.")
    if not said:
        said.append("No rule finds a signal: the points vary as chance would let them (common cause).")
    said.append(_LAST[points[-1]["variation"]])
    if points[-1]["has_trial_limits"]:
        said.append("There are fewer than 12 points: the limits are on trial and may still move.")
    return said


def assurance(points: Sequence[dict[str, Any]], benchmark: float | None, better: str | None) -> str | None:
    """Return whether the process will reach its benchmark; None without limits or benchmark."""
    if not points or points[-1]["lower_limit"] is None or benchmark is None or better is None:
        return None
    lower, upper = float(points[-1]["lower_limit"]), float(points[-1]["upper_limit"])
    if lower < benchmark < upper or lower == upper:
        return "Hit and miss: the benchmark lies between the process limits, so chance decides whether it is reached."
    above = lower >= benchmark
    if above == (better == "higher"):
        return "The process can be expected to reach the benchmark: the limits lie wholly on the better side of it."
    return (
        "The process can be expected to miss the benchmark unless it changes: the limits lie wholly on the worse side."
    )


def peers_summary(rows: Sequence[dict[str, Any]], level: str) -> str:
    """Return what a funnel shows in a few sentences."""
    rated = [row for row in rows if row["rate"] is not None]
    if not rated:
        return f"No {in_words(level)} has anybody eligible: there is nothing to draw."
    one = rated[0]
    if one["pooled_rate"] is None:
        return (
            f"There are {one['peers']} peers, and you see all but one. Their rate together is not shown: with your own "
            "figures it would give the other one away."
        )
    said = [f"All {one['peers']} peers together: {percent(one['pooled_rate'])}."]
    for kind, where in (("alarm", "3"), ("alert", "2")):
        found = [row["title"] for row in rated if row["overdispersed_outlier_class"] == kind]
        if found:
            said.append(f"Beyond {where} standard deviations ({kind}): {', '.join(found)}.")
    if len(said) == 1:
        said.append("None that is shown lies outside the limits.")
    if any(row["overdispersed_outlier_class"] == "not assessed" for row in rated):
        said.append("Not assessed: one entity has no peers, or all together reach 0% or 100%.")
    return " ".join(said)


def not_attributed(counts: dict[str, Any], level: str) -> str | None:
    """Return what is said of the keys that count for no entity of a level: `met`, `eligible`, and `outside` the rate.

    None where there are none to be seen.
    """
    if counts.get("eligible") is None or not (counts["eligible"] or counts["outside"]):
        return None
    return (
        f"Not attributed: {counts['met']} of {counts['eligible']} met. They count for no {in_words(level)}; "
        "the charts and ranks leave them out."
    )


def dispersion(rows: Sequence[dict[str, Any]]) -> str | None:
    """Return what is said of over-dispersion under a funnel; None where there is no funnel."""
    found = next((row for row in rows if row["rate"] is not None and row["dispersion"] is not None), None)
    if found is None:
        return None
    phi = f"{float(found['dispersion']):.2f}"
    if float(found["between_variance"] or 0) > 0:
        return (
            f"Peers differ more than chance explains (over-dispersion, phi {phi}): the limits are widened by the "
            "variance between entities."
        )
    return f"Peers do not differ more than chance explains (phi {phi}): the limits are those of chance alone."


def steps_summary(steps: Sequence[tuple[str, int]]) -> str:
    """Return what a waterfall shows in a sentence."""
    if not steps:
        return "There are no steps: the indicator is unavailable."
    return "; ".join(f"{said}: {count:,}" for said, count in steps) + "."


def few(eligible: int | None) -> str | None:
    """Return what to say beside a rate of few; None where there are more."""
    if eligible is not None and 0 < eligible < 10:
        return "Fewer than 10 are eligible: one more or less moves the rate a lot. Read the interval."
    return None
