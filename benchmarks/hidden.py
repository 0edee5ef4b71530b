"""How much is hidden: of rows, of organisations, of persons, by each method, beside NHS Digital's rule.

    python -m benchmarks.hidden --demo               # the invented audit of the demo, after `make demo`
    python -m benchmarks.hidden                      # 51,000 children, 338 organisations, 21 indicators, 5 cohorts
    python -m benchmarks.hidden --strata trust       # the same, split below trusts and all that is wider

Prints a table in markdown (docs/how-to/publish.md shows it). *NHS Digital* hides counts of 1 to 7 and rounds all others
to 5, and hides nothing in addition: what `round` hides beyond it is what the attack asks for. Exit code 1 where that is
more than one row in a hundred of those that NHS Digital hides.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from measuremart.publication.figures import NOT_ATTRIBUTED, WHOLE, Figure, Place, Policy, primary
from measuremart.publication.groups import Membership, groups_of
from measuremart.publication.hiding import protected
from measuremart.publication.system import Material

from benchmarks.audit_world import LEVELS, Audit

ROUND, SUPPRESS = Policy(8, 5, 2), Policy(8, None, 4)
METHODS = ("NHS Digital", "round", "suppress")
_Work = tuple[list[Figure], Material]


def demo(file: Path, report: str, levels: tuple[str, ...]) -> Iterator[_Work]:
    """Yield the figures of each indicator of a built DuckDB file: of named periods, all together."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as opened:
        rows = opened.execute(
            """
            select indicator, period_kind, period, 'all' as level_name, 'all' as entity, eligible, met
            from marts.agg_indicator
            where report = $1 and stratifier = 'all' and period_kind = 'named' and eligible is not null
            union all
            select indicator, period_kind, period, level_name, entity, eligible, met
            from marts.agg_indicator_by_level
            where report = $1 and stratifier = 'all' and period_kind = 'named' and eligible is not null
            order by all
            """,
            [report],
        ).fetchall()
        days = {
            name: (first, last)
            for name, first, last in opened.execute(
                "select period, start_date, end_date from marts.dim_reference_period "
                "where report = $1 and period_kind = 'named'", [report]
            ).fetchall()
        }  # fmt: skip
        memberships = [
            Membership(*row)
            for row in opened.execute(
                "select distinct organisation, span_from, span_to, level_name, entity "
                "from levels.organisation_membership"
            ).fetchall()
        ]
    groups = groups_of(memberships, levels)
    by_indicator: dict[str, list[Figure]] = {}
    for indicator, kind, period, level, entity, eligible, met in rows:
        if level == WHOLE or level in levels:
            place = Place(indicator, kind, period, *days[period], WHOLE, WHOLE, level, entity)
            mine = by_indicator.setdefault(indicator, [])
            mine.append(Figure(len(mine) + 1, place, eligible, met))
    for figures in by_indicator.values():
        # Organisations are asked on another day than the cohort's: any may have somebody in any period.
        yield figures, Material(ROUND, groups, by_cohort_date=False)


def invented(audit: Audit) -> Iterator[_Work]:
    """Yield the figures of each indicator of an invented audit."""
    for _, figures in audit.indicator_figures():
        yield figures, audit.material(ROUND)


def hidden_of(work: _Work, method: str) -> tuple[list[Figure], int, float]:
    """Return the figures of an indicator as a method shows them, the leaks that stay, and how long it took."""
    figures, material = work
    began = time.process_time()
    policy = SUPPRESS if method == "suppress" else ROUND
    at_once = [primary(figure, policy) for figure in figures]
    if method == "NHS Digital":
        return at_once, 0, 0.0
    found, leaks = protected(at_once, Material(policy, material.groups, material.by_cohort_date, material.earlier))
    return found, len(leaks), time.process_time() - began


def shares(figures: list[Figure]) -> tuple[float, ...]:
    """Return the shares of rows, organisations and persons that are hidden, of rows with anybody eligible.

    A row is hidden where its rate is; an organisation of the narrowest level where all its rows are; persons are those
    due the care of hidden rows of all strata together, each indicator and period again.
    """
    rows = [f for f in figures if f.eligible > 0]
    hidden = [f for f in rows if f.met_reason is not None]
    whole = [f for f in rows if f.place.stratifier == WHOLE]
    gone = sum(f.eligible for f in whole if f.met_reason is not None)
    narrowest = [f for f in whole if f.place.entity not in (NOT_ATTRIBUTED, WHOLE)]
    level = narrowest[0].place.level if narrowest else WHOLE
    organisations = {f.place.entity for f in narrowest if f.place.level == level}
    seen = {f.place.entity for f in narrowest if f.place.level == level and f.met_reason is None}
    return (
        len(hidden) / len(rows),
        1 - len(seen) / len(organisations) if organisations else 0.0,
        gone / sum(f.eligible for f in whole),
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", type=Path, help="a built DuckDB file of the Epilepsy12 demo")
    parser.add_argument("--children", type=int, default=51_000)
    parser.add_argument("--organisations", type=int, default=338)
    parser.add_argument("--indicators", type=int, default=21)
    parser.add_argument("--periods", type=int, default=5)
    parser.add_argument("--strata", default="", help="the narrowest level below which results are split")
    parser.add_argument("--without", default="", help="levels that are not published, with commas")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    levels = tuple(level for level in LEVELS if level not in given.without.split(","))
    strata = (WHOLE, *levels[levels.index(given.strata) :]) if given.strata else ()
    audit = Audit(given.organisations, given.children, given.indicators, given.periods, strata, levels)
    work = list(demo(given.demo, "epilepsy12", levels) if given.demo else invented(audit))
    print("| method | rows | hidden | organisations without a row | persons in hidden rows | processor |")
    print("| --- | --- | --- | --- | --- | --- |")
    hidden: dict[str, int] = {}
    for method in given.methods.split(","):
        with ProcessPoolExecutor(given.jobs) as pool:
            done = list(pool.map(hidden_of, work, [method] * len(work)))
        figures = [figure for found, _, _ in done for figure in found]
        leaks, seconds = sum(left for _, left, _ in done), sum(took for _, _, took in done)
        rows = [f for f in figures if f.eligible > 0]
        hidden[method] = sum(f.met_reason is not None for f in rows)
        by_row, by_organisation, by_person = (f"{100 * share:.1f}%" for share in shares(figures))
        said = f"{len(rows):,} | {hidden[method]:,} ({by_row}) | {by_organisation} | {by_person} | {seconds:,.0f} s"
        print(f"| {method} | {said} |", flush=True)
        if leaks:
            print(f"{leaks} leaks stay with {method}", file=sys.stderr)
            return 1
    if {"NHS Digital", "round"} <= hidden.keys():
        more = hidden["round"] - hidden["NHS Digital"]
        print(f"\n`round` hides {more} rows more than NHS Digital's rule.")
        return int(more > hidden["NHS Digital"] / 100)
    return 0


if __name__ == "__main__":
    sys.exit(main())
