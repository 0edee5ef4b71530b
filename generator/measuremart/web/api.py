"""`/api/v1`: what the pages show, for programs. Who may see what is decided where the pages ask, too."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from measuremart.explain.explanation import explain
from measuremart.explain.show import as_data
from measuremart.trace.data import trace_data
from measuremart.trace.sentences import explained
from measuremart.web import figures
from measuremart.web.access import HiddenError, Sight, sight
from measuremart.web.again import AgainRoute
from measuremart.web.api_answers import (
    PROBLEMS,
    AskedOfPersons,
    Definition,
    EntityRow,
    IndicatorRow,
    LevelRow,
    PeriodRow,
    PersonRow,
    ReportRow,
    documented,
)
from measuremart.web.api_forms import answer, form_of
from measuremart.web.api_rows import (
    Asked,
    AskedOfIndicators,
    AskedOfResults,
    AskedOfSteps,
    FunnelRow,
    ResultRow,
    StepRow,
    TrendRow,
    WholeRow,
    columns_of,
    rows_asked,
)  # fmt: skip
from measuremart.web.pages import listed_indicator, report_named
from measuremart.web.person_pages import can_trace, traced
from measuremart.web.site import NO_STORE, is_known, site_of, tag_of, unchanged, viewer_of

api = APIRouter(prefix="/api/v1", route_class=AgainRoute)


def _listed(
    request: Request, asked: Asked, build: str, report: str, rows: figures.Rows, columns: list[str]
) -> Response:
    """Return rows that are all known already, a page of them."""
    part = rows[asked.offset : asked.offset + asked.limit]
    around: dict[str, Any] = {"report": report, "as_of": None, "build": build, "total": len(rows)}
    around["next"] = _next(request, asked, len(rows))
    return answer(form_of(request, asked.format), columns, part, around, tag_of(request, build))


def _next(request: Request, asked: Asked, total: int) -> str | None:
    following = asked.offset + asked.limit
    if following >= total:
        return None
    given = {k: v for k, v in request.query_params.items() if k != "offset"}
    return f"{request.url.path}?{urlencode({**given, 'offset': following})}"


def _columns(row: type[BaseModel]) -> list[str]:
    return list(row.model_fields)


@api.get("/reports", summary="Reports", responses=documented("Reports", ReportRow))
def reports(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """Return the reports that are built and that you may see."""
    site, viewer = site_of(request), viewer_of(request)
    if not viewer.sees_reports:
        raise HiddenError
    with site.marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        sql = (
            "select report, title, description, data_source from {{ ref('dim_report') }} where is_built order by report"
        )
        plan = site.read.plan.reports
        rows = [
            row
            for row in marts.rows(sql)
            if row["report"] in plan and (viewer.role == "team" or viewer.own(plan[row["report"]]))
        ]
        return _listed(request, asked, marts.build, "", rows, _columns(ReportRow))


@api.get("/reports/{report}/indicators", summary="Indicators", responses=documented("Indicators", IndicatorRow))
def indicators(request: Request, report: str, asked: Annotated[Asked, Query()]) -> Response:
    """Return the indicators of a report in its order."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        columns = _columns(IndicatorRow)
        rows = [row for row in _indicator_rows(marts, columns) if row["report"] == seen.report.about.name]
        return _listed(request, asked, marts.build, report, rows, columns)


def _indicator_rows(marts: Any, columns: list[str]) -> figures.Rows:
    sql = f"select report, {', '.join(columns)} from {{{{ ref('dim_indicator') }}}} order by report, indicator_order"  # noqa: S608
    return list(marts.rows(sql))


@api.get("/reports/{report}/periods", summary="Periods", responses=documented("Periods", PeriodRow))
def periods(request: Request, report: str, asked: Annotated[Asked, Query()]) -> Response:
    """Return the periods that a report has results in."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        columns = _columns(PeriodRow)
        rows = [dict(zip(columns, (p.kind, p.name, p.first, p.last), strict=True)) for p in seen.periods]
        return _listed(request, asked, marts.build, report, rows, columns)


@api.get("/reports/{report}/levels", summary="Levels", responses=documented("Levels", LevelRow))
def levels(request: Request, report: str, asked: Annotated[Asked, Query()]) -> Response:
    """Return the levels of a report that you see an entity of."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        columns = _columns(LevelRow)
        order = seen.report.levels.index
        rows = [dict[str, Any](zip(columns, (order(n) + 1, n, len(e)), strict=True)) for n, e in seen.entities.items()]
        return _listed(request, asked, marts.build, report, rows, columns)


