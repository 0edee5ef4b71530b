"""`/api/v1`: what the pages show, for programs. Who may see what is decided where the pages ask, too."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from measuremart.explain.explanation import explain
from measuremart.explain.show import as_data
from measuremart.report_rows import ALL_TIME
from measuremart.trace.data import trace_data
from measuremart.trace.sentences import explained
from measuremart.web import figures
from measuremart.web.access import HiddenError, Sight, sight
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
from measuremart.web.person_pages import traced
from measuremart.web.site import NO_STORE, is_known, site_of, tag_of, unchanged, viewer_of


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["There is nothing here for you"])
    status: int = Field(examples=[404])


_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody has signed in", **_PROBLEM},
    404: {"description": "There is no such thing, or you may not see it", **_PROBLEM},
    414: {"description": "The address is too long", **_PROBLEM},
    422: {"description": "A parameter is not known, or not one of its values", **_PROBLEM},
    503: {"description": "A build writes to the database now; Retry-After says when to ask again", **_PROBLEM},
    304: {"description": "Nothing has changed since the answer with the tag of If-None-Match"},
}
_FILES = {"text/csv": {"schema": {"type": "string"}}}
_FILES |= {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}


def _rows_model(name: str, row: Any) -> type[BaseModel]:
    from pydantic import create_model

    return create_model(
        name,
        report=(str, Field(description="The report.")),
        as_of=(str | None, Field(description="The day that everything is seen from.")),
        build=(str, Field(description="The build that the rows are of; the same in all answers of one build.")),
        total=(int, Field(description="How many rows there are of all pages.")),
        next=(str | None, Field(description="The address of the next page.")),
        rows=(list[row], Field(description="The rows.")),
    )


def _documented(name: str, row: Any) -> dict[int | str, dict[str, Any]]:
    said = {"description": "The rows", "model": _rows_model(name, row), "content": _FILES}
    return {**_PROBLEMS, 200: said}


api = APIRouter(prefix="/api/v1")


class ReportRow(BaseModel):
    """A report that the viewer may see."""

    report: str = Field(description="The report.", examples=["epilepsy12"])
    title: str = Field(description="Its title.", examples=["Epilepsy12"])
    description: str = Field(description="What it shows.")
    data_source: str | None = Field(description="Where the data is from; demo: invented patients.", examples=["demo"])


class IndicatorRow(BaseModel):
    """An indicator as its report states it."""

    indicator: str = Field(description="The indicator.", examples=["sodium_valproate"])
    title: str = Field(description="Its title in the report.")
    description: str | None = Field(description="Who is in, who is out, and what counts.")
    version: int | None = Field(description="Version of the definition.", examples=[1])
    statistic: str = Field(description="proportion or duration.", examples=["proportion"])
    benchmark_value: float | None = Field(description="The benchmark; null where there is none.")
    benchmark_unit: str | None = Field(description="percent or days.")
    better: str | None = Field(description="higher or lower.")
    is_available: bool = Field(description="False where a definition below it is incomplete.")
    unavailable_reason: str | None = Field(description="Why it is unavailable.")


class PeriodRow(BaseModel):
    """A period that a report has results in."""

    period_kind: str = Field(description="The kind of period.", examples=["named"])
    period: str = Field(description="The period.", examples=["cohort_6"])
    start_date: str | None = Field(description="First day; null where it has none.", examples=["2022-12-01"])
    end_date: str | None = Field(description="Last day.", examples=["2023-11-30"])


class LevelRow(BaseModel):
    """A level of a report."""

    level_order: int = Field(description="Place of the level in the report, from 1, the narrowest.", examples=[1])
    level_name: str = Field(description="The level.", examples=["organisation"])
    entities: int = Field(description="How many of its entities you see.", examples=[22])


class EntityRow(BaseModel):
    """An entity that the viewer sees."""

    level_name: str = Field(description="The level.", examples=["organisation"])
    entity: str = Field(description="The entity.", examples=["EN001"])
    title: str = Field(description="What it is called.", examples=["Hospital 1"])


class PersonRow(BaseModel):
    """A counted key of an indicator."""

    person_id: int = Field(description="The person.", examples=[16])
    episode_id: int | None = Field(description="The episode, where the grain has one.", examples=[16])
    cohort_date: str | None = Field(description="Cohort date of the key.", examples=["2023-06-24"])
    status: str = Field(description="The status.", examples=["not_met"])
    reason: str = Field(description="Why.", examples=["no numerator"])
    reason_measure: str | None = Field(description="The measure that the reason is about.")
    denominator_date: str | None = Field(description="The opportunity that counts.")
    numerator_date: str | None = Field(description="The day on which the care was given.")
    nearest_date: str | None = Field(description="The numerator date that came nearest.")
    days_outside: int | None = Field(description="Days from the window to it: negative before, positive after.")
    trace: str = Field(description="The address of the trace: for you, until the server ends.")


class Definition(BaseModel):
    """A definition in sentences."""

    kind: str = Field(examples=["indicator"])
    name: str = Field(examples=["sodium_valproate"])
    pack: str = Field(examples=["epilepsy12"])
    title: str
    place: str = Field(description="File and line of the definition.")
    sections: list[dict[str, Any]] = Field(description="A heading, and lines with their text and their depth, from 0.")


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


@api.get("/reports", summary="Reports", responses=_documented("Reports", ReportRow))
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


@api.get("/reports/{report}/indicators", summary="Indicators", responses=_documented("Indicators", IndicatorRow))
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


@api.get("/reports/{report}/periods", summary="Periods", responses=_documented("Periods", PeriodRow))
def periods(request: Request, report: str, asked: Annotated[Asked, Query()]) -> Response:
    """Return the periods that a report has results in."""
    with site_of(request).marts(request) as marts:
        if is_known(request, tag := tag_of(request, marts.build)):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), report_named(request, report))
        columns = _columns(PeriodRow)
        rows = [dict(zip(columns, (p.kind, p.name, p.first, p.last), strict=True)) for p in seen.periods]
        return _listed(request, asked, marts.build, report, rows, columns)


@api.get("/reports/{report}/levels", summary="Levels", responses=_documented("Levels", LevelRow))
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


@api.get("/reports/{report}/levels/{level}/entities", summary="Entities", responses=_documented("Entities", EntityRow))
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


@api.get("/reports/{report}/results", summary="Results", responses=_documented("Results", ResultRow | WholeRow))
def results(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return aggregates: of the whole report, or with `level` of its entities."""
    return _of_mart(request, report, "results", asked)


