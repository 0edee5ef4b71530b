"""The definitions of a project as a site of pages: one a definition, an index a pack, a graph a pack, the changes.

Every link is relative: the folder can be opened from a disk, copied, or put on any server. There are no scripts.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from measuremart.catalogue import noun
from measuremart.definitions.file import Defined
from measuremart.explain.difference import HEADINGS, Difference
from measuremart.explain.explanation import EXPLAINED, Explanation, explain
from measuremart.explain.graph import as_svg, nodes_around
from measuremart.explain.site_examples import example_parts
from measuremart.explain.site_html import STYLE, Crumb, link, page, table
from measuremart.pipeline import Read
from measuremart.plan.states import state_of
from measuremart.short_text import first_sentence, steps
from measuremart.uses import Node, Uses, uses_of

_NOUNS = {noun(section): section for section in EXPLAINED}
_NAMED = re.compile(rf"\b({'|'.join(_NOUNS)}) ([a-z][a-z0-9_]*)\b")
_TITLED = re.compile(r"\(([a-z][a-z0-9_]*)\)$")
_FIRST = re.compile(r"^([a-z][a-z0-9_]*)\b")
# In an index, from what is asked to what it is made of.
_ORDER = ("reports", "indicators", "cohorts", "measures", "subqueries", "concept_sets")
_MOST_DRAWN = 60  # definitions in one picture; of more, nothing can be read


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from an earlier version of the definitions; `since` is its git reference."""

    since: str
    found: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class _Site:
    read: Read
    uses: Uses
    changes: Changes | None

    def path(self, node: Node) -> str | None:
        """Return the page of a definition, None where it has none."""
        section, name = node
        defined = self.read.catalogue.of(section).get(name) if section in EXPLAINED else None
        return f"{section}/{name}.html" if defined is not None and defined.entry is not None else None

    def packs(self) -> list[str]:
        """Return the packs that have something to explain."""
        return sorted({d.pack for d in self.read.catalogue.everything() if self.path((d.section, d.name))})

    def of_pack(self, pack: str, section: str) -> list[Defined]:
        """Return the definitions of a pack that have a page."""
        found = self.read.catalogue.of(section).values()
        return sorted((d for d in found if d.pack == pack and d.entry is not None), key=lambda d: d.name)

    def title(self, pack: str) -> str:
        """Return the title of a pack, its name where it has none."""
        about = self.read.catalogue.about.get(pack)
        return " ".join(about.title.split()) if about is not None else pack


def site_files(read: Read, changes: Changes | None = None) -> dict[str, str]:
    """Return the pages of a project's definitions by path, the style sheet among them."""
    site = _Site(read, uses_of(read.catalogue), changes)
    files = {"style.css": STYLE, "index.html": _index(site), "changes.html": _changes(site)}
    for pack in site.packs():
        files[f"packs/{pack}.html"] = _pack(site, pack)
        files[f"packs/{pack}_graph.html"] = _pack_graph(site, pack)
        for section in EXPLAINED:
            for defined in site.of_pack(pack, section):
                files[f"{section}/{defined.name}.html"] = _definition(site, defined)
    return files


def _index(site: _Site) -> str:
    rows = []
    for pack in site.packs():
        counts = [str(len(site.of_pack(pack, section))) for section in _ORDER]
        rows.append([link(f"packs/{pack}.html", site.title(pack)), *counts])
    headings = ["Pack", *(section.replace("_", " ").capitalize() for section in _ORDER)]
    body = [
        "<h1>Definitions</h1>",
        "<p>What each report asks, who is due, what counts as done, and by when: in sentences, made from the "
        "definitions.</p>",
        table("The packs, and how many definitions each has", headings, rows),
        "<h2>Reports</h2>",
        _list_of(site, "reports"),
        "<h2>Changes</h2>",
        f"<p>{link('changes.html', 'What means something else')} than "
        f"{f'at {html.escape(site.changes.since)}' if site.changes else 'before'}.</p>",
    ]
    return page("index.html", "Definitions", [], "\n".join(body))


