"""The counts of a report as an audience would see them: which are shown, which are hidden, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

Reason = Literal["small", "complementary", "earlier publication"]
Quantity = Literal["eligible", "met"]

# An entity of a level that is no entity: keys that count for none of them (semantics.md 9.4).
NOT_ATTRIBUTED = "not attributed"
# The level of the whole report, and its only entity; also the stratifier and stratum of all together.
WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Policy:
    """How counts are protected (semantics.md section 10); `round_to` is None where counts are shown as they are."""

    below: int
    round_to: int | None
    leaves: int

    def is_small(self, count: int) -> bool:
        """Say whether a count is one that is hidden for its size."""
        return 0 < count < self.below

    def rounded(self, count: int) -> int:
        """Return the count as it is shown: half away from zero to the base."""
        if self.round_to is None:
            return count
        return (2 * count + self.round_to) // (2 * self.round_to) * self.round_to

    def possible(self, shown: int) -> tuple[int, int]:
        """Return the least and the greatest count that is shown so."""
        if self.round_to is None or shown == 0:
            return shown, shown
        least = max(self.below, shown - self.round_to // 2)
        return least, shown + (self.round_to - 1) // 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a count stands: one row of the published table."""

    indicator: str
    period_kind: str
    period: str
    start: dt.date | None
    end: dt.date | None
    stratifier: str
    stratum: str
    level: str
    entity: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The true counts of a place, and why each of the two published ones is hidden; None where it is shown.

    `met` is hidden wherever `eligible` is.
    """

    number: int
    place: Place
    eligible: int
    met: int
    eligible_reason: Reason | None = None
    met_reason: Reason | None = None

    @property
    def not_met(self) -> int:
        """Those who were due the care and did not get it."""
        return self.eligible - self.met

    def of_any_size(self, quantity: Quantity) -> Figure:
        """Return the figure without saying that a hidden count is small: it may have been hidden for the others."""
        if quantity == "eligible":
            return replace(self, eligible_reason="complementary")
        return replace(self, met_reason="complementary")

    def hidden(self, quantity: Quantity, reason: Reason) -> Figure:
        """Return the figure with a count hidden that was shown, and with it those that would give it away."""
        met_reason = self.met_reason or reason
        if quantity == "met":
            return replace(self, met_reason=met_reason)
        return replace(self, eligible_reason=self.eligible_reason or reason, met_reason=met_reason)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier publication showed of a place, and the counts that stand there now.

    A count that was hidden is None; `policy` is that of the publication.
    """

    place: Place
    policy: Policy
    shown_eligible: int | None
    shown_met: int | None
    eligible: int
    met: int
    eligible_reason: Reason | None
    met_reason: Reason | None


def primary(figure: Figure, policy: Policy) -> Figure:
    """Return a figure with its small counts hidden, as models/publication/candidates does in SQL.

    Exact counts that are shown beside each other give away those who were not met, so that their number is asked, too.
    """
    if policy.is_small(figure.eligible):
        return replace(figure, eligible_reason="small", met_reason="small")
    small = policy.is_small(figure.met) or (policy.round_to is None and policy.is_small(figure.not_met))
    return replace(figure, met_reason="small") if small else figure
