"""What was published, as its audience sees it, with what was hidden and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from measuremart.web.access import HiddenError
from measuremart.web.again import AgainRoute
from measuremart.web.site import is_known, page, site_of, tag_of, unchanged, viewer_of

pages = APIRouter(include_in_schema=False, route_class=AgainRoute)


@pages.get("/publications/{publication}")
def publication_page(request: Request, publication: Annotated[int, Path(ge=1, le=10**9)]) -> Response:
    """Show the figures of a publication for an audience of the viewer."""
    site, viewer = site_of(request), viewer_of(request)
    with site.marts(request) as marts:
        tag = tag_of(request, marts.build)
        if is_known(request, tag):
            return unchanged(tag)
        published = site.publications(marts)
        audiences = None if viewer.role == "team" else viewer.audiences
        about = next((p for p in published.listed(audiences) if p["publication_id"] == publication), None)
        if about is None:
            raise HiddenError
        rows, hidden = published.figures(publication), published.hidden(publication)
        return page(request, "publication.html", tag=tag, about=about, rows=rows, hidden=hidden)
