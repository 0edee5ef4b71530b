"""Names of the language from free text: valid, unique, the same whatever the order of the source."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from measuremart.definitions.base import NAME_LENGTH

# In this order: an arrow is no comparison, and `!=` and `<=` hold no `=` of their own.
_WORDS = {
    "-->": " to ",
    "->": " to ",
    "→": " to ",
    "!=": " is not ",
    "<>": " is not ",
    "≠": " is not ",
    "<=": " up to ",
    "=<": " up to ",
    "≤": " up to ",
    ">=": " at least ",
    "=>": " at least ",
    "≥": " at least ",
    "==": " is ",
    "=": " is ",
    "<": " below ",
    ">": " above ",
    "%": " percent ",
    "&": " and ",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be named: its kind (for names that begin with a digit or have no letter), id and text."""

    kind: str
    id: int
    text: str


def name_of(text: str, kind: str) -> str:
    """Return a text as a name, however long: a-z, 0-9 and single underscores, beginning with a letter."""
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    name = "_".join(re.findall(r"[a-z0-9]+", plain))
    return name if name[:1].isalpha() else f"{kind.removeprefix('dash_')}_{name}".rstrip("_")


def names_of(wanted: Iterable[Wanted], taken: Iterable[str]) -> dict[tuple[str, int], str]:
    """Return the name of everything wanted by (kind, id), no name twice and none of `taken`.

    A name that had to be cut, that is taken, or that several of one kind would have ends in `_<id>`. Between kinds the
    first one wanted keeps the plain name. Nothing depends on the order within a kind.
    """
    things = list(wanted)
    reserved = set(taken)
    found: dict[tuple[str, int], str] = {}
    for kind in dict.fromkeys(thing.kind for thing in things):
        mine = sorted((t for t in things if t.kind == kind), key=lambda t: t.id)
        plain = {t.id: name_of(t.text, kind) for t in mine}
        counts = Counter(plain.values())
        for thing in mine:
            name = plain[thing.id]
            if counts[name] == 1 and name not in reserved and len(name) <= NAME_LENGTH:
                found[(kind, thing.id)] = name
        reserved |= set(found.values())
        for thing in mine:
            if (kind, thing.id) not in found:
                name = _with_id(plain[thing.id], thing.id, reserved)
                found[(kind, thing.id)] = name
                reserved.add(name)
    return found


def free_name(name: str, suffix: str, reserved: Mapping[str, object] | set[str]) -> str:
    """Return `name_suffix`, cut to fit, and counted on where that is taken."""
    number = 0
    while True:
        tail = f"_{suffix}" if not number else f"_{suffix}_{number + 1}"
        found = _cut(name, NAME_LENGTH - len(tail)) + tail
        if found not in reserved:
            return found
        number += 1


def _with_id(name: str, number: int, reserved: set[str]) -> str:
    return free_name(name, str(number).replace("-", "minus_"), reserved)


def _cut(name: str, length: int) -> str:
    """Cut a name at the end of a word, unless that leaves less than half of it."""
    if len(name) <= length:
        return name
    whole = name[: length + 1].rsplit("_", 1)[0]
    return whole if len(whole) >= length // 2 else name[:length].rstrip("_")