def _list_of(site: _Site, section: str) -> str:
    found = [d for pack in site.packs() for d in site.of_pack(pack, section)]
    items = "".join(f"<li>{link(f'{section}/{d.name}.html', _title(d))}</li>" for d in found)
    return f"<ul>{items}</ul>" if items else "<p>There are none.</p>"


def _pack(site: _Site, pack: str) -> str:
    here = f"packs/{pack}.html"
    about = site.read.catalogue.about.get(pack)
    body = [f"<h1>{html.escape(site.title(pack))}</h1>"]
    if about is not None and about.description:
        body.append(f"<p>{html.escape(' '.join(about.description.split()))}</p>")
    sections = [section for section in _ORDER if site.of_pack(pack, section)]
    jumps = [f'<li><a href="#{section}">{_called(section)}</a></li>' for section in sections]
    jumps.append(f"<li>{link(f'{pack}_graph.html', 'What is made of what')}</li>")
    body.append(f'<nav aria-label="On this page"><ul>{"".join(jumps)}</ul></nav>')
    for section in sections:
        rows = []
        for defined in site.of_pack(pack, section):
            state = state_of(site.read.plan, section, defined.name)
            said = first_sentence(defined.entry.description or "")
            named = link(f"../{section}/{defined.name}.html", defined.name)
            rows.append([named, html.escape(_title(defined, said)), html.escape(state or "complete")])
        caption = f"{_called(section)} of {site.title(pack)}"
        body += [f'<h2 id="{section}">{_called(section)}</h2>', table(caption, ["Name", "Meaning", "State"], rows)]
    return page(here, site.title(pack), [Crumb("index.html", "Definitions")], "\n".join(body))


def _pack_graph(site: _Site, pack: str) -> str:
    here = f"packs/{pack}_graph.html"
    body = [f"<h1>{html.escape(site.title(pack))}: what is made of what</h1>"]
    body.append(
        "<p>The parts are on the left, what is made of them on the right. Each page lists the same in words.</p>"
    )
    asked = [(s, d.name) for s in ("reports", "indicators", "cohorts") for d in site.of_pack(pack, s)]
    tops = asked or [(s, d.name) for s in _ORDER for d in site.of_pack(pack, s)]
    if any(section == "reports" for section, _ in asked):
        tops = [node for node in asked if node[0] != "reports"]
    for node in tops:
        path = site.path(node)
        title = f"{noun(node[0]).capitalize()} {node[1]}"
        below = [node, *site.uses.all_below(node)]
        drawn = [n for n in below if n[0] not in ("populations", "targets")]
        body.append(f"<h2>{link(posixpath.relpath(path, 'packs'), title) if path else html.escape(title)}</h2>")
        body.append(_figure(site, drawn, f"What {noun(node[0])} {node[1]} is made of"))
    crumbs = [Crumb("index.html", "Definitions"), Crumb(f"packs/{pack}.html", site.title(pack))]
    return page(here, f"{site.title(pack)}: graph", crumbs, "\n".join(body))


def _definition(site: _Site, defined: Defined) -> str:
    node = (defined.section, defined.name)
    here = f"{defined.section}/{defined.name}.html"
    (said,) = explain(site.read, defined.name, defined.section)
    body = [f"<h1>{html.escape(said.title)}</h1>", f'<p class="kind">{html.escape(_kind(said))}</p>']
    for section in said.sections:
        lines = _lines(site, here, section.heading, section.lines)
        body.append(f"<section><h2>{html.escape(section.heading)}</h2>\n{lines}</section>")
    body += example_parts(defined)
    body += _changed(site, node)
    around = nodes_around(site.uses, node)
    body.append("<section><h2>Made of, and used by, as a picture</h2>")
    if len(around) <= _MOST_DRAWN:
        body.append(_figure(site, around, f"What {noun(node[0])} {node[1]} is made of, and what is made of it"))
    else:
        graph = link(f"../packs/{defined.pack}_graph.html", "in parts")
        body.append(f"<p>{len(around)} definitions are too many for one picture: see them {graph}.</p>")
    body.append("</section>")
    crumbs = [Crumb("index.html", "Definitions"), Crumb(f"packs/{defined.pack}.html", site.title(defined.pack))]
    return page(here, f"{said.title} ({said.kind})", crumbs, "\n".join(body))


