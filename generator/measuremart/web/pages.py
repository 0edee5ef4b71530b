"""The pages of reports, indicators and organisations."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from measuremart.explain.explanation import explain
from measuremart.explain.show import as_data
from measuremart.plan.nodes import Indicator, Report
from measuremart.plan.unavailable import UnavailableIndicator, said
from measuremart.report_cells import IN_THE_RATE, OUTSIDE_THE_RATE, heading, legend
from measuremart.report_notes import (
    demo_said,
    freshness_said,
    left_out_said,
    lines_below,
    note_rows,
    reasons_said,
    sub_cohort_rows,
)
from measuremart.report_rows import Cut, report_rows
from measuremart.web import figures
from measuremart.web.access import WHOLE, HiddenError, Part, Period, Sight, sight
from measuremart.web.again import AgainRoute
from measuremart.web.draw import attrition_picture, funnel_picture, rates_picture, spark, strata_picture, trend_picture
from measuremart.web.sentences import assurance, dispersion, not_attributed, peers_summary, signals, trend_summary
from measuremart.web.site import is_known, page, site_of, tag_of, unchanged, viewer_of

pages = APIRouter(include_in_schema=False, route_class=AgainRoute)


def part_of(seen: Sight, named: str | None) -> Part:
    """Return the part of a report that an address names as `level:entity`. Raises `HiddenError`."""
    level, _, entity = (named or "").partition(":")
    if named and not (level and entity):
        raise HiddenError
    return seen.part(level or None, entity or None)


def report_named(request: Request, name: str) -> Report | None:
    """Return a report that can be computed, None where there is none of that name."""
    return site_of(request).read.plan.reports.get(name)


def listed_indicator(report: Report, name: str) -> Indicator | UnavailableIndicator:
    """Return an indicator of a report. Raises `HiddenError` where it has none of that name."""
    found = next((i for i in report.listed if i.about.name == name), None)
    if found is None:
        raise HiddenError
    return found


@pages.get("/")
def reports_page(request: Request) -> Response:
    """Show the reports that the viewer may see; the public sees publications instead."""
    site, viewer = site_of(request), viewer_of(request)
    with site.marts(request) as marts:
        tag = tag_of(request, marts.build)
        if is_known(request, tag):
            return unchanged(tag)
        shown, absent = [], []
        if viewer.sees_reports:
            rows = marts.rows("select report, title, description, data_source, is_built from {{ ref('dim_report') }}")
            about = {row["report"]: row for row in rows}
            for name, report in sorted(site.read.plan.reports.items(), key=lambda item: item[1].title):
                is_seen = viewer.role == "team" or bool(viewer.own(report))
                if is_seen and about.get(name, {}).get("is_built"):
                    shown.append(about[name])
                elif viewer.role == "team":
                    absent.append((report.title, f"not built: its pack {report.about.pack} is not among those built"))
            if viewer.role == "team":
                gone = site.read.plan.unavailable.reports.values()
                absent += [(report.title, f"unavailable: {said(report.causes)}") for report in gone]
        publications = site.publications(marts).listed(None if viewer.role == "team" else viewer.audiences)
        return page(request, "reports.html", tag=tag, reports=shown, absent=absent, publications=publications)


@pages.get("/reports/{report}")
def report_page(
    request: Request, report: str, part: str | None = None, period: str | None = None, kind: str | None = None
) -> Response:
    """Show a report: all indicators of the whole, or of one entity, in a period."""
    site, planned = site_of(request), report_named(request, report)
    with site.marts(request) as marts:
        tag = tag_of(request, marts.build)
        if is_known(request, tag):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), planned)
        chosen, when = part_of(seen, part), seen.period(period)
        fresh = marts.has("fct_source_freshness")  # not for a role of the database that sees own entities alone
        rows = report_rows(marts, report, _cut(chosen, when), chosen.entity or None, has_freshness=fresh)
        if not rows or planned is None:
            raise HiddenError
        kinds = figures.trend_kinds(seen)
        shown_kind = kind if kind in kinds else next(iter(kinds), None)
        series = figures.series_rows(marts, seen, chosen, shown_kind) if shown_kind else []
        # The other notes count everyone.
        notes = (
            note_rows(marts, report, planned.about.pack, has_levels=bool(planned.levels))
            if seen.sees_whole
            else sub_cohort_rows(marts, report)
        )
        whole = "" if chosen.level == WHOLE else f", {chosen.title}"
        return page(
            request,
            "report.html",
            tag=tag,
            report=planned,
            seen=seen,
            chosen=chosen,
            when=when,
            rows=rows,
            heading=f"{heading(planned.title, rows, _cut(chosen, when))}{whole}",
            columns=IN_THE_RATE,
            outside=OUTSIDE_THE_RATE,
            sparks={row["indicator"]: spark(series, row["indicator"]) for row in rows},
            kinds=kinds,
            kind=shown_kind,
            above=[*demo_said(rows), *(left_out_said(notes) if rows[0]["without"] else [])],
            below=lines_below(rows, notes, site.read.plan, planned),
        )


def _cut(part: Part, period: Period) -> Cut:
    return Cut(part.level or None, None, period.name)


@pages.get("/reports/{report}/indicators/{indicator}")
def indicator_page(
    request: Request,
    report: str,
    indicator: str,
    part: str | None = None,
    period: str | None = None,
    kind: str | None = None,
    level: str | None = None,
) -> Response:
    """Show one indicator: over time, between entities, by stratum, who is counted and why, and what it means."""
    site, planned = site_of(request), report_named(request, report)
    with site.marts(request) as marts:
        tag = tag_of(request, marts.build)
        if is_known(request, tag):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), planned)
        listed = listed_indicator(seen.report, indicator)
        chosen, when = part_of(seen, part), seen.period(period)
        rows = figures.strata_rows(marts, seen, chosen, indicator, when)
        if not rows:
            raise HiddenError
        given: dict[str, Any] = {}
        if isinstance(listed, Indicator):
            given = _indicator_figures(marts, seen, chosen, when, indicator, kind, level, rows[0])
        (explained,) = explain(site.read, indicator, "indicators")
        of_all = rows[0]
        return page(
            request,
            "indicator.html",
            tag=tag,
            report=seen.report,
            seen=seen,
            chosen=chosen,
            when=when,
            indicator=indicator,
            row=of_all,
            version_built=of_all["version"],
            version_now=listed.version,
            is_available=isinstance(listed, Indicator),
            columns=IN_THE_RATE,
            outside=OUTSIDE_THE_RATE,
            strata=_by_stratifier(rows[1:]),
            strata_pictures={
                name: strata_picture(name, found, of_all["title"]) for name, found in _by_stratifier(rows[1:]).items()
            },
            words_below=[*legend([*rows, *_judged(given)]), *reasons_said([of_all]), *freshness_said([of_all])],
            definition=as_data(explained),
            is_duration=isinstance(listed, Indicator) and listed.duration,
            **given,
        )


def _judged(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entities that a page of an indicator sets side by side, as rows of rates."""
    return [row | {"statistic": "proportion"} for row in given.get("peers", [])]


