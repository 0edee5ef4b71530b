"""Members as examples write them: keys of a grain, each with a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeAlias

from measuremart.definitions import example as language
from measuremart.definitions.base import Part
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Typed
from measuremart.problems import Position

# person, episode, resolver, date
ExpectedRow: TypeAlias = tuple[int, int | None, int, dt.date | None]
Key: TypeAlias = tuple[int, int | None, int]
Report: TypeAlias = Callable[[Position, str], None]
Path: TypeAlias = tuple[str | int, ...]


def key_of(
    report: Report, entry: Part, path: Path, member: language.ExpectedMember | language.ExpectedResult, grain: Grain
) -> Key | None:
    """Return the key that is written at `path`; None where it does not fit the grain, which is reported."""
    resolver = member.resolver
    fault: tuple[Path, str] | None = None
    if grain.within == "person" and member.episode is not None:
        fault = ("episode",), f"grain {grain} has no episode: leave 'episode' out"
    elif grain.level == "episode" and member.episode is None:
        fault = (), f"'episode' is required at grain {grain}"
    elif grain.level in ("person", "episode"):
        own = member.person if grain.level == "person" else member.episode
        if resolver not in (None, own):
            fault = ("resolver",), f"at grain {grain} the resolver is the {grain.level}: leave it out"
        resolver = own
    elif resolver is None:
        what = f"the {grain.name}" if grain.level == "key" else f"the event of {grain.name}"
        fault = (), f"'resolver' is required at grain {grain}: {what}"
    if fault is not None:
        report(entry.place(*path, *fault[0]), fault[1])
        return None
    return (member.person, member.episode, resolver or 0)


def member_rows(
    report: Report, entry: Part, key: str, members: tuple[language.ExpectedMember, ...], types: Typed
) -> tuple[ExpectedRow, ...]:
    """Return the members that stand under `key`, sorted; what does not fit `types` is reported and left out."""
    rows: list[ExpectedRow] = []
    for number, member in enumerate(members):
        found = key_of(report, entry, (key, number), member, types.grain)
        if found is None:
            continue
        row = (*found, member.date)
        if types.timeless and member.date is not None:
            report(entry.place(key, number, "date"), "this is timeless: leave 'date' out")
        elif row in rows:
            report(entry.place(key, number), f"this member appears twice in '{key}'")
        else:
            rows.append(row)
    return tuple(sorted(rows, key=str))
