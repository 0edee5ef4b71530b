"""What an import has to say, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from measuremart.importers.finding import Finding, Unavailable


def finding_tables(findings: Sequence[Finding], unavailable: Sequence[Unavailable]) -> Iterator[Table]:
    """Yield what the pack does not have as the source has it, then what nothing can be counted for; none if empty."""
    if findings:
        table = _table("Not word for word", "file", "id", "name", "effect", "reason")
        for finding in findings:
            number = str(finding.id) if finding.id else ""
            table.add_row(finding.file, number, finding.what, finding.effect, finding.reason)
        yield table
    if unavailable:
        table = _table("Unavailable: shown so in the report, never counted as zero", "kind", "id", "name", "why")
        for part in unavailable:
            table.add_row(part.kind, str(part.id), part.name, "\n".join(part.reasons))
        yield table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column in ("file", "id", "effect", "kind"), overflow="fold")
    return table
