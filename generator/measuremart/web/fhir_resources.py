"""From rows of the marts, and of publications, to FHIR R4 resources as JSON has them. Nothing here asks or decides."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from measuremart.web.access import WHOLE, Part, Period
from measuremart.web.fhir_codes import (
    ABSENT,
    DAYS_POPULATION,
    FHIR_VERSION,
    IMPROVEMENT,
    NOTATIONS,
    OWN_POPULATIONS,
    POPULATION,
    POPULATIONS,
    PUBLISHED,
    SUBSETTED,
    TITLES,
    UCUM,
)

Json = dict[str, Any]
# When what this server can do was last changed (the element is required).
_STATED_ON = "2026-11-27"


def piece(*names: str) -> str:
    """Return 12 hexadecimal digits that stand for names: an id of FHIR has few letters, and 64 at most."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:12]


def report_id(report: str, indicator: str, period: Period, part: Part, of_persons: bool = False) -> str:
    """Return the id of a report of an indicator; it is the same in each build."""
    said = (piece(report), piece(indicator), piece(period.kind, period.name), piece(part.level, part.entity))
    return ".".join((*said, "persons" if of_persons else "summary"))


def outcome(status: int, title: str, details: Iterable[str] = ()) -> Json:
    """Return a refusal."""
    code = {401: "login", 404: "not-found", 422: "invalid", 503: "transient"}.get(status, "processing")
    said = {"severity": "error", "code": code, "details": {"text": title}}
    more = list(details)
    if more:
        said["diagnostics"] = "; ".join(more)
    return {"resourceType": "OperationOutcome", "issue": [said]}


def measure_report(
    base: str, report: str, part: Part, period: Period, rows: Sequence[Mapping[str, Any]], *, subsetted: bool
) -> Json:
    """Return the summary of one indicator; the first row is of all, the others are of strata. There are no persons."""
    row = rows[0]
    said: Json = {
        "resourceType": "MeasureReport",
        "id": report_id(report, str(row["indicator"]), period, part),
        **({"meta": {"tag": [SUBSETTED]}} if subsetted else {}),
        "status": "complete",
        "type": "summary",
        **_about(base, report, row, part, period),
    }
    if row["eligible"] is None:
        why = escape(f"{row['title']}: unavailable. {row.get('reason') or ''}".strip())
        narrative = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{why}</div>'}
        return said | {"status": "error", "text": narrative}
    if row["better"] in NOTATIONS:
        code, display = NOTATIONS[row["better"]]
        said["improvementNotation"] = {"coding": [{"system": IMPROVEMENT, "code": code, "display": display}]}
    group: Json = {"id": "share", "code": {"text": str(row["title"])}, **_figures(base, row)}
    strata = _stratifiers(base, rows[1:])
    if strata:
        group["stratifier"] = strata
    said["group"] = [group]
    if row.get("median_days") is not None:
        days = {"value": float(row["median_days"]), "unit": "days", "system": UCUM, "code": "d"}
        population = [{"code": _coded(POPULATION, DAYS_POPULATION), "count": int(row["met"])}]
        title = f"{row['title']}: median days"
        said["group"].append({"id": "days", "code": {"text": title}, "population": population, "measureScore": days})
    return said


def with_persons(base: str, summary: Json, keys: Sequence[Mapping[str, Any]]) -> Json:
    """Return the subject list of a summary: each population of its first group, with the persons of its keys.

    A person with two keys is in a list twice: populations count keys.
    """
    if "group" not in summary:
        return summary
    lists, populations = [], []
    for population in summary["group"][0]["population"]:
        code = population["code"]["coding"][0]["code"]
        statuses = POPULATIONS.get(code, (code,))
        found = [key for key in keys if key["status"] in statuses]
        if found:
            named = f"list-{code}"
            lists.append(_persons_list(base, named, found))
            population = population | {"subjectResults": {"reference": f"#{named}"}}
        populations.append(population)
    group = {k: v for k, v in summary["group"][0].items() if k != "stratifier"} | {"population": populations}
    made = summary | {"type": "subject-list", "group": [group]}
    made["id"] = str(summary["id"]).removesuffix("summary") + "persons"
    if not lists:
        return made
    # FHIR's order of elements: contained resources stand before what refers to them.
    return {"resourceType": made.pop("resourceType"), "id": made.pop("id"), "contained": lists, **made}


def _persons_list(base: str, name: str, keys: Sequence[Mapping[str, Any]]) -> Json:
    entries = []
    for key in keys:
        identifier = {"system": f"{base}/fhir/person", "value": str(key["person_id"])}
        entry: Json = {
            "flag": {"text": f"{key['status']}: {key['reason']}"},
            "item": {"type": "Patient", "identifier": identifier},
        }
        if key["cohort_date"] is not None:
            entry["date"] = str(key["cohort_date"])
        entries.append(entry)
    return {"resourceType": "List", "id": name, "status": "current", "mode": "snapshot", "entry": entries}


