"""How many are left at each step, as a waterfall: what stays is filled, what leaves at a step is hatched."""

from __future__ import annotations

from collections.abc import Sequence

from measuremart.web.charts.svg import BLUE, INK, Scale, element, label, picture

_WIDTH, _LEFT, _ROW = 760, 190, 34


def waterfall(name: str, title: str, summary: str, steps: Sequence[tuple[str, int]]) -> str:
    """Return the waterfall of (what the step is called, how many reach it)."""
    right, top = _WIDTH - 150, 10
    across = Scale(0, max([n for _, n in steps], default=1) or 1, _LEFT, right)
    hatch = element(
        "pattern",
        {"id": f"{name}-hatch", "width": 6, "height": 6, "patternUnits": "userSpaceOnUse"},
        element("path", {"d": "M0,6 L6,0", "stroke": INK, "stroke_width": 1}),
    )
    drawn = [element("defs", {}, hatch)]
    before: int | None = None
    for number, (said, count) in enumerate(steps):
        y = top + _ROW * number
        end = across.at(count)
        drawn.append(label(said, _LEFT - 8, y + 17, text_anchor="end"))
        drawn.append(element("rect", {"x": _LEFT, "y": y, "width": end - _LEFT, "height": 24, "fill": BLUE}))
        text = f"{count:,}"
        if before is not None and before > count:
            lost = {"x": end, "y": y, "width": across.at(before) - end, "height": 24, "stroke": INK}
            drawn.append(element("rect", {**lost, "fill": f"url(#{name}-hatch)"}))
            text = f"{count:,} (−{before - count:,})"
        drawn.append(label(text, across.at(max(count, before or 0)) + 8, y + 17))
        before = count
    return picture(name, (_WIDTH, top + _ROW * max(len(steps), 1) + 6), title, summary, *drawn)
