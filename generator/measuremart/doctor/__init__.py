"""What `measuremart doctor` says: a check for each thing that a build needs, with a remedy where it is not well.

`error` is what stops a build; `warning` is what a build passes over, and a report may be empty for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from measuremart.doctor.tables import Table, other_names, tables_of
from measuremart.warehouse.doctor import Looked, Stop

_NAMED = 5  # what is named in a line; of more, the number is said
_OWN_DATA = "docs/how-to/use-your-own-omop-data.md"
_ATHENA = "load concept, concept_ancestor, concept_relationship and vocabulary, as athena.ohdsi.org gives them"
_VARIABLES = "in vars of dbt_project.yml"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `status` is ok, warning or error; a remedy wherever it is not ok."""

    name: str
    status: str
    finding: str
    remedy: str = ""


def checks_of(looked: Looked) -> Iterator[Check]:
    """Yield a check for each thing that was looked at through dbt, in the order in which a build needs them."""
    for connection in looked.of("connection"):
        engine = f"{connection['engine']} {connection['version'] or ''}".strip()
        yield Check("connection", "ok", f"dbt reaches the database: {engine}")
    yield from (_stopped(stop) for stop in looked.stops if stop.table is None)
    for rights in looked.of("rights"):
        for lacking in rights["lacking"]:
            yield Check("rights", "error", *_split(lacking))
        if not rights["lacking"]:
            yield Check("rights", "ok", "a build may create and write its schemas")
    for names in [found["names"] for found in looked.of("old relations")][:1]:
        if names:
            text = f"no model makes these any more, and a build leaves them as they are: {_listed(names)}"
            yield Check(
                "old relations", "warning", text, "drop them: their rows may be of patients, also of opted-out ones"
            )
    for settings in looked.of("settings"):
        yield from _source_checks(settings, looked)


def _source_checks(settings: Mapping[str, Any], looked: Looked) -> Iterator[Check]:
    tables, place = tables_of(looked), settings["place"]
    if settings["source"] == "demo":
        yield Check("source", "ok", f"the demo patients are read; set omop_source {_VARIABLES} to read your own")
        return
    yield from _presence_checks(settings, tables)
    yield from (_stopped(stop) for stop in looked.stops if stop.table is not None)
    if looked.unseen:
        yield Check("source", "warning", f"not looked at: {_listed(looked.unseen)}", "correct the tables above first")
    if any(table.is_there for table in tables):
        yield from _column_checks(settings, tables)
        yield from _listed_checks(settings, tables)
        yield from _cell_checks(tables)
        yield from _content_checks(settings, {table.name: table for table in tables}, place)


def _presence_checks(settings: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Check]:
    place = settings["place"]
    there = [table for table in tables if table.is_there]
    missing = [table.name for table in tables if table.is_missing]
    if tables and not there and missing:
        remedy = f"correct omop_files {_VARIABLES}: an absolute path to a folder with a file for each table"
        yield Check("source", "error", f"{place} has no file of an OMOP table", remedy)
        return
    problems: dict[str, list[str]] = {}
    for table in tables:
        if table.problem:
            finding, remedy = _split(table.problem)
            problems.setdefault(remedy, []).append(finding)
    for remedy, findings in problems.items():
        more = f", and so for {len(findings) - 1} more" if len(set(findings)) > 1 else ""
        yield Check("source", "error", findings[0] + more, remedy)
    if "person" in missing:
        yield Check(
            "source",
            "error",
            f"{place} has no table person",
            "correct the place of the tables: nothing works without it",
        )
    optional = [name for name in missing if name != "person"]
    if optional and not other_names(settings, tables):
        remedy = f"correct the place or the names; where the source has none, paste the lines below {_VARIABLES}"
        yield Check(
            "tables", "error", f"{len(optional)} that a build reads are not in {place}: {_listed(optional)}", remedy
        )
    elif not problems and not missing and tables:
        yield Check("tables", "ok", f"all {sum(table.is_read for table in tables)} that a build reads are in {place}")


def _column_checks(settings: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Check]:
    named = other_names(settings, tables)
    for setting, findings in named.items():
        more = f", and so for {len(findings) - 1} more" if len(findings) > 1 else ""
        yield Check("columns", "error", findings[0] + more, f"set {setting} {_VARIABLES}, then ask the doctor again")
    others = [table.name for table in tables if table.is_another]
    if others and not named:
        remedy = f"load it again, or paste the lines below {_VARIABLES}: nothing is read of it"
        yield Check("tables", "error", f"with none of the columns that a build reads: {_listed(others)}", remedy)
    missing = [(table.name, one["column"]) for table in tables if not table.is_another for one in table.missing]
    needed = [f"{table}.{column}" for table, column in missing if column == "person_id"]
    optional = [f"{table}.{column}" for table, column in missing if column != "person_id"]
    if needed:
        yield Check("columns", "error", f"not in the source: {_listed(needed)}", "add the column under that name")
    if optional and not named:
        remedy = f"correct the names; where the source has none, paste the lines below {_VARIABLES}"
        finding = f"{len(optional)} that a build reads are not in the source: {_listed(optional)}"
        yield Check("columns", "error", finding, remedy)
    if not (missing or named or others):
        yield Check("columns", "ok", "all that a build reads are there")


