"""A heading with sentences, and the few words that all explanations share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from measuremart.catalogue import Catalogue, noun
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Named, Plan
from measuremart.uses import Node

_SHORT = 200


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


def measure_called(plan: Plan, name: str) -> str:
    """Return a measure's name with the beginning of its description."""
    return f"{name}{in_brackets(plan.measures[name].about.description)}" if name in plan.measures else name


def in_brackets(text: str) -> str:
    """Return the first sentence of a text in brackets, with a space before; nothing where there is no text."""
    sentence = first_sentence(text)
    return f" ({sentence})" if sentence else ""


def first_sentence(text: str) -> str:
    """Return the first sentence of a text without its point, cut at a word where it is long."""
    sentence = " ".join(text.split()).split(". ")[0].removesuffix(".")
    if len(sentence) <= _SHORT:
        return sentence
    return f"{sentence[:_SHORT].rsplit(' ', 1)[0]} ..."


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


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
