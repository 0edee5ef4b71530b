"""Pages with persons in them: who is not met and why, and the trace of one. They are kept nowhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from measuremart.explain.show import as_data
from measuremart.plan.nodes import Indicator
from measuremart.trace.sentences import explained
from measuremart.trace.tracing import Trace, trace_indicator
from measuremart.warehouse.reading import Reading
from measuremart.web import figures
from measuremart.web.access import HiddenError, Sight, sight
from measuremart.web.again import AgainRoute
from measuremart.web.pages import listed_indicator, part_of, report_named
from measuremart.web.site import page, site_of, viewer_of

PAGE = 50
_LAST_PAGE = 10_000

pages = APIRouter(include_in_schema=False, route_class=AgainRoute)


@pages.get("/reports/{report}/indicators/{indicator}/persons")
def persons_page(
    request: Request,
    report: str,
    indicator: str,
    part: str | None = None,
    period: str | None = None,
    status: str | None = None,
    number: int = Query(1, ge=1, le=_LAST_PAGE, alias="page"),
) -> Response:
    """List the counted keys of an indicator with status, reason and near miss, those that are not met first."""
    site, viewer = site_of(request), viewer_of(request)
    with site.marts(request) as marts:
        seen = sight(marts, viewer, report_named(request, report))
        listed = listed_indicator(seen.report, indicator)
        chosen, when = part_of(seen, part), seen.period(period)
        statuses = [status] if status else []
        rows = figures.person_rows(marts, seen, chosen, indicator, when, statuses, PAGE, (number - 1) * PAGE)
        found = int(rows[0]["n"]) if rows else 0
        if not rows and number > 1:
            raise HiddenError
        base = f"/reports/{quote(report)}/indicators/{quote(indicator)}/persons"
        return page(
            request,
            "persons.html",
            report=seen.report,
            seen=seen,
            chosen=chosen,
            when=when,
            indicator=indicator,
            title=listed.title,
            rows=[row | {"address": _address(request, base, row) if can_trace(marts) else None} for row in rows],
            chosen_status=status,
            statuses=figures.STATUSES,
            found=found,
            number=number,
            last=max(1, -(-found // PAGE)),
        )


def can_trace(marts: Reading) -> bool:
    """Say whether a trace can be made: it reads every layer, and a role of the database may see its marts alone."""
    return marts.has("run_context")


def _address(request: Request, base: str, row: dict[str, Any]) -> str:
    written = site_of(request).addresses.write(viewer_of(request).name, row["person_id"], row["episode_id"])
    return f"{base}/{written}"


def traced(
    request: Request, marts: Reading, seen: Sight, indicator: str, address: str
) -> tuple[Indicator, list[Trace]]:
    """Return the indicator and the traces of a person whom an address of this viewer names. Raises `HiddenError`."""
    found = site_of(request).addresses.read(viewer_of(request).name, address)
    listed = listed_indicator(seen.report, indicator)
    if found is None or not isinstance(listed, Indicator) or not can_trace(marts):
        raise HiddenError
    person, episode = found
    if not figures.is_of_viewer(marts, seen, indicator, person, episode):
        raise HiddenError
    plan = site_of(request).read.plan
    return listed, trace_indicator(plan, marts, plan.indicators[indicator], person, episode, seen.report.about.name)


@pages.get("/reports/{report}/indicators/{indicator}/persons/{address}")
def trace_page(request: Request, report: str, indicator: str, address: str) -> Response:
    """Show why a person is in or out, in sentences."""
    site = site_of(request)
    with site.marts(request) as marts:
        seen = sight(marts, viewer_of(request), report_named(request, report))
        listed, traces = traced(request, marts, seen, indicator, address)
        said = [as_data(explained(site.read.plan, trace)) for trace in traces]
        return page(request, "trace.html", report=seen.report, indicator=indicator, title=listed.title, traces=said)
