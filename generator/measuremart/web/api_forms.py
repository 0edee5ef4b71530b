"""Answers to programs: JSON, CSV or parquet as they ask, with a tag of the build; problems as `problem+json`."""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from measuremart.table_files import csv_line
from measuremart.web.api_rows import Form, plain
from measuremart.web.site import ASK_AGAIN, NO_STORE

CSV, PARQUET, JSON = "text/csv", "application/vnd.apache.parquet", "application/json"
_FORMS: dict[str, Form] = {CSV: "csv", PARQUET: "parquet", JSON: "json"}
# A spreadsheet reads a text that begins so as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]")


def form_of(request: Request, asked: Form | None) -> Form:
    """Return the form that is asked for: by the parameter, else the first of the header that is known, else JSON."""
    if asked is not None:
        return asked
    for part in request.headers.get("accept", "").split(","):
        found = _FORMS.get(part.split(";")[0].strip().lower())
        if found is not None:
            return found
    return "json"


def answer(
    form: Form, columns: Sequence[str], rows: Sequence[dict[str, Any]], around: dict[str, Any], tag: str | None
) -> Response:
    """Return rows in a form; `around` is what JSON says beside them. Without a tag the answer is kept nowhere."""
    headers = {"cache-control": NO_STORE} if tag is None else {"cache-control": ASK_AGAIN, "etag": tag}
    if around.get("next"):
        headers["link"] = f'<{around["next"]}>; rel="next"'
    if form == "csv":
        headers["content-disposition"] = 'attachment; filename="measuremart.csv"'
        return Response(_csv(columns, rows), 200, headers, f"{CSV}; charset=utf-8")
    if form == "parquet":
        headers["content-disposition"] = 'attachment; filename="measuremart.parquet"'
        return Response(_parquet(columns, rows), 200, headers, PARQUET)
    said = around | {"rows": [{name: plain(row[name]) for name in columns} for row in rows]}
    return JSONResponse(said, 200, headers)


def problem(status: int, title: str, **more: Any) -> JSONResponse:
    """Return a problem (RFC 9457)."""
    said = {"type": "about:blank", "title": title, "status": status} | more
    return JSONResponse(said, status, {"cache-control": NO_STORE}, "application/problem+json")


def _csv(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> str:
    lines = [csv_line(columns, [False] * len(columns))]
    for row in rows:
        values, is_text = [], []
        for name in columns:
            value = row[name]
            is_text.append(isinstance(value, str))
            values.append(None if value is None else _cell(value))
        lines.append(csv_line(values, is_text))
    return "".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    said = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    return f"'{said}" if isinstance(value, str) and _FORMULA.match(said) else said


def _parquet(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> bytes:
    arrow: Any = importlib.import_module("pyarrow")
    parquet: Any = importlib.import_module("pyarrow.parquet")
    table = arrow.table({name: [row[name] for row in rows] for name in columns})
    written = io.BytesIO()
    parquet.write_table(table, written)
    return written.getvalue()
