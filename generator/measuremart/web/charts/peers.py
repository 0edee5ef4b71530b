"""Entities beside each other: the funnel with its limits, and rates with their intervals in order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from measuremart.web.charts.svg import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PALE,
    Mark,
    Scale,
    label,
    line,
    mark,
    path,
    percent_axis,
    picture,
)  # fmt: skip

_WIDTH, _HEIGHT = 760, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 130, 24, 56
# By outlier class: within limits, beyond two deviations (alert), beyond three (alarm).
MARKS: dict[str, tuple[Mark, str]] = {
    "within limits": ("circle", GREY),
    "alert": ("triangle", BLUE),
    "alarm": ("square", ORANGE),
    "not assessed": ("circle", "#768692"),
}


@dataclass(frozen=True, slots=True)
class Peer:
    """An entity with anybody eligible; `is_shown` marks the one that the page is about."""

    title: str
    eligible: int
    rate: float
    lower: float
    upper: float
    outlier_class: str
    is_shown: bool = False


def limit(target: float, eligible: float, deviations: float, between: float = 0.0) -> float:
    """Return a limit of the funnel, as the macros `funnel_lower` and `funnel_upper` do (semantics.md 9.5)."""
    deviation = math.sqrt(target * (1 - target) / eligible + between)
    return min(1.0, max(0.0, target + deviations * deviation))


def funnel(name: str, title: str, summary: str, peers: Sequence[Peer], target: float, between: float) -> str:
    """Return the funnel: rates by size, the target, and the limits at 2 and 3 deviations, with `between` added."""
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    most = max([p.eligible for p in peers], default=1)
    across = Scale(0, most * 1.08, _LEFT, right)
    up = Scale(0, 1, bottom, _TOP)
    drawn = percent_axis(up, _LEFT, right)
    first = max(1.0, most / 200)
    sizes = [first + (most * 1.08 - first) * (n / 60) ** 2 for n in range(61)]
    ends = []
    for deviations, word, dashes in ((3, "alarm, 3 SD", "none"), (2, "alert, 2 SD", "6 4")):
        for sign in (1, -1):
            points = [(across.at(n), up.at(limit(target, n, sign * deviations, between))) for n in sizes]
            drawn.append(path(points, stroke=INK, stroke_dasharray=dashes))
            ends.append((points[-1][1], word))
    drawn.append(line(_LEFT, up.at(target), right, up.at(target), stroke=INK, stroke_width=2))
    ends.append((up.at(target), "all peers together"))
    place = -math.inf
    for y, word in sorted(ends):
        place = max(y + 4, place + 13)
        drawn.append(label(word, right + 5, place, font_size=12))
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = across.at(most * share)
        drawn.append(label(f"{most * share:.0f}", x, bottom + 18, text_anchor="middle"))
    drawn.append(label("eligible", (_LEFT + right) / 2, bottom + 40, text_anchor="middle"))
    for peer in sorted(peers, key=lambda p: p.is_shown):
        shape, colour = MARKS.get(peer.outlier_class, MARKS["not assessed"])
        x, y = across.at(peer.eligible), up.at(peer.rate)
        drawn.append(mark(shape, x, y, colour, _tip(peer), 8 if peer.is_shown else 5))
        if peer.is_shown:
            drawn.append(label(peer.title, x + 11, y - 9, font_weight="bold"))
    return picture(name, (_WIDTH, _HEIGHT), title, summary, *drawn)


def intervals(name: str, title: str, summary: str, peers: Sequence[Peer], benchmark: float | None) -> str:
    """Return rates with their 95% intervals, one line an entity, the highest rate first: a caterpillar."""
    left, row = 230, 20
    right, top = _WIDTH - 110, 40
    bottom = top + row * max(len(peers), 1)
    across = Scale(0, 1, left, right)
    drawn = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn.append(line(across.at(share), top - 8, across.at(share), bottom, stroke=PALE))
        drawn.append(label(f"{share * 100:.0f}%", across.at(share), top - 14, text_anchor="middle"))
    if benchmark is not None:
        x = across.at(benchmark)
        drawn.append(line(x, top - 8, x, bottom, stroke=INK, stroke_width=2, stroke_dasharray="1 4"))
        drawn.append(label("benchmark", x, bottom + 14, text_anchor="middle", font_size=12))
    for n, peer in enumerate(sorted(peers, key=lambda p: (-p.rate, p.title))):
        y = top + row * n + row / 2
        weight = "bold" if peer.is_shown else "normal"
        shape, colour = MARKS.get(peer.outlier_class, MARKS["not assessed"])
        drawn.append(label(_short(peer.title), left - 8, y + 4, text_anchor="end", font_size=12, font_weight=weight))
        drawn.append(line(across.at(peer.lower), y, across.at(peer.upper), y, stroke=INK, stroke_width=1.5))
        drawn.append(mark(shape, across.at(peer.rate), y, colour, _tip(peer), 4))
        drawn.append(label(str(peer.eligible), right + 90, y + 4, font_size=12, font_weight=weight, text_anchor="end"))
    drawn.append(label("eligible", right + 90, top - 14, font_size=12, text_anchor="end"))
    return picture(name, (_WIDTH, bottom + 24), title, summary, *drawn)


def _tip(peer: Peer) -> str:
    return f"{peer.title}: {peer.rate * 100:.1f}% of {peer.eligible}, {peer.outlier_class}"


def _short(title: str) -> str:
    return title if len(title) <= 32 else f"{title[:31]}…"