def _lines(site: _Site, here: str, heading: str, lines: Sequence[str]) -> str:
    """Return the lines of a section as lists within lists, each name of a definition a link to its page."""
    found, depth = ["<ul>"], 0
    all_steps = list(steps(lines))
    for number, (own, line) in enumerate(all_steps):
        found += ["<ul>"] * (own - depth) + ["</ul></li>"] * (depth - own)
        depth = own
        deeper = number + 1 < len(all_steps) and all_steps[number + 1][0] > own
        found.append(f"<li>{_linked(site, here, heading, line)}{'' if deeper else '</li>'}")
    return "\n".join([*found, *(["</ul></li>"] * depth), "</ul>"])


def _linked(site: _Site, here: str, heading: str, line: str) -> str:
    """Return a line as HTML with its links."""
    spots: list[tuple[int, int, Node]] = []
    for found in _NAMED.finditer(line):
        spots.append((found.start(2), found.end(2), (_NOUNS[found[1]], found[2])))
    for heads, words, section in (
        (("Concept sets",), _FIRST, "concept_sets"),
        (("In reports",), _FIRST, "reports"),
        (("What it asks", "Not available"), _TITLED, "indicators"),
    ):
        other = words.search(line) if heading in heads else None
        if other is not None and not any(start <= other.start(1) < end for start, end, _ in spots):
            spots.append((other.start(1), other.end(1), (section, other[1])))
    text, end = "", 0
    for start, stop, node in sorted(spots):
        path = site.path(node)
        if path is None or path == here:
            continue
        address = posixpath.relpath(path, posixpath.dirname(here))
        text += html.escape(line[end:start]) + link(address, line[start:stop])
        end = stop
    return text + html.escape(line[end:])


def _figure(site: _Site, nodes: Sequence[Node], caption: str) -> str:
    drawing = as_svg(site.uses, nodes)
    name = html.escape(caption)
    return (
        f'<figure><div class="wide" role="region" aria-label="{name}" tabindex="0">\n{drawing}</div>'
        f"<figcaption>{name}</figcaption></figure>"
    )


def _changed(site: _Site, node: Node) -> list[str]:
    if site.changes is None:
        return []
    own = [d for d in site.changes.found if d.node == node]
    since = html.escape(site.changes.since)
    if not own:
        return [f"<section><h2>Changes</h2><p>It means what it meant at {since}.</p></section>"]
    parts = [f"<section><h2>Changes since {since}</h2>"]
    for difference in own:
        parts.append(f"<p>{HEADINGS[difference.change]}.</p>")
        parts.append(_difference_lines(difference))
    return [*parts, "</section>"]


def _difference_lines(difference: Difference) -> str:
    lines = list(difference.lines)
    if difference.before:
        lines.insert(0, f"Its name was {difference.before}.")
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    return f'<ul class="changes">{items}</ul>' if items else ""


def _changes(site: _Site) -> str:
    body = ["<h1>Changes of meaning</h1>"]
    if site.changes is None:
        body.append("<p>No earlier version was compared: name one with <code>measuremart docs --since</code>.</p>")
    else:
        body.append(
            f"<p>Compared with {html.escape(site.changes.since)}. A minus marks what went, a plus what came.</p>"
        )
        if not site.changes.found:
            body.append("<p>No definition has another meaning.</p>")
        change = None
        for difference in site.changes.found:
            if difference.change != change:
                change = difference.change
                body.append(f"<h2>{HEADINGS[change]}</h2>")
            path = site.path(difference.node)
            called = link(path, difference.called) if path else html.escape(difference.called)
            body += [f"<h3>{called}</h3>", _difference_lines(difference)]
    return page("changes.html", "Changes of meaning", [Crumb("index.html", "Definitions")], "\n".join(body))


def _kind(said: Explanation) -> str:
    return f"{said.kind.capitalize()} {said.name}, {said.place}"


def _title(defined: Defined, otherwise: str = "") -> str:
    title = getattr(defined.entry, "title", None)
    return " ".join(title.split()) if title else otherwise or defined.name


def _called(section: str) -> str:
    return section.replace("_", " ").capitalize()
