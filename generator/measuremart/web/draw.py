"""From the rows of the marts to pictures; None where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from measuremart.report_cells import words
from measuremart.web.charts.peers import Peer, funnel, intervals
from measuremart.web.charts.steps import waterfall
from measuremart.web.charts.trend import Limits, Point, sparkline, trend, variation_icon
from measuremart.web.sentences import peers_summary, percent, steps_summary, trend_summary

Rows = Sequence[dict[str, Any]]


def spark(series: Rows, indicator: str) -> Markup | None:
    """Return the small line of an indicator's rates over time."""
    points = [(row["period"], float(row["rate"])) for row in series if row["indicator"] == indicator]
    if not points:
        return None
    (first, began), (last, ended) = points[0], points[-1]
    said = f"{first}: {percent(began)}" + (f"; {last}: {percent(ended)}" if len(points) > 1 else "")
    return Markup(sparkline(points, f"Rate over {len(points)} periods. {said}."))  # noqa: S704 - svg escapes


def trend_picture(points: Rows, title: str, benchmark: float | None) -> dict[str, Markup | None] | None:
    """Return the chart over time, and the icon of its last point where it has limits."""
    if not points:
        return None
    last = points[-1]
    limits = None
    if last["lower_limit"] is not None:
        limits = Limits(*(float(last[name]) for name in ("mean_rate", "lower_limit", "upper_limit")))
    drawn = [Point(p["period"], float(p["rate"]), int(p["eligible"]), p["variation"] or "") for p in points]
    found: dict[str, Markup | None] = {"icon": None}
    found["chart"] = Markup(trend("trend", f"{title}: over time", trend_summary(points), drawn, limits, benchmark))  # noqa: S704
    if limits is not None:
        found["icon"] = Markup(variation_icon(str(last["variation"]), last["rate"] > last["mean_rate"]))  # noqa: S704
    return found


def _peers(rows: Rows, shown: str) -> list[Peer]:
    return [
        Peer(
            str(row["title"]),
            int(row["eligible"]),
            float(row["rate"]),
            float(row["lower_95"]),
            float(row["upper_95"]),
            str(row["overdispersed_outlier_class"]),
            row["entity"] == shown,
        )
        for row in rows
        if row["rate"] is not None
    ]


def funnel_picture(rows: Rows, shown: str, title: str) -> Markup | None:
    """Return the funnel of the entities that are shown, with the target and the limits of all peers."""
    peers = _peers(rows, shown)
    first = next((row for row in rows if row["rate"] is not None), None)
    if first is None or first["peers"] < 2 or first["pooled_rate"] is None:
        return None
    summary = peers_summary(rows, "entity")
    between = float(first["between_variance"] or 0)
    drawn = funnel("funnel", f"{title}: funnel", summary, peers, float(first["pooled_rate"]), between)
    return Markup(drawn)  # noqa: S704


def rates_picture(rows: Rows, shown: str, title: str, benchmark: float | None) -> Markup | None:
    """Return the rates of the entities with their intervals, in order."""
    peers = _peers(rows, shown)
    if not peers:
        return None
    most, least = max(peers, key=lambda p: p.rate), min(peers, key=lambda p: p.rate)
    summary = f"Highest: {most.title}, {percent(most.rate)}. Lowest: {least.title}, {percent(least.rate)}."
    return Markup(intervals("rates", f"{title}: rates with 95% intervals", summary, peers, benchmark))  # noqa: S704


def strata_picture(stratifier: str, rows: Rows, title: str) -> Markup | None:
    """Return the rates of the strata of a stratifier with their intervals; a duration has none."""
    peers = [
        Peer(
            words(str(row["stratum"])), int(row["eligible"]), float(row["rate"]), float(row["lower_95"]),
            float(row["upper_95"]), "within limits",
        )
        for row in rows
        if row["rate"] is not None and row["lower_95"] is not None
    ]  # fmt: skip
    if not peers:
        return None
    summary = "; ".join(f"{p.title}: {percent(p.rate)} of {p.eligible}" for p in peers) + "."
    drawn = intervals(f"strata-{stratifier}", f"{title}: by {words(stratifier)}", summary, peers, None)
    return Markup(drawn)  # noqa: S704


def attrition_picture(steps: Rows, title: str) -> Markup | None:
    """Return how many are left at each step as a waterfall; steps without a number are left out."""
    counted = [(str(step["detail"]), int(step["n"])) for step in steps if step["n"] is not None]
    if not counted:
        return None
    drawn = waterfall("attrition", f"{title}: who is left at each step", steps_summary(counted), counted)
    return Markup(drawn)  # noqa: S704