@api.get("/reports/{report}/trend", summary="Points over time", responses=_documented("Trend", TrendRow))
def trend(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return the points of XmR charts of entities; without `level` those of the narrowest that you see."""
    return _of_mart(request, report, "trend", asked)


@api.get("/reports/{report}/funnel", summary="Funnels", responses=_documented("Funnel", FunnelRow))
def funnel(request: Request, report: str, asked: Annotated[AskedOfResults, Query()]) -> Response:
    """Return where entities stand among their peers; without `level` those of the narrowest that you see."""
    return _of_mart(request, report, "funnel", asked)


@api.get("/reports/{report}/attrition", summary="Attrition", responses=_documented("Attrition", StepRow))
def attrition(request: Request, report: str, asked: Annotated[AskedOfSteps, Query()]) -> Response:
    """Return how many are left at each step, of the whole report (role team)."""
    return _of_mart(request, report, "attrition", asked)


@api.get(
    "/reports/{report}/indicators/{indicator}/definition",
    summary="A definition in words",
    responses={**_PROBLEMS, 200: {"description": "The definition", "model": Definition}},
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


class AskedOfPersons(Asked):
    """Which persons are asked for; those of an entity where one is named."""

    limit: int = Field(100, ge=1, le=1_000, description="The most rows to answer with.")
    level: str | None = Field(None, max_length=200, description="The level; with it the entity.")
    entity: str | None = Field(None, max_length=200, description="The entity of the level.")
    period: str = Field(ALL_TIME, max_length=200, description="The period, by its name.")
    status: str | None = Field(None, max_length=40, description="Only keys of this status.", examples=["not_met"])


@api.get(
    "/reports/{report}/indicators/{indicator}/persons",
    summary="Persons",
    responses=_documented("Persons", PersonRow),
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
        shown = [
            row | {"trace": f"{base}/{site.addresses.write(viewer.name, row['person_id'], row['episode_id'])}/trace"}
            for row in rows
        ]
        total = int(rows[0]["n"]) if rows else 0
        around: dict[str, Any] = {"report": report, "as_of": None, "build": marts.build, "total": total}
        around["next"] = _next(request, asked, total)
        return answer(form_of(request, asked.format), _columns(PersonRow), shown, around, None)


@api.get(
    "/reports/{report}/indicators/{indicator}/persons/{address}/trace",
    summary="Why one person is in or out",
    responses={**_PROBLEMS, 200: {"description": "A trace for each key of the person", "model": list[dict[str, Any]]}},
)
def trace(request: Request, report: str, indicator: str, address: str) -> Response:
    """Return the trace of a person whose address stands in the list of persons. The answer is kept nowhere."""
    site = site_of(request)
    with site.marts(request) as marts:
        seen: Sight = sight(marts, viewer_of(request), report_named(request, report))
        _, traces = traced(request, marts, seen, indicator, address)
        said = [trace_data(one, explained(site.read.plan, one)) for one in traces]
        return JSONResponse(said, 200, {"cache-control": NO_STORE})
