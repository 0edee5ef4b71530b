"""Audiences of the plan: every default explicit, every name known (semantics.md section 10)."""

from __future__ import annotations

from measuremart.definitions.audience import Audience
from measuremart.definitions.file import Defined
from measuremart.plan import nodes
from measuremart.plan.indicators import one_line
from measuremart.plan.offsets import offset
from measuremart.plan.scope import Scope, Trail, about

# How many values a hidden number leaves open, unless the policy says more. Rounded counts are uncertain themselves.
_LEAVES_ROUNDED = 2


def audiences_of(scope: Scope, reports: dict[str, nodes.Report]) -> dict[str, nodes.Audience]:
    """Return the audiences by name; what names no report, level, stratifier or period of its reports is reported."""
    found = {}
    for name, defined in sorted(scope.catalogue.of("audiences").items()):
        if defined.entry is not None:
            found[name] = _audience(scope, defined, reports)
    return found


def _audience(scope: Scope, defined: Defined, reports: dict[str, nodes.Report]) -> nodes.Audience:
    entry: Audience = defined.entry
    trail = Trail("audiences", defined.name)
    wanted = [
        scope.find(report, "reports", entry.place("reports", number), trail.down("reports", number))
        for number, report in enumerate(entry.reports)
    ]
    known = [reports[report.name] for report in wanted if report is not None and report.name in reports]
    # A report that is unavailable, or has a problem of its own, may have what the audience names.
    if len(known) == len(entry.reports):
        kinds = {kind for r in known for kind in r.calendars} | {"named" for r in known if r.named_periods}
        for key, what, valid in (
            ("levels", "level", [level for r in known for level in r.levels]),
            ("strata", "stratifier", [s.name for r in known for s in r.stratifiers]),
            ("periods", "kind of period", ["all_time", *sorted(kinds)]),
        ):
            for number, name in enumerate(getattr(entry, key)):
                path = (key, number)
                scope.pick(name, dict.fromkeys(valid), f"{what} of its reports", entry, path, trail.down(*path))
    rounding, suppression = entry.policy.round_, entry.policy.suppress
    policy = rounding or suppression
    assert policy is not None  # the model has exactly one
    leaves = _LEAVES_ROUNDED if rounding is not None else max(2, policy.below // 2)
    return nodes.Audience(
        about=about(defined),
        title=one_line(entry.title),
        reports=tuple(report.name for report in wanted if report is not None),
        levels=entry.levels,
        stratifiers=entry.strata,
        period_kinds=entry.periods,
        delay=offset(entry.delay) or nodes.Offset(0, 0),
        below=policy.below,
        round_to=rounding.to if rounding is not None else None,
        leaves=policy.leaves or leaves,
        shows_rate="rate" in entry.statistics,
        shows_interval="interval" in entry.statistics,
        shows_rank="rank" in entry.statistics,
    )