def _indicator_figures(
    marts: Any, seen: Sight, chosen: Part, when: Period, indicator: str, kind: str | None, level: str | None, row: Any
) -> dict[str, Any]:
    """Return what the page of an indicator draws, each picture with the rows of its table."""
    kinds = figures.trend_kinds(seen)
    shown_kind = kind if kind in kinds else next(iter(kinds), None)
    points = figures.trend_rows(marts, seen, chosen, indicator, shown_kind) if shown_kind else []
    is_share = row["benchmark_value"] is not None and row["benchmark_unit"] == "percent"
    benchmark = float(row["benchmark_value"]) / 100 if is_share else None
    shown_level = seen.level(level or chosen.level or None) if seen.entities else None
    peers = figures.peer_rows(marts, seen, shown_level, indicator, when) if shown_level else []
    shown_entity = chosen.entity if chosen.level == shown_level else ""
    counts = figures.count_rows(marts, seen, chosen, indicator, when, shown_level)
    elsewhere = {count["name"]: count["n"] for count in counts if count["part"] == "not_attributed"}
    steps = [count for count in counts if count["part"] == "step"]
    title = str(row["title"])
    return {
        "kinds": kinds,
        "kind": shown_kind,
        "points": points,
        "trend": trend_picture(points, title, benchmark),
        "trend_said": [trend_summary(points), *signals(points)],
        "assurance": assurance(points, benchmark, row["better"]),
        "shown_level": shown_level,
        "peers": sorted(peers, key=lambda peer: (peer["peer_rank"] is None, peer["peer_rank"], peer["title"])),
        "shown_entity": shown_entity,
        "funnel": funnel_picture(peers, shown_entity, title),
        "rates": rates_picture(peers, shown_entity, title, benchmark),
        "peers_said": (
            [
                peers_summary(peers, str(shown_level)),
                not_attributed(elsewhere, shown_level),
                dispersion(peers),
            ]
            if shown_level
            else []
        ),
        "reasons": [count for count in counts if count["part"] == "reason"],
        "steps": steps,
        "attrition": attrition_picture(steps, title),
        "case_mix": [count for count in counts if count["part"] == "case_mix"],
    }


def _by_stratifier(rows: figures.Rows) -> dict[str, figures.Rows]:
    found: dict[str, figures.Rows] = {}
    for row in rows:
        found.setdefault(str(row["stratifier"]), []).append(row)
    return found


@pages.get("/reports/{report}/organisations/{level}/{entity}")
def organisation_page(request: Request, report: str, level: str, entity: str, period: str | None = None) -> Response:
    """Show an entity beside its parents and its peers, level by level."""
    site, planned = site_of(request), report_named(request, report)
    with site.marts(request) as marts:
        tag = tag_of(request, marts.build)
        if is_known(request, tag):
            return unchanged(tag)
        seen = sight(marts, viewer_of(request), planned)
        chosen, when = seen.part(level, entity), seen.period(period)
        rows = figures.organisation_rows(marts, seen, chosen, when)
        if not rows:
            raise HiddenError
        columns = sorted({(r["level_order"], r["level_name"], r["entity"], r["entity_title"]) for r in rows})
        columns = [c for c in columns if (c[1], c[2]) == (level, entity)] + [
            c for c in columns if (c[1], c[2]) != (level, entity)
        ]
        cells = {(row["indicator"], row["level_name"], row["entity"]): row for row in rows}
        indicators = list(dict.fromkeys((row["indicator"], row["title"]) for row in rows))
        return page(
            request,
            "organisation.html",
            tag=tag,
            report=seen.report,
            seen=seen,
            chosen=chosen,
            when=when,
            columns=columns,
            cells=cells,
            indicators=indicators,
            as_of=rows[0]["as_of"],
        )