def published_report(base: str, about: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Json:
    """Return a published figure as a summary; a hidden count is absent as masked, and has no score."""
    row = rows[0]
    names = (str(row[n]) for n in ("indicator", "period_kind", "period", "level_name", "entity"))
    period = Period(str(row["period_kind"]), str(row["period"]), row["start_date"], row["end_date"])
    named = WHOLE if row["level_name"] == "all" else str(row["level_name"])
    part = Part(named, str(row["entity"]), str(row["entity_title"]))
    identity = f"publication-{about['publication_id']}.{piece(*names)}"
    with_day = dict(row) | {"as_of": about["as_of"], "title": row["indicator_title"]}
    group: Json = {"id": "share", "code": {"text": str(row["indicator_title"])}, **_shown(row)}
    stratifiers = []
    for stratifier in dict.fromkeys(str(other["stratifier"]) for other in rows[1:]):
        strata = [
            {"value": {"text": str(r["stratum"])}, **_shown(r)} for r in rows[1:] if r["stratifier"] == stratifier
        ]
        stratifiers.append({"code": [{"text": stratifier}], "stratum": strata})
    return {
        "resourceType": "MeasureReport",
        "id": identity,
        "status": "complete",
        "type": "summary",
        **_about(base, str(about["report"]), with_day, part, period),
        "group": [group | ({"stratifier": stratifiers} if stratifiers else {})],
    }


def _shown(row: Mapping[str, Any]) -> Json:
    masked = {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
    populations = []
    for code, name in PUBLISHED.items():
        count: Json = {"_count": masked} if row[name] is None else {"count": int(row[name])}
        populations.append({"code": _coded(POPULATION, code), **count})
    return {"population": populations, **_score(row)}


def _about(base: str, report: str, row: Mapping[str, Any], part: Part, period: Period) -> Json:
    """Return the elements that say of which measure, organisation and days a report is."""
    version = f"|{row['version']}" if row.get("version") is not None else ""
    said: Json = {"measure": f"{base}/reports/{report}/indicators/{row['indicator']}{version}"}
    said["date"] = str(row["as_of"])
    if part.level != WHOLE:
        system = f"{base}/api/v1/reports/{report}/levels/{part.level}/entities"
        identifier = {"system": system, "value": part.entity}
        said["reporter"] = {"type": "Organization", "identifier": identifier, "display": part.title}
    # All time has no days but the last one that anything is seen from.
    first, last = (None, row["as_of"]) if period.kind == "all_time" else (period.first, period.last)
    said["period"] = {k: str(v) for k, v in (("start", first), ("end", last)) if v is not None}
    return said


def _figures(base: str, row: Mapping[str, Any]) -> Json:
    populations = [
        {"code": _coded(POPULATION, code), "count": sum(int(row[status]) for status in statuses)}
        for code, statuses in POPULATIONS.items()
    ]
    own = f"{base}/fhir/CodeSystem/status"
    populations += [{"code": _coded(own, status), "count": int(row[status])} for status in OWN_POPULATIONS]
    return {"population": populations, **_score(row)}


def _score(row: Mapping[str, Any]) -> Json:
    return {} if row["rate"] is None else {"measureScore": {"value": float(row["rate"])}}


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": TITLES[code]}]}


def _stratifiers(base: str, rows: Sequence[Mapping[str, Any]]) -> list[Json]:
    found = []
    for stratifier in dict.fromkeys(str(row["stratifier"]) for row in rows):
        strata = [
            {"value": {"text": str(row["stratum"])}, **_figures(base, row)}
            for row in rows
            if row["stratifier"] == stratifier
        ]
        found.append({"code": [{"text": stratifier}], "stratum": strata})
    return found


def bundle(base: str, reports: Sequence[Json], total: int, links: Mapping[str, str | None]) -> Json:
    """Return a page of what was searched for."""
    said: Json = {"resourceType": "Bundle", "type": "searchset", "total": total}
    said["link"] = [{"relation": relation, "url": url} for relation, url in links.items() if url is not None]
    entries = [
        {"fullUrl": f"{base}/fhir/MeasureReport/{r['id']}", "resource": r, "search": {"mode": "match"}} for r in reports
    ]
    return said | ({"entry": entries} if entries else {})


def capability_statement(base: str, version: str, parameters: Mapping[str, tuple[str, str]]) -> Json:
    """Return what this server can do; `parameters` are those of the search, with type and meaning."""
    searched = [{"name": n, "type": kind, "documentation": said} for n, (kind, said) in parameters.items()]
    interactions = [{"code": "read"}, {"code": "search-type"}]
    resource = {"type": "MeasureReport", "interaction": interactions, "searchParam": searched}
    security = {"description": "A token in the header Authorization, or a session. Roles as for the pages."}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _STATED_ON,
        "kind": "instance",
        "software": {"name": "measuremart", "version": version},
        "implementation": {"description": "Reports over the marts of quality measures", "url": f"{base}/fhir"},
        "fhirVersion": FHIR_VERSION,
        "format": ["json"],
        "rest": [{"mode": "server", "security": security, "resource": [resource]}],
    }
