"""SQL text for values. Everything an author wrote is data here: it can end neither a literal nor dbt's Jinja."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from measuremart.plan.nodes import Offset

# Letters of any script, digits, and punctuation that no engine and no template reads as anything else.
_PLAIN = re.compile(r"[^\W]|[ .,:;()/+*=<>&!?@$^~|\[\]\"_-]", re.UNICODE)
_FOLD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def text(value: str) -> str:
    """Return a SQL expression for a text, the same on every engine.

    Characters that an engine or Jinja could read as more than themselves (quotes, backslashes, braces, percent and
    hash signs, control characters below 128) are written as `chr(n)`; Spark reads backslashes in literals, and
    `''` as nothing, so neither is used.
    """
    pieces: list[str] = []
    run = ""
    for character in value:
        if _PLAIN.match(character) or ord(character) > 159:
            run += character
            continue
        if run:
            pieces.append(f"'{run}'")
            run = ""
        pieces.append(f"chr({ord(character)})")
    if run or not pieces:
        pieces.append(f"'{run}'")
    return pieces[0] if len(pieces) == 1 else f"({' || '.join(pieces)})"


def folded(value: str) -> str:
    """Return the text with A-Z, and nothing else, in lower case (semantics.md section 3)."""
    return value.translate(_FOLD)


def number(value: Decimal) -> str:
    """Return a plain decimal literal, never in exponent form."""
    return format(value, "f")


def day(value: dt.date) -> str:
    """Return a date literal."""
    return f"date '{value.isoformat()}'"


def integers(values: Iterable[int]) -> str:
    """Return a comma-separated list."""
    return ", ".join(str(v) for v in values)


def shifted(date: str, offset: Offset, sign: int = 1) -> str:
    """Return a date expression moved by an offset, through the project's macro (semantics.md 4.1)."""
    if offset.months == 0 and offset.days == 0:
        return date
    return f"{{{{ add_interval('{date}', {sign * offset.months}, {sign * offset.days}) }}}}"


def relation(name: str) -> str:
    """Return the dbt reference to a model or seed, or to `source.table`."""
    if "." in name:
        source, table = name.split(".", 1)
        return f"{{{{ source('{source}', '{table}') }}}}"
    return f"{{{{ ref('{name}') }}}}"
