"""What is made of what, as a graph: mermaid for markdown, DOT for Graphviz, SVG for a page."""

from __future__ import annotations

import html
from collections.abc import Sequence

from measuremart.catalogue import noun
from measuremart.uses import Node, Uses

_COLOURS = {
    "populations": "#eceff1",
    "extensions": "#eceff1",
    "targets": "#d7ebec",
    "concept_sets": "#eef0d5",
    "subqueries": "#e3f0e3",
    "measures": "#e1e8f5",
    "cohorts": "#f3e5f5",
    "indicators": "#fdebd0",
    "reports": "#fbd9d3",
    "audiences": "#fff3c4",
}
_WIDTH, _HEIGHT, _ACROSS, _DOWN = 250, 26, 310, 38


def nodes_around(uses: Uses, node: Node) -> list[Node]:
    """Return a definition, all that it is made of and all that is made of it.

    Populations, their extensions and targets are left out.
    """
    found = [node, *uses.all_below(node), *uses.all_above(node)]
    return [n for n in dict.fromkeys(found) if n == node or n[0] not in ("populations", "extensions", "targets")]


def edges_of(uses: Uses, nodes: Sequence[Node]) -> list[tuple[Node, Node]]:
    """Return the pairs (part, whole) among some definitions, sorted."""
    known = set(nodes)
    return sorted((part, whole) for whole in nodes for part in uses.below.get(whole, ()) if part in known)


def as_mermaid(uses: Uses, nodes: Sequence[Node]) -> str:
    """Return a flowchart that GitHub and other readers of markdown draw."""
    ids = {node: f"n{number}" for number, node in enumerate(sorted(nodes))}
    lines = ["flowchart LR", *(f'  {ids[node]}["{_label(node)}"]' for node in sorted(nodes))]
    lines += [f"  {ids[part]} --> {ids[whole]}" for part, whole in edges_of(uses, nodes)]
    return "\n".join(lines) + "\n"


def as_dot(uses: Uses, nodes: Sequence[Node]) -> str:
    """Return a graph that Graphviz draws."""
    lines = ["digraph definitions {", "  rankdir=LR;", '  node [shape=box, style=filled, fontname="sans-serif"];']
    lines += [f'  "{_label(node)}" [fillcolor="{_COLOURS[node[0]]}"];' for node in sorted(nodes)]
    lines += [f'  "{_label(part)}" -> "{_label(whole)}";' for part, whole in edges_of(uses, nodes)]
    return "\n".join([*lines, "}"]) + "\n"


def as_svg(uses: Uses, nodes: Sequence[Node]) -> str:
    """Return a picture: a column for each step from the parts to the whole, the parts on the left."""
    edges = edges_of(uses, nodes)
    places = _places(nodes, edges)
    width = _ACROSS * (max((x for x, _ in places.values()), default=0)) + _WIDTH + 20
    height = _DOWN * (max((y for _, y in places.values()), default=0) + 1) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{len(nodes)} definitions, and what each is made of</title>",
    ]
    for part, whole in edges:
        (x1, y1), (x2, y2) = places[part], places[whole]
        left, right = 10 + x1 * _ACROSS + _WIDTH, 10 + x2 * _ACROSS
        top, bottom = 10 + y1 * _DOWN + _HEIGHT // 2, 10 + y2 * _DOWN + _HEIGHT // 2
        middle = (left + right) // 2
        parts.append(
            f'<path d="M{left} {top} C{middle} {top} {middle} {bottom} {right} {bottom}" fill="none" stroke="#90a4ae"/>'
        )
    for node, (x, y) in sorted(places.items()):
        left, top = 10 + x * _ACROSS, 10 + y * _DOWN
        parts.append(
            f'<g><rect x="{left}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="{_COLOURS[node[0]]}" '
            f'stroke="#607d8b"/><text x="{left + 8}" y="{top + 17}">{html.escape(node[1])}</text>'
            f"<title>{html.escape(_label(node))}</title></g>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> dict[Node, tuple[int, int]]:
    """Return column and row of each node: one column right of its last part, near the middle of its parts."""
    below: dict[Node, list[Node]] = {node: [] for node in nodes}
    for part, whole in edges:
        below[whole].append(part)
    columns: dict[Node, int] = {}

    def column(node: Node) -> int:
        if node not in columns:
            columns[node] = max((column(part) + 1 for part in below[node]), default=0)
        return columns[node]

    for node in nodes:
        column(node)
    places: dict[Node, tuple[int, int]] = {}
    for x in range(max(columns.values(), default=0) + 1):
        inside = [node for node in nodes if columns[node] == x]
        middles = {n: sum(places[p][1] for p in below[n]) / len(below[n]) if below[n] else 0.0 for n in inside}
        for y, node in enumerate(sorted(inside, key=lambda n: (middles[n], n))):
            places[node] = (x, y)
    return places


def _label(node: Node) -> str:
    return f"{noun(node[0])} {node[1]}"
