"""What moved, as lines of text and as data. Ids stand in it only where they were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from measuremart.catalogue import noun
from measuremart.compare.moves import Move, Moved, Way

_WAYS = 5  # of a change, the most common first


def moved_lines(found: Sequence[Moved]) -> Iterator[str]:
    """Yield what moved, a block for each measure, report and indicator; what did not move is named at the end."""
    still = [one for one in found if not one.moves]
    for one in (one for one in found if one.moves):
        where = f" in report {one.report}" if one.node[0] == "indicators" else ""
        yield f"{one.called}{where}"
        if one.rates is not None:
            yield f"  rate: {rate_said(one.rates[0])} before, {rate_said(one.rates[1])} now"
        for move in one.moves:
            yield f"  {_moved(move)}"
            for way in [w for w in one.ways if w.change == move.change][:_WAYS]:
                yield f"    {_through(way)}"
            for ids in move.examples:
                yield f"    for example {_ids(ids)}"
        # An edited subquery or concept set shows in its events.
        edited = [name for name in one.edited if not one.ways or not name.startswith(("subquery ", "concept set "))]
        if edited:
            yield f"  through the edit of {', '.join(edited)}"
        yield ""
    if still:
        named = [f"{one.called}{f' in report {one.report}' if one.node[0] == 'indicators' else ''}" for one in still]
        yield f"No key moves in: {'; '.join(named)}."
    if not found:
        yield "Nothing that is built differs."


def rate_said(rate: tuple[int, int] | None) -> str:
    """Return a rate as `12 of 40 (30.0%)`."""
    if rate is None:
        return "not there"
    met, eligible = rate
    return f"{met:,} of {eligible:,}" + (f" ({100 * met / eligible:.1f}%)" if eligible else "")


def _moved(move: Move) -> str:
    keys = f"{move.keys:,} key{'' if move.keys == 1 else 's'}"
    of = f"of {move.persons:,} person{'' if move.persons == 1 else 's'}"
    if " -> " in move.change:
        was, now = move.change.replace("_", " ").split(" -> ")
        return f"{was} -> {now}: {keys} {of}" if was != now else f"{was} as before, for another reason: {keys} {of}"
    if move.change == "other dates":
        return f"{keys} {of} {'has' if move.keys == 1 else 'have'} other dates"
    return f"{keys} {of} {move.change}"


def _through(way: Way) -> str:
    events = "an event that counts now" if way.what == "counts now" else "an event that no longer counts"
    concept = "" if way.concept is None else f", concept {way.concept}"
    concept += f" ({way.concept_name})" if way.concept_name else ""
    rule = f" ({way.rule})" if way.rule else ""
    have = "has" if way.keys == 1 else "have"
    return f"through subquery {way.subquery}{rule}{concept}: {way.keys:,} of them {have} {events}"


def _ids(ids: tuple[str | None, ...]) -> str:
    person, episode, resolver = ids
    said = f"person {person}"
    said += f", episode {episode}" if episode is not None else ""
    return said + (f", key {resolver}" if resolver not in (person, episode) else "")


def moved_data(found: Sequence[Moved]) -> list[dict[str, Any]]:
    """Return what moved as plain data."""
    return [
        {
            "kind": noun(one.node[0]),
            "name": one.node[1],
            "report": one.report,
            "rates": None if one.rates is None else {"before": one.rates[0], "after": one.rates[1]},
            "moves": [asdict(move) for move in one.moves],
            "through": [asdict(way) for way in one.ways],
            "edited": list(one.edited),
        }
        for one in found
    ]
