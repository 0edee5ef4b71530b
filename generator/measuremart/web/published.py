"""Publications as they stand in `pub_*`: the only figures that the public sees. Nothing here reads a mart.

A publication that was retracted is not listed, and its figures are gone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from measuremart.render.sql import text
from measuremart.warehouse.reading import Reading

Rows = list[dict[str, Any]]
NEEDED = ("pub_publication", "pub_figure", "pub_hidden", "pub_retraction")


class Published:
    """The publications of a database (`publications.Publications`)."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def listed(self, audiences: Collection[str] | None) -> Rows:
        """Return the publications of audiences, the newest first; of all audiences where that is None."""
        if audiences is not None and not audiences:
            return []
        among = "" if audiences is None else f"and audience in ({', '.join(text(a) for a in sorted(audiences))})"
        return self._reading.rows(f"""
        select publication_id, report, report_title, audience, published_at, as_of, method, below, round_to
        from {{{{ ref('pub_publication') }}}}
        where publication_id not in (select publication_id from {{{{ ref('pub_retraction') }}}}) {among}
        order by publication_id desc
        """)

    def figures(self, publication: int) -> Rows:
        """Return the figures of a publication as they are shown; a hidden count is None."""
        return self._reading.rows(f"""
        select indicator, indicator_title, period_kind, period, start_date, end_date, stratifier, stratum, level_name,
            entity, entity_title, eligible, met, rate, lower_95, upper_95
        from {{{{ ref('pub_figure') }}}}
        where publication_id = {int(publication)}
        order by indicator_order, indicator, period_kind, start_date, period, level_order, level_name, entity_title,
            stratifier, stratum
        """)

    def hidden(self, publication: int) -> Rows:
        """Return how many counts of a publication are hidden for which reason."""
        return self._reading.rows(f"""
        select reason, count(*) as n
        from {{{{ ref('pub_hidden') }}}}
        where publication_id = {int(publication)}
        group by reason
        order by reason
        """)