@api.get("/reports/{report}/levels/{level}/entities", summary="Entities", responses=documented("Entities", EntityRow))
def entities(request: Request, report: str, level: str, asked: Annotated[Asked, Query()]) -> Response:
    """Return the entities of a level that you see."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        columns, found = _columns(EntityRow), seen.entities[seen.level(level)]
        rows = [dict(zip(columns, (level, name, title), strict=True)) for name, title in found.items()]
        return _listed(request, asked, marts.build, report, rows, columns)


def _of_mart(request: Request, report: str, kind: str, asked: AskedOfIndicators) -> Response:
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        rows, total = rows_asked(marts, seen, kind, asked)
        is_whole = kind == "results" and isinstance(asked, AskedOfResults) and not asked.level
        around: dict[str, Any] = {
            "report": report,
            "as_of": str(rows[0]["as_of"]) if rows else None,
            "build": marts.build,
        }
        around |= {"total": total, "next": _next(request, asked, total)}
        return answer(form_of(request, asked.format), columns_of("whole" if is_whole else kind), rows, around, tag)


@api.get("/reports/{report}/results", summary="Results", responses=documented("Results", ResultRow | WholeRow))
def results(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return aggregates: of the whole report, or with `level` of its entities."""
    return _of_mart(request, report, "results", asked)


@api.get("/reports/{report}/trend", summary="Points over time", responses=documented("Trend", TrendRow))
def trend(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return the points of XmR charts of entities; without `level` those of the narrowest that you see."""
    return _of_mart(request, report, "trend", asked)


@api.get("/reports/{report}/funnel", summary="Funnels", responses=documented("Funnel", FunnelRow))
def funnel(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return where entities stand among their peers; without `level` those of the narrowest that you see."""
    return _of_mart(request, report, "funnel", asked)


@api.get("/reports/{report}/attrition", summary="Attrition", responses=documented("Attrition", StepRow))
def attrition(request: Request, report: str, asked: Annotated[AskedOfSteps, Query()]) -> Response:
    """Return how many are left at each step, of the whole report (role team)."""
    return _of_mart(request, report, "attrition", asked)


@api.get(
    "/reports/{report}/indicators/{indicator}/definition",
    summary="A definition in words",
    responses={**PROBLEMS, 200: {"description": "The definition", "model": Definition}},
)
def definition(request: Request, report: str, indicator: str) -> Response:
    """Return what an indicator means, in sentences."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        listed_indicator(seen.report, indicator)
        (found,) = explain(site_of(request).read, indicator, "indicators")
        return JSONResponse(as_data(found), 200, {"etag": tag, "cache-control": "private, no-cache"})


@api.get(
    "/reports/{report}/indicators/{indicator}/persons",
    summary="Persons",
    responses=documented("Persons", PersonRow),
)
def persons(request: Request, report: str, indicator: str, asked: Annotated[AskedOfPersons, Query()]) -> Response:
    """Return the counted keys of an indicator, of an own entity. The answer is kept nowhere."""
    site, viewer = site_of(request), viewer_of(request)
    with site.marts(request) as marts:
        seen = sight(marts, viewer, report_named(request, report))
        listed_indicator(seen.report, indicator)
        chosen, when = seen.part(asked.level, asked.entity), seen.period(asked.period)
        statuses = [asked.status] if asked.status else []
        rows = figures.person_rows(marts, seen, chosen, indicator, when, statuses, asked.limit, asked.offset)
        base = f"/api/v1/reports/{quote(report)}/indicators/{quote(indicator)}/persons"

        def trace_of(row: dict[str, Any]) -> str | None:
            written = site.addresses.write(viewer.name, row["person_id"], row["episode_id"])
            return f"{base}/{written}/trace" if can_trace(marts) else None

        shown = [row | {"trace": trace_of(row)} for row in rows]
        total = int(rows[0]["n"]) if rows else 0
        around: dict[str, Any] = {"report": report, "as_of": None, "build": marts.build, "total": total}
        around["next"] = _next(request, asked, total)
        return answer(form_of(request, asked.format), _columns(PersonRow), shown, around, None)


@api.get(
    "/reports/{report}/indicators/{indicator}/persons/{address}/trace",
    summary="Why one person is in or out",
    responses={**PROBLEMS, 200: {"description": "A trace for each key of the person", "model": list[dict[str, Any]]}},
)
def trace(request: Request, report: str, indicator: str, address: str) -> Response:
    """Return the trace of a person whose address stands in the list of persons. The answer is kept nowhere."""
    site = site_of(request)
    with site.marts(request) as marts:
        seen: Sight = sight(marts, viewer_of(request), report_named(request, report))
        _, traces = traced(request, marts, seen, indicator, address)
        said = [trace_data(one, explained(site.read.plan, one)) for one in traces]
        return JSONResponse(said, 200, {"cache-control": NO_STORE})
