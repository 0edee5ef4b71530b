"""What was published, as an audience sees it: the only thing that is shown to the public.

Where a database has no relations of publications (`pub_*`), nothing is published.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from measuremart.warehouse.reading import Reading
from measuremart.web.published import NEEDED, Published

Rows = list[dict[str, Any]]


class Publications(Protocol):
    """What was published and not retracted, for some audiences."""

    def listed(self, audiences: Collection[str] | None) -> Rows:
        """Return the publications of audiences, the newest first; of all audiences where that is None.

        Each has `publication_id`, `report`, `report_title`, `audience`, `published_at`, `as_of`, `method`, `below`,
        `round_to`.
        """
        ...

    def figures(self, publication: int) -> Rows:
        """Return the figures of a publication as they are shown; a hidden count is None.

        Each has `indicator`, `indicator_title`, `period_kind`, `period`, `start_date`, `end_date`, `stratifier`,
        `stratum`, `level_name`, `entity`, `entity_title`, `eligible`, `met`, `rate`, `lower_95`, `upper_95`.
        """
        ...

    def hidden(self, publication: int) -> Rows:
        """Return `reason` and `n`: how many counts of a publication are hidden for which reason."""
        ...


class NothingPublished:
    """There are no publications."""

    def listed(self, audiences: Collection[str] | None) -> Rows:
        """Return nothing."""
        return []

    def figures(self, publication: int) -> Rows:
        """Return nothing."""
        return []

    def hidden(self, publication: int) -> Rows:
        """Return nothing."""
        return []


def publications_of(reading: Reading) -> Publications:
    """Return the publications of a database; none where it has no `pub_*`."""
    return Published(reading) if all(reading.has(name) for name in NEEDED) else NothingPublished()
