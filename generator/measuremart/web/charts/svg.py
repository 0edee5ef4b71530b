"""Pieces of SVG: elements with escaped texts, scales, axes and the marks that points are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

INK, GREY, PALE, BLUE, ORANGE, PURPLE = "#212b32", "#5a6670", "#c8ced3", "#005eb8", "#b25000", "#6a2c91"
Mark = Literal["circle", "dot", "diamond", "square", "triangle"]


def element(name: str, attributes: dict[str, object], *inside: str) -> str:
    """Return an element; `inside` is SVG already. Names of attributes are written with `-` for `_`."""
    said = "".join(f' {key.replace("_", "-")}="{escape(_said(value))}"' for key, value in attributes.items())
    return f"<{name}{said}>{''.join(inside)}</{name}>" if inside else f"<{name}{said}/>"


def label(text: str, x: float, y: float, **attributes: object) -> str:
    """Return a text at a place."""
    given = {"x": x, "y": y, "font_size": 13, "fill": INK} | attributes
    return element("text", given, escape(text))


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> str:
    """Return a straight line."""
    return element("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": GREY} | attributes)


def path(points: Sequence[tuple[float, float]], **attributes: object) -> str:
    """Return a line through points."""
    said = " ".join(f"{_said(x)},{_said(y)}" for x, y in points)
    return element("polyline", {"points": said, "fill": "none", "stroke": INK} | attributes)


def mark(kind: Mark, x: float, y: float, colour: str, tip: str = "", size: float = 5) -> str:
    """Return a point: a hollow circle, a filled dot, a diamond, a square or a triangle; `tip` is shown at the mouse."""
    filled: dict[str, object] = {"fill": colour, "stroke": INK, "stroke_width": 1}
    told = [element("title", {}, escape(tip))] if tip else []
    match kind:
        case "circle":
            return element(
                "circle", {"cx": x, "cy": y, "r": size, "fill": "#fff", "stroke": colour, "stroke_width": 2}, *told
            )
        case "dot":
            return element("circle", {"cx": x, "cy": y, "r": size, **filled}, *told)
        case "diamond":
            corners = [(x, y - size * 1.4), (x + size * 1.4, y), (x, y + size * 1.4), (x - size * 1.4, y)]
        case "square":
            corners = [(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)]
        case "triangle":
            corners = [(x, y - size * 1.3), (x + size * 1.2, y + size), (x - size * 1.2, y + size)]
    said = " ".join(f"{_said(a)},{_said(b)}" for a, b in corners)
    return element("polygon", {"points": said, **filled}, *told)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to places: `low` stands at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value; what lies beyond an end stands at it."""
        span = self.high - self.low or 1.0
        share = min(1.0, max(0.0, (value - self.low) / span))
        return self.start + share * (self.end - self.start)


def percent_axis(scale: Scale, left: float, right: float) -> list[str]:
    """Return the lines and labels of a vertical axis of shares."""
    step = 0.25 if scale.high - scale.low > 0.5 else 0.1
    found, value = [], scale.low
    while value <= scale.high + 1e-9:
        y = scale.at(value)
        found.append(line(left, y, right, y, stroke=PALE))
        found.append(label(f"{value * 100:.0f}%", left - 6, y + 4, text_anchor="end"))
        value += step
    return found


def picture(name: str, size: tuple[int, int], title: str, summary: str, *inside: str) -> str:
    """Return a whole picture. `name` is unique on its page; the title and the summary are read out."""
    width, height = size
    heads = [
        element("title", {"id": f"{name}-title"}, escape(title)),
        element("desc", {"id": f"{name}-summary"}, escape(summary)),
    ]
    attributes: dict[str, object] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width} {height}",
        "width": width,
        "height": height,
        "role": "img",
        "aria_labelledby": f"{name}-title {name}-summary",
        "font_family": "system-ui, sans-serif",
    }
    return element("svg", attributes, *heads, *inside)


def _said(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
