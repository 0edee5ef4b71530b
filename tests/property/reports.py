"""Random cohorts, indicators and reports on top of random measures."""

from __future__ import annotations

from measuremart.plan.grain import EPISODE, PERSON, Grain, comparable

from property.definitions import EARLY_DAYS, LATE_DAYS, Author, Tree
from property.house import grains


def write_reports(author: Author) -> None:
    """Draw a report with its cohorts and indicators, and the measures that they are made of."""
    _Reporter(author).write()


def write_plain_reports(author: Author) -> None:
    """Draw a report of measures that are subqueries: more keys, more that are due, and more ways to miss."""
    _Reporter(author, depths=(0,), flagged=10).write()


class _Reporter:
    def __init__(self, author: Author, depths: tuple[int, ...] = (0, 0, 1, 1, 2, 3), flagged: int = 25) -> None:
        self.a = author
        self.depths = depths
        self.flagged = flagged  # per cent of the indicators with exclusions; the same for exceptions, unresolved
        legal = grains(author.population, timeless=False)
        self.grain: Grain = author.among([*[g for g in (EPISODE, PERSON) if g in legal] * 4, *legal])

    def write(self) -> None:
        a = self.a
        cohorts = {f"c{n}": self._cohort(n) for n in range(1, a.among((1, 1, 2, 3)) + 1)}
        indicators = {f"i{n}": self._indicator() for n in range(1, a.among((1, 2, 3, 4)) + 1)}
        periods = self._periods() if a.percent(35) else []
        for entry in indicators.values() if periods else ():
            if a.percent(50):
                entry["valid_for"] = a.several([p["name"] for p in periods], 1, len(periods))
        report: Tree = {
            "title": "R",
            "description": "A random report",
            "cohorts": list(cohorts),
            "indicators": [self._restated(name, entry) for name, entry in indicators.items()],
        }
        if periods:
            report["periods"] = periods
        if len(cohorts) > 1 or a.percent(30):
            report["primary_cohort"] = a.among(list(cohorts))
        if a.percent(35):
            report["counted"] = [self.measure(self.beside()) for _ in range(a.number(1, 2))]
        if a.percent(30):
            report["dataset"] = [self.measure(self.beside())]
        if a.percent(80):
            report["period_date"] = a.among(("cohort", "denominator", "numerator", "latest"))
        a.more |= {"cohorts": cohorts, "indicators": indicators, "reports": {"r1": report}}

    def measure(self, grain: Grain) -> str:
        """Name a measure of a grain, one that is there already now and then."""
        a = self.a
        known = [m for m in a.measures if a.types[m][0] == grain]
        if known and a.percent(35):
            return str(a.among(known))
        timeless = a.percent(12) and grain in grains(a.population, timeless=True)
        if grain not in grains(a.population, timeless=False):
            timeless = True
        return a.measure(grain, timeless, a.among(self.depths), parts=6)

    def beside(self, *others: Grain) -> Grain:
        """Draw a grain that can be set beside the cohort's, and beside others."""
        a = self.a
        legal = {g for t in (False, True) for g in grains(a.population, t)}
        ordered = sorted((g for g in legal if all(comparable(g, o) for o in (self.grain, *others))), key=str)
        return a.among([*[self.grain] * 4, *ordered] if all(comparable(self.grain, o) for o in others) else ordered)

    def _cohort(self, number: int) -> Tree:
        count = self.a.among((1, 1, 2, 3))
        return {"definitions": {f"sub_{number}_{n}": self.measure(self.grain) for n in range(count)}}

    def _periods(self) -> list[Tree]:
        """Draw one to three named periods; they may overlap, touch or leave gaps."""
        drawn = [sorted((self.a.among(EARLY_DAYS), self.a.among(LATE_DAYS))) for _ in range(self.a.among((1, 2, 3)))]
        return [{"name": f"p{n}", "start": start, "end": end} for n, (start, end) in enumerate(drawn, start=1)]

    def _indicator(self) -> Tree:
        a = self.a
        is_full = a.percent(25)
        denominator = self.beside()
        entry: Tree = {"title": "I", "description": "A random indicator"}
        entry["denominator"] = "full_cohort" if is_full else self.measure(denominator)
        entry["numerator"] = self.measure(self.beside(*([] if is_full else [denominator])))
        for word in ("exclusions", "exceptions", "unresolved"):
            if a.percent(self.flagged):
                entry[word] = [self.measure(self.beside()) for _ in range(a.among((1, 1, 2)))]
        entry |= self._policies()
        if a.percent(40):
            entry["undated_numerator"] = a.among(("met", "ignore", "ignore"))
        if a.percent(35):
            entry["grain"] = a.among(("person", "person", "cohort"))
        if a.percent(20):
            entry["type"] = "duration"
        return entry

    def _policies(self) -> Tree:
        """Draw windows and what they are around: what an indicator says and a report may restate."""
        a = self.a
        entry: Tree = {}
        if a.percent(50):
            entry["denominator_window"] = self._around()
        if a.percent(60):
            entry["numerator_window"] = self._around()
        if a.percent(60):
            entry["reference_date"] = a.among(("cohort", "denominator", "denominator"))
        if a.percent(50):
            entry["opportunity"] = a.among(("any", "first", "first"))
        if a.percent(25):
            entry["open_window"] = a.among(("unresolved", "not_met"))
        return entry

    def _around(self) -> Tree:
        """Draw a window, every other side of it short: what is missed, early or late, is then common enough."""
        a = self.a
        sides = a.among((("before",), ("after",), ("before", "after"), ("before", "after")))
        return {side: {"days": a.among((0, 1, 7))} if a.percent(50) else a.span() for side in sides}

    def _restated(self, name: str, entry: Tree) -> object:
        a = self.a
        if not a.percent(30):
            return name
        override = {k: v for k, v in self._policies().items() if a.percent(60)}
        return {name: override or {"title": "Restated"}}


def write_gaps(author: Author) -> None:
    """Draw a report and what it is made of, and leave one to three of its subqueries and measures incomplete."""
    write_reports(author)
    for name in author.several([*author.subqueries, *author.measures], 1, 3):
        gap: Tree = {"incomplete": "not drawn"}
        if name in author.measures:
            author.measures[name] = gap
        else:
            author.subqueries[name] = gap | {"target": author.subqueries[name]["target"]}
