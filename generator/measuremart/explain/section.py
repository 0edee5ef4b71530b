"""A heading with sentences, and the few words that all explanations share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from measuremart.catalogue import Catalogue, noun
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Named
from measuremart.short_text import in_brackets
from measuremart.uses import Node


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; a line that is indented belongs to the nearest line above that is indented less."""

    heading: str
    lines: tuple[str, ...]


def called(catalogue: Catalogue, node: Node) -> str:
    """Return what a definition is called: its noun and name, and its title or the beginning of its description."""
    section, name = node
    entry = catalogue.of(section)[name].entry
    text = getattr(entry, "title", None) or getattr(entry, "description", None) or ""
    return f"{noun(section)} {name}{in_brackets(text)}"


def grain_words(grain: Grain) -> str:
    """Return what one key of a grain is."""
    match grain.level:
        case "person":
            return "a person"
        case "episode":
            return "an episode of a person"
        case "key":
            return f"a {grain.name} of a person" if grain.within == "person" else f"a {grain.name} of an episode"
    return f"an event of target {grain.name}"


def relations(about: Named, names: Iterable[str]) -> Section:
    """Return the section that names what is built of a definition."""
    lines = [f"- {name}" for name in names]
    return Section("Becomes", (*lines, f"Its pack is {about.pack}; its SQL is below models/generated/{about.pack}/."))
