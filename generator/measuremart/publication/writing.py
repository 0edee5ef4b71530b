"""A publication written, or retracted, in one transaction, through dbt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from measuremart import __version__
from measuremart.publication.figures import Figure
from measuremart.publication.reading import Candidates
from measuremart.warehouse.dbt import WarehouseError, operation
from measuremart.warehouse.marts import Marts

# A variable of the environment holds less than 128 KiB, all of them together 1 MiB or more.
_PART, _PARTS = 100_000, 8
LONGEST_NAME = 200


def approver_fault(name: str) -> str | None:
    """Return what is wrong with the name of who approves, None if nothing is."""
    if not name.strip():
        return "nobody approves it: say --approver with a name"
    if len(name) > LONGEST_NAME or not name.isprintable():
        return f"the name of the approver is one line of at most {LONGEST_NAME} characters"
    return None


def write_publication(
    marts: Marts, audience: str, report: str, approver: str, candidates: Candidates, figures: Sequence[Figure]
) -> int:
    """Write a publication whole or not at all; return its number. Raises `WarehouseError`.

    It is refused where anything was published or built since the candidates were read.
    """
    words = [word for pair in zip(candidates.figures, figures, strict=True) for word in _decisions(*pair)]
    parts = _parts(words)
    if len(parts) > _PARTS:
        raise WarehouseError(
            "more figures have to be hidden than can be said: give the audience fewer levels or strata"
        )
    arguments = {
        "audience": audience,
        "report": report,
        "approver": approver,
        "published_at": _now(),
        "version": __version__,
        "seen": candidates.seen,
        "parts": len(parts),
    }
    told = {f"MEASUREMART_HIDDEN_{number}": part for number, part in enumerate(parts)}
    return _number(marts, "publish_figures", arguments, told)


def write_retraction(marts: Marts, audience: str, report: str, publication: int, by: str) -> None:
    """Take the figures of a publication away, and keep who did it. Raises `WarehouseError`."""
    arguments = {
        "audience": audience,
        "report": report,
        "publication_id": publication,
        "retracted_by": by,
        "retracted_at": _now(),
    }
    _number(marts, "retract_publication", arguments, {})


def _number(marts: Marts, macro: str, arguments: dict[str, object], told: dict[str, str]) -> int:
    number = None
    for line in operation(marts.project, macro, arguments, marts.dbt_options(), told):
        if isinstance(line, dict) and "refused" in line:
            raise WarehouseError(str(line["refused"]))
        if isinstance(line, dict) and "publication_id" in line:
            number = int(line["publication_id"])
    if number is None:
        raise WarehouseError("dbt ended before the publication was written: nothing was changed")
    return number


def _decisions(before: Figure, after: Figure) -> list[str]:
    """Return what is hidden of a figure beyond what its candidate hides, as the macro reads it."""
    found = []
    if before.eligible_reason is None and after.eligible_reason is not None:
        found.append(f"e{before.number}")
    elif before.met_reason is None and after.met_reason is not None:
        found.append(f"m{before.number}")
    if before.eligible_reason == "small" and after.eligible_reason == "complementary":
        found.append(f"s{before.number}")
    if before.met_reason == "small" and after.met_reason == "complementary":
        found.append(f"t{before.number}")
    return found


def _parts(words: Sequence[str]) -> list[str]:
    parts: list[list[str]] = []
    room = 0
    for word in words:
        if room < len(word) + 1:
            parts.append([])
            room = _PART
        parts[-1].append(word)
        room -= len(word) + 1
    return [",".join(part) for part in parts]


def _now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
