"""An explanation as text for a terminal, as markdown, as data for JSON, or as a page of HTML on its own."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Sequence
from typing import Any

from measuremart.explain.explanation import Explanation
from measuremart.short_text import steps

_MARKED = re.compile(r"([\\`*{}\[\]<>#|])")


def as_text(explanation: Explanation, width: int) -> str:
    """Return an explanation as text, wrapped to a width, each line below its own indentation."""
    width = max(width, 40)
    found = [*textwrap.wrap(explanation.title, width), *textwrap.wrap(_kind(explanation), width)]
    for section in explanation.sections:
        found += ["", section.heading]
        for line in section.lines:
            said = line.lstrip()
            margin = " " * (len(line) - len(said) + 2)
            hanging = f"{margin}  " if said.startswith("- ") else margin
            found += textwrap.wrap(f"{margin}{said}", width, subsequent_indent=hanging, break_on_hyphens=False) or [""]
    return "\n".join(found) + "\n"


def as_markdown(explanation: Explanation) -> str:
    """Return an explanation as markdown: a heading, and a list below each section's heading."""
    found = [f"# {_escaped(explanation.title)}", "", _escaped(_kind(explanation))]
    for section in explanation.sections:
        found += ["", f"## {_escaped(section.heading)}", ""]
        for depth, line in steps(section.lines):
            found.append(f"{'  ' * depth}- {_escaped(line)}")
    return "\n".join(found) + "\n"


def as_data(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data: a section has lines, a line its text and its depth, from 0."""
    return {
        "kind": explanation.kind,
        "name": explanation.name,
        "pack": explanation.pack,
        "title": explanation.title,
        "place": explanation.place,
        "sections": [
            {"heading": s.heading, "lines": [{"depth": depth, "text": line} for depth, line in steps(s.lines)]}
            for s in explanation.sections
        ],
    }


def as_page(explanations: Sequence[Explanation]) -> str:
    """Return explanations as one page of HTML, without scripts and without links to anything outside."""
    title = html.escape(" / ".join(e.title for e in explanations))
    body = "\n".join(_article(explanation) for explanation in explanations)
    return _PAGE.format(title=title, body=body)


def _article(explanation: Explanation) -> str:
    parts = [f"<h1>{html.escape(explanation.title)}</h1>", f'<p class="kind">{html.escape(_kind(explanation))}</p>']
    for section in explanation.sections:
        parts += [f"<h2>{html.escape(section.heading)}</h2>", _list(list(steps(section.lines)))]
    return "<article>\n" + "\n".join(parts) + "\n</article>"


def _list(found_steps: Sequence[tuple[int, str]]) -> str:
    """Return lines as lists within lists."""
    found, depth = ["<ul>"], 0
    for number, (own, line) in enumerate(found_steps):
        found += ["<ul>"] * (own - depth) + ["</ul></li>"] * (depth - own)
        depth = own
        deeper = number + 1 < len(found_steps) and found_steps[number + 1][0] > own
        found.append(f"<li>{html.escape(line)}{'' if deeper else '</li>'}")
    return "\n".join([*found, *(["</ul></li>"] * depth), "</ul>"])


def _kind(explanation: Explanation) -> str:
    kind = f"{explanation.kind[0].upper()}{explanation.kind[1:]}"
    return f"{kind} {explanation.name} of pack {explanation.pack}: {explanation.place}"


def _escaped(text: str) -> str:
    return _MARKED.sub(r"\\\1", text)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; margin-bottom: 0; }}
h2 {{ font-size: 1.1rem; margin: 1.2rem 0 0.2rem; }}
ul {{ margin: 0; padding-left: 1.2rem; }}
.kind {{ color: #555; margin-top: 0; }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