def _listed_checks(settings: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Check]:
    """Yield what is left out although the source has it: a build would count less without a word."""
    listed = [table.name for table in tables if table.is_there and table.is_listed_absent]
    remedy = f"remove it from {{}} {_VARIABLES}, as in the lines below"
    if listed:
        finding = f"listed as absent, but there: {_listed(listed)}; nothing is read of it"
        yield Check("tables", "warning", finding, remedy.format("absent_tables"))
    columns = [entry for table in tables for entry in table.listed_but_there]
    if columns:
        finding = f"listed as absent, but there: {_listed(columns)}; nothing is read of it"
        yield Check("columns", "warning", finding, remedy.format("absent_columns"))
    newer = [table.name for table in tables if table.is_there and not table.is_read and not table.is_listed_absent]
    if newer:
        finding = f"there, but not read, since cdm_version is {settings['cdm_version']}: {_listed(newer)}"
        yield Check("tables", "warning", finding, f'if the source is CDM 5.4, set cdm_version: "5.4" {_VARIABLES}')


def _cell_checks(tables: Sequence[Table]) -> Iterator[Check]:
    if all(table.rows is None for table in tables):
        return
    ways = {
        "day": ("days", "are days", f"write days as 2024-02-29 ({_OWN_DATA}, Cells that cannot be read)"),
        "bigint": ("ids", "are whole numbers", "number them: docs/how-to/use-text-ids.md"),
    }
    for kind, (name, what, remedy) in ways.items():
        cells = [
            (f"{table.name}.{cell['column']}", cell) for table in tables for cell in table.cells if cell["kind"] == kind
        ]
        bad = [(column, cell) for column, cell in cells if cell["unreadable"]]
        for column, cell in bad:
            filled, unreadable = cell["filled"], cell["unreadable"]
            if unreadable == filled:
                yield Check(name, "error", f"{column}: none of {filled:,} cells {what}", remedy)
            else:
                share = f"{_percent(unreadable, filled)} of {filled:,} cells cannot be read"
                yield Check(name, "warning", f"{column}: {unreadable:,} ({share})", f"they become null; {remedy}")
        if not bad:
            yield Check(name, "ok", f"every filled cell of a column of {name} can be read")


def _content_checks(settings: Mapping[str, Any], tables: Mapping[str, Table], place: str) -> Iterator[Check]:
    counts = {name: table.rows for name, table in tables.items() if table.rows is not None}
    for name, rows in counts.items():
        yield Check(f"table {name}", "ok", f"{rows:,} row{'' if rows == 1 else 's'}")
    if "person" in counts:
        if counts["person"]:
            yield Check("persons", "ok", f"{counts['person']:,}")
        else:
            yield Check("persons", "warning", "the table person has no row", f"see whether {place} is the right place")
    if counts.get("episode"):
        yield Check("episodes", "ok", f"{counts['episode']:,}")
    elif counts and "episode" in tables:
        remedy = "fill the table episode, or count persons in your definitions (resolve_by: person)"
        yield Check(
            "episodes", "warning", "there are none, so that definitions that count episodes find nothing", remedy
        )
    yield from _vocabulary_checks(settings, tables, counts)


def _vocabulary_checks(
    settings: Mapping[str, Any], tables: Mapping[str, Table], counts: Mapping[str, int]
) -> Iterator[Check]:
    for name, lost in (
        ("concept", "rules on codes find nothing"),
        ("concept_ancestor", "`hierarchy` finds no concept below"),
    ):
        if name in tables and (not tables[name].is_there or not tables[name].is_read or counts.get(name) == 0):
            yield Check("vocabulary", "warning", f"there is no row of {name}: {lost}", _ATHENA)
    said = {column: value for table in tables.values() for column, value in table.said.items() if value}
    if counts.get("concept"):
        version = said.get("vocabulary_version")
        number = f"{counts['concept']:,} concepts"
        if version:
            yield Check("vocabulary", "ok", f"{number}, version {version}")
        else:
            remedy = "fill vocabulary_version of cdm_source, so that reports can be compared"
            yield Check("vocabulary", "warning", f"{number}; no table says the version", remedy)
    cdm = said.get("cdm_version")
    if cdm and settings["cdm_version"] not in cdm:
        remedy = f'see which is right, and set cdm_version: "5.3" or "5.4" {_VARIABLES}'
        yield Check(
            "source", "warning", f"cdm_source says CDM {cdm}, and cdm_version is {settings['cdm_version']}", remedy
        )


def _stopped(stop: Stop) -> Check:
    if stop.table is not None:
        log = "dbt's log has the reason (logs/dbt.log); it may show values of patients"
        finding = stop.reason or f"the table {stop.table} cannot be read"
        return Check("source", "error", finding, "" if stop.reason else log)
    remedies = {
        "project": "correct what the message names; `measuremart validate` checks the definitions",
        "connection": "correct the profile, and see whether the database runs and lets this machine in",
        "settings": f"correct it {_VARIABLES}, or in --vars",
    }
    log = "dbt's log has the reason: logs/dbt.log"
    return Check(stop.look, "error", stop.reason or "dbt stopped here", remedies.get(stop.look, log))


def _split(said: str) -> tuple[str, str]:
    """Return a sentence of a macro as finding and remedy."""
    finding, _, remedy = said.partition(": ")
    return finding, remedy


def _listed(names: Iterable[str]) -> str:
    said = list(names)
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    return ", ".join(said[:_NAMED]) + more


def _percent(part: int, whole: int) -> str:
    """Return a share that is never rounded to none or all."""
    share = 100 * part / whole
    return "less than 0.1%" if share < 0.1 else "more than 99.9%" if share > 99.9 else f"{share:.1f}%"
