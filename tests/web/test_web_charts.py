"""Pictures as they should be (golden/), their texts, and the funnel's limits beside the marts'.

`python tests/web/test_web_charts.py` writes the golden pictures anew: look at them before they are committed.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from measuremart.web.charts.peers import Peer, funnel, intervals, limit
from measuremart.web.charts.steps import waterfall
from measuremart.web.charts.trend import MARKS, Limits, Point, sparkline, trend, variation_icon

GOLDEN = Path(__file__).parent / "golden"
KINDS = ("common cause", "common cause", "improvement", "concern", "high", "low", "common cause")
POINTS = [Point(f"2025-{n + 1:02}", 0.35 + n * 0.07, 10 + n, kind) for n, kind in enumerate(KINDS)]
PEERS = [
    Peer("Hospital 1", 40, 0.5, 0.35, 0.65, "within limits", True),
    Peer("Hospital 2", 80, 0.9, 0.8, 0.95, "alarm"),
    Peer("A hospital with a name that is too long for its line", 20, 0.85, 0.6, 0.95, "alert"),
    Peer("Hospital 4", 1, 0.0, 0.0, 0.8, "not assessed"),
]
PICTURES = {
    "trend": trend("trend", "Rate over time", "Seven months.", POINTS, Limits(0.56, 0.2, 0.92), 0.8),
    "run_chart": trend("run", "Rate over time", "Two months.", POINTS[:2], None, None),
    "limits_beyond": trend("beyond", "Rate over time", "One month.", POINTS[:1], Limits(0.35, -0.4, 1.2), None),
    "funnel": funnel("funnel", "Funnel", "Four hospitals.", PEERS, 0.6, 0.0),
    "funnel_wide": funnel("funnel", "Funnel", "Four hospitals.", PEERS, 0.6, 0.01),
    "rates": intervals("rates", "Rates", "Four hospitals.", PEERS, 0.8),
    "attrition": waterfall("steps", "Steps", "Three steps.", [("Everyone", 300), ("Eligible", 88), ("Met", 88)]),
    "nobody": waterfall("steps", "Steps", "Nobody.", [("Everyone", 0), ("Met", 0)]),
    "sparkline": sparkline([("2024", 0.2), ("2025", 0.7)], "Two years."),
    "one_point": sparkline([("2024", 0.2)], "One year."),
    **{f"icon_{kind.replace(' ', '_')}": variation_icon(kind, kind != "low") for kind in MARKS},
    "icon_improvement_by_a_fall": variation_icon("improvement", False),
}


def lines_of(svg: str) -> str:
    return svg.replace("><", ">\n<") + "\n"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_should_be(name: str) -> None:
    assert lines_of(PICTURES[name]) == (GOLDEN / f"{name}.svg").read_text(encoding="utf-8")


def test_there_is_no_golden_picture_of_nothing() -> None:
    assert {path.stem for path in GOLDEN.glob("*.svg")} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_read_out_and_holds_no_style_and_no_script(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    assert root.get("role") == "img"
    said = root.get("aria-label")
    if said is None:
        ids = (root.get("aria-labelledby") or "").split()
        texts = {element.get("id"): element.text for element in root.iter()}
        said = " ".join(texts[identity] or "" for identity in ids)
        assert len(ids) == 2
    assert len(said) > 5
    assert not [e for e in root.iter() if e.tag.endswith(("script", "style", "image")) or "style" in e.attrib]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", PICTURES[name])


@pytest.mark.parametrize("name", PICTURES)
def test_all_that_is_drawn_lies_in_the_picture(name: str) -> None:
    root = ElementTree.fromstring(PICTURES[name])
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for element in root.iter():
        for attribute, most in (
            ("x", width),
            ("cx", width),
            ("x1", width),
            ("x2", width),
            ("y", height),
            ("cy", height),
        ):
            if attribute in element.attrib:
                assert 0 <= float(element.attrib[attribute]) <= most, element.attrib


def test_each_kind_of_variation_has_its_own_shape_and_colour() -> None:
    shapes = {kind: MARKS[kind][:2] for kind in ("common cause", "improvement", "concern", "high")}
    assert len({shape for shape, _ in shapes.values()}) == len({colour for _, colour in shapes.values()}) == 4


def test_limits_stay_between_nobody_and_everyone() -> None:
    assert limit(0.5, 1, 3) == 1
    assert limit(0.5, 1, -3) == 0
    assert limit(0.5, 100, 2) == pytest.approx(0.6)
    assert limit(0.5, 100, -2, 0.0075) == pytest.approx(0.3)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.glob("*.svg"):
        path.unlink()
    for picture, drawn in PICTURES.items():
        (GOLDEN / f"{picture}.svg").write_text(lines_of(drawn), encoding="utf-8")
