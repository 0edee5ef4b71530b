"""A page that a build disturbed is made again, so that whoever asked does not notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from measuremart.warehouse.reading import RefreshingError

_PATIENCE = 20.0  # seconds from the first try to the last one
_FIRST, _LONGEST = 0.05, 1.0  # seconds between two tries


class AgainRoute(APIRoute):
    """A route that asks the marts again where a build changed them meanwhile, at last `RefreshingError`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route."""
        once = super().get_route_handler()

        async def handler(request: Request) -> Response:
            end, wait = time.monotonic() + _PATIENCE, _FIRST
            while True:
                try:
                    return await once(request)
                except RefreshingError:
                    if request.method != "GET" or time.monotonic() + wait > end:
                        raise
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST)

        return handler
