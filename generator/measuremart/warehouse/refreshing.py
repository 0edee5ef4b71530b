"""That a build changes the marts at this moment."""

from __future__ import annotations

from measuremart.warehouse.dbt import WarehouseError


class RefreshingError(WarehouseError):
    """A build writes to the database now: the same question has an answer when it has ended."""
