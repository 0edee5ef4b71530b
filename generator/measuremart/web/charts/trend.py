"""A rate over time: a small line for tables, and the chart with process limits (NHS England, Making Data Count)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measuremart.web.charts.svg import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    Mark,
    Scale,
    element,
    label,
    line,
    mark,
    path,
    percent_axis,
    picture,
)  # fmt: skip

_WIDTH, _HEIGHT = 760, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 110, 30, 60
# How the kinds of variation are drawn, redrawn after Making Data Count: a shape for each colour.
MARKS: dict[str, tuple[Mark, str, str]] = {
    "common cause": ("circle", GREY, "common cause: as chance would let it vary"),
    "improvement": ("diamond", BLUE, "improvement: a change for the better that chance does not explain"),
    "concern": ("square", ORANGE, "concern: a change for the worse that chance does not explain"),
    "high": ("triangle", PURPLE, "high: a change upwards that chance does not explain"),
    "low": ("triangle", PURPLE, "low: a change downwards that chance does not explain"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """The rate of a period; `variation` is empty where the chart has no limits."""

    period: str
    rate: float
    eligible: int
    variation: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean of the points and the process limits around it."""

    mean: float
    lower: float
    upper: float


def sparkline(points: Sequence[tuple[str, float]], summary: str) -> str:
    """Return a small line without axes, from 0 to 100%; the last point is marked."""
    width, height = 120, 28
    across = Scale(0, max(len(points) - 1, 1), 4, width - 6)
    up = Scale(0, 1, height - 4, 4)
    places = [(across.at(n), up.at(rate)) for n, (_, rate) in enumerate(points)]
    attributes: dict[str, object] = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": width, "height": height,
        "role": "img", "aria_label": summary,
    }  # fmt: skip
    base = line(2, height - 4, width - 2, height - 4, stroke="#c8ced3")
    drawn = [path(places, stroke_width=1.5)] if len(places) > 1 else []
    last = [element("circle", {"cx": places[-1][0], "cy": places[-1][1], "r": 3, "fill": INK})] if places else []
    return element("svg", attributes, base, *drawn, *last)


def trend(
    name: str, title: str, summary: str, points: Sequence[Point], limits: Limits | None, benchmark: float | None
) -> str:
    """Return the chart of a rate over time; with `limits` it is an XmR chart, else a run chart."""
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    up = Scale(0, 1, bottom, _TOP)
    across = Scale(0, max(len(points) - 1, 1), _LEFT + 12, right - 12)
    drawn = percent_axis(up, _LEFT, right)
    ends: list[tuple[float, str]] = []
    if limits is not None:
        for value, word in ((limits.upper, "upper limit"), (limits.lower, "lower limit")):
            if 0 <= value <= 1:
                drawn.append(line(_LEFT, up.at(value), right, up.at(value), stroke=INK, stroke_dasharray="6 4"))
                ends.append((up.at(value), word))
        drawn.append(line(_LEFT, up.at(limits.mean), right, up.at(limits.mean), stroke=INK, stroke_width=1.5))
        ends.append((up.at(limits.mean), "mean"))
    if benchmark is not None:
        y = up.at(benchmark)
        drawn.append(line(_LEFT, y, right, y, stroke=INK, stroke_width=2, stroke_dasharray="1 4"))
        ends.append((y, "benchmark"))
    drawn += [label(word, right + 6, y, font_size=12) for y, word in _apart(ends)]
    drawn.append(path([(across.at(n), up.at(p.rate)) for n, p in enumerate(points)], stroke=GREY, stroke_width=1.5))
    every = max(1, -(-len(points) // 9))
    for n, point in enumerate(points):
        shape, colour, _ = MARKS.get(point.variation, MARKS["common cause"])
        tip = f"{point.period}: {point.rate * 100:.1f}% of {point.eligible}"
        drawn.append(mark(shape, across.at(n), up.at(point.rate), colour, tip))
        if n % every == 0 or n == len(points) - 1:
            turned = f"rotate(-30 {across.at(n):.1f} {bottom + 18})"
            drawn.append(
                label(point.period, across.at(n), bottom + 18, font_size=12, text_anchor="end", transform=turned)
            )
    return picture(name, (_WIDTH, _HEIGHT), title, summary, *drawn)


def _apart(ends: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return labels at the ends of lines, moved so that none lies upon another."""
    placed: list[tuple[float, str]] = []
    for y, word in sorted(ends):
        place = max(y + 4, placed[-1][0] + 14) if placed else y + 4
        placed.append((place, word))
    return placed


def variation_icon(variation: str, rises: bool) -> str:
    """Return a small picture for the variation of the last point, which `rises` above the mean or falls below it."""
    shape, colour, words = MARKS.get(variation, MARKS["common cause"])
    attributes: dict[str, object] = {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 44 44", "width": 44, "height": 44, "role": "img",
        "aria_label": words,
    }  # fmt: skip
    ring = element("circle", {"cx": 22, "cy": 22, "r": 20, "fill": "#fff", "stroke": colour, "stroke_width": 3})
    first, last = (22, 22) if variation == "common cause" else (30, 14) if rises else (14, 30)
    base = path([(8, first), (18, first), (26, last), (36, last)], stroke=GREY)
    points = [mark("circle", 8, first, GREY, size=2.5), mark("circle", 18, first, GREY, size=2.5)]
    points += [mark(shape, 26, last, colour, size=3), mark(shape, 36, last, colour, size=3)]
    return element("svg", attributes, ring, base, *points)
