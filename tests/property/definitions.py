"""Random definitions, built by type: grain, timelessness and population are chosen first, then what produces them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from measuremart.plan.grain import EPISODE, PERSON, Grain, comparable, lies_below

from property.house import HOUSE, SEXES, SOURCES, Source, grains
from property.worlds import CONCEPTS, NUMBERS, SPECIAL_DAYS, TEXTS, UNITS

Tree = dict[str, Any]
# A few dates beside those of the data, for conditions.
EARLY_DAYS = (*SPECIAL_DAYS, *[dt.date(2020, 1, 1), dt.date(2023, 1, 1)] * 6)
LATE_DAYS = (*SPECIAL_DAYS, *[dt.date(2024, 6, 30), dt.date(2026, 1, 1)] * 6)


@dataclass
class Author:
    """Draws definitions of one population and keeps what has a name."""

    # Draws a whole number between two, both inclusive: by Hypothesis, or by a plain random generator.
    pick: Callable[[int, int], int]
    population: str
    subqueries: Tree = field(default_factory=dict)
    measures: Tree = field(default_factory=dict)
    concept_sets: Tree = field(default_factory=dict)
    # What must be true of some of the measures.
    laws: list[Any] = field(default_factory=list)
    # Cohorts, indicators and reports.
    more: Tree = field(default_factory=dict)
    # What named things are: (grain, timeless) by name.
    types: dict[str, tuple[Grain, bool]] = field(default_factory=dict)
    covering: set[str] = field(default_factory=set)
    # How many more parts one measure may have.
    left: int = 0

    # --- chance

    def among(self, choices: Any) -> Any:
        """Draw one of some choices."""
        pool = list(choices)
        return pool[self.pick(0, len(pool) - 1)]

    def percent(self, share: int) -> bool:
        """Draw true in about so many of a hundred cases."""
        return self.pick(0, 99) >= 100 - share

    def number(self, low: int, high: int) -> int:
        """Draw a whole number."""
        return self.pick(low, high)

    def several(self, choices: Any, least: int, most: int) -> list[Any]:
        """Draw a few different ones of some choices."""
        pool = list(choices)
        found = []
        for _ in range(min(self.number(least, most), len(pool))):
            found.append(pool.pop(self.number(0, len(pool) - 1)))
        return found

    # --- rules

    def rule(self, source: Source, depth: int = 1) -> Tree:
        """Draw a rule on a target."""
        kind = self.among(["one"] * 8 + ["two", "all", "any", "role", "role"])
        if kind in ("all", "any") and depth:
            return {kind: [self.rule(source, depth - 1) for _ in range(self.number(1, 3))]}
        if kind == "two":
            first, second = self.matcher(source, None), self.matcher(source, None)
            return {"all": [first, second]} if "of" in first or "of" in second else first | second
        if kind == "role":
            named = [(k, r) for k, roles in source.roles.items() for r in roles if r != k and k != "unit"]
            if named:
                return self.matcher(source, self.among(named))
        return self.matcher(source, None)

    def matcher(self, source: Source, named: tuple[str, str] | None) -> Tree:
        """Draw one matcher, on the main role of a kind or on a named one."""
        kind = self.among([*sorted(source.main - {"unit"}), "concept", "known"]) if named is None else named[0]
        role = {"role": named[1]} if named else {}
        if kind == "known":
            return {self.among(("presence", "presence", "absence")): self.among(source.all_roles())}
        if kind == "concept":
            word = self.among(("exact", "exact", "hierarchy", "hierarchy", "phenotype"))
            value = self.concept_set() if word == "phenotype" else self.one_or_many(CONCEPTS, 4)
            return {word: value} | role
        if kind == "number":
            return {"scalar": self.scalar(source)} | role
        if kind == "flag":
            return {"predicate": self.percent(50)} | role
        word = self.among(("substring", "starts_with", "equals"))
        if word == "equals":
            return {word: self.one_or_many([t for t in TEXTS if t], 3)} | role
        if self.percent(20):
            sought = self.among(CONCEPTS)
            # Every other concept's code is sought in the code of the row's own concept.
            own = {"of": "code"} if not role and "concept" in source.main and CONCEPTS.index(sought) % 2 else {}
            return {word: {"code_of": sought}} | role | own
        return {word: self.piece(from_start=word == "starts_with")} | role

    def one_or_many(self, pool: Any, most: int) -> Any:
        """Draw a value, or a list of some."""
        values = self.several(pool, 1, most)
        return values[0] if len(values) == 1 and self.percent(50) else values

    def piece(self, from_start: bool) -> str:
        """Draw a part of one of the texts, perhaps in the other case."""
        text = self.among([t for t in TEXTS if t])
        first = 0 if from_start or self.percent(50) else self.number(0, len(text) - 1)
        piece = text[first : first + self.number(1, 5)]
        return self.among((piece, piece, piece.upper(), piece.lower()))

    def scalar(self, source: Source) -> Tree:
        """Draw a comparison."""
        op = self.among((">", ">=", "<", "<=", "=", "!=", "between"))
        entry: Tree = {"op": op, "value": self.decimal()}
        if op == "between":
            entry["value"] = sorted((entry["value"], self.decimal()))
        if "concept" in source.main and self.percent(20):
            entry["concept"] = self.among(CONCEPTS)
        if "unit" in source.main and self.percent(30):
            entry["unit"] = self.among(UNITS)
        return entry

    def decimal(self) -> Decimal:
        """Draw a number; most of them occur in the data."""
        return Decimal(self.among(NUMBERS)) + Decimal(self.among(("0", "0", "0", "0.5", "-1", "0.0000000001")))

    def concept_set(self) -> str:
        """Name a concept set, a new one now and then."""
        if self.concept_sets and self.percent(60):
            return str(self.among(sorted(self.concept_sets)))
        lines = []
        for number in range(self.number(1, 4)):
            line: Any = {"id": self.among(CONCEPTS)}
            if self.percent(50):
                line["descendants"] = True
            if number and self.percent(30):
                line["exclude"] = True
            lines.append(line["id"] if line.keys() == {"id"} and self.percent(50) else line)
        name = f"set_{len(self.concept_sets) + 1}"
        self.concept_sets[name] = {"concepts": lines}
        return name

    # --- conditions

    def conditions(self, timeless: bool, elapsed: bool) -> Tree:
        """Draw what `where:` or a filter asks for, at least one thing."""
        kinds = ["sex"] if timeless else ["sex", "age", "after", "before", *(["elapsed"] if elapsed else [])]
        entry: Tree = {}
        for kind in self.several(kinds, 1, 2):
            match kind:
                case "sex":
                    entry["sex"] = self.among(SEXES[self.population])
                case "age":
                    ages = sorted((self.among((0, 0, 4, 17, 18, 20, 24)), self.among((20, 24, 25, 44, 74, 75, 150))))
                    entry["age"] = self.among(({"min": ages[0]}, {"max": ages[1]}, {"min": ages[0], "max": ages[1]}))
                case "after":
                    entry["on_or_after"] = self.among(EARLY_DAYS)
                case "before":
                    entry["on_or_before"] = self.among(LATE_DAYS)
                case "elapsed":
                    entry["elapsed"] = self.span()
        if "on_or_after" in entry and "on_or_before" in entry:
            entry["on_or_after"], entry["on_or_before"] = sorted((entry["on_or_after"], entry["on_or_before"]))
        return entry

    def span(self) -> Tree:
        """Draw a length of time."""
        units = {"days": (0, 1, 2, 7, 30, 31, 42, 60), "weeks": (0, 1, 6), "months": (1, 3, 12, 13), "years": (1, 2)}
        return {unit: self.among(units[unit]) for unit in self.several(units, 1, 1 if self.percent(70) else 2)}

    def offset(self) -> Tree:
        """Draw an offset of either sign; now and then a huge one."""
        if self.percent(3):
            return self.among(
                ({"days": 100_000}, {"days": -100_000}, {"years": 250}, {"months": -3000}, {"years": -250, "days": 1})
            )
        units = {
            "days": (0, 0, 1, 7, 28, 30, 31, 42, 365, -1, -2, -30, -90, 60),
            "weeks": (0, 1, 6, -1, -4),
            "months": (1, 2, 11, 12, 13, -1, -2, -6, -12),
            "years": (1, -1, 4),
        }
        picked = self.several(("days", "months", "weeks", "years"), 1, 1 if self.percent(70) else 3)
        return {unit: self.among(units[unit]) for unit in picked}

    # --- subqueries

    def subquery(self, grain: Grain, timeless: bool, *, interval: bool = False) -> Tree:
        """Draw a subquery of a grain."""
        found = [
            (source, resolver)
            for source in SOURCES.values()
            if source.population == self.population
            and source.timeless == timeless
            and (source.is_interval or not interval)
            for resolver, its in source.resolvers.items()
            if its == grain
        ]
        source, resolver = self.among(found)
        entry: Tree = {"target": source.name}
        default = "episode" if "episode" in source.resolvers else "person"
        if resolver != default or self.percent(50):
            entry["resolve_by"] = resolver
        if source.dates and self.percent(45):
            entry["date"] = self.among(source.dates)
        if self.percent(60):  # many rows, so that operators have something to do
            entry["rules"] = [{"presence": self.among((*["concept"] * 8, *source.all_roles()))}]
        else:
            entry["rules"] = [self.rule(source) for _ in range(self.number(1, 3))]
        if self.percent(15):
            entry["exclude"] = [self.rule(source) for _ in range(self.number(1, 2))]
        if self.percent(20):
            entry["where"] = self.where(source, timeless)
        if source.is_interval and self.percent(30):
            entry["spans"] = {"gap": self.gap()} if self.percent(80) else None
        return entry

    def where(self, source: Source, timeless: bool) -> Tree:
        """Draw what every row of a subquery must meet: conditions, matchers, or both."""
        kind = self.among(("conditions", "matchers", "both"))
        asked = self.rule(source, 2) if kind != "conditions" else {}
        return asked | (self.conditions(timeless, elapsed=False) if kind != "matchers" else {})

    def gap(self) -> Tree:
        """Draw how many days may lie between intervals that are joined."""
        if self.percent(3):
            return {"years": 250}
        return dict(self.among(({"days": 0}, {"days": 0}, {"days": 1}, {"days": 30}, {"weeks": 1}, {"months": 1})))

    def named_subquery(self, grain: Grain, timeless: bool, *, interval: bool = False) -> str:
        """Name a subquery of a grain, a new one now and then."""
        known = [
            n for n in self.subqueries if self.types[n] == (grain, timeless) and (n in self.covering or not interval)
        ]
        if known and self.percent(60):
            return str(self.among(known))
        name = f"s{len(self.subqueries) + 1}"
        entry = self.subquery(grain, timeless, interval=interval)
        self.subqueries[name] = entry
        self.types[name] = (grain, timeless)
        if SOURCES[entry["target"]].is_interval:
            self.covering.add(name)
        return name

    def leaf(self, grain: Grain, timeless: bool) -> Any:
        """Draw a child that is a subquery: by name, inline, or by its operator."""
        form = self.among(("name", "name", "inline", "operator"))
        if form == "inline":
            return self.subquery(grain, timeless)
        name = self.named_subquery(grain, timeless)
        return name if form == "name" else {"subquery": name}

    # --- measures

    def measure(self, grain: Grain, timeless: bool, depth: int, parts: int = 14) -> str:
        """Add a measure of a grain and return its name."""
        self.left = parts
        return self.name(self.operator(grain, timeless, depth), grain, timeless)

    def name(self, entry: Tree, grain: Grain, timeless: bool) -> str:
        """Give an expression a name of its own."""
        name = f"m{len(self.measures) + 1}"
        self.measures[name] = entry
        self.types[name] = (grain, timeless)
        return name

    def child(self, grain: Grain, timeless: bool, depth: int) -> Any:
        """Draw a child: a leaf, a named measure, or an operator, in place or named."""
        self.left -= 1
        if depth <= 0 or self.left <= 0 or self.percent(25):
            known = [m for m in self.measures if self.types[m] == (grain, timeless)]
            if known and self.percent(30):
                return self.among(known)
            return self.leaf(grain, timeless)
        entry = self.operator(grain, timeless, depth)
        return self.name(entry, grain, timeless) if self.percent(25) else entry

    def operator(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        """Draw an operator that gives this grain."""
        if depth <= 0:
            return {"subquery": self.named_subquery(grain, timeless)}
        words = ["or", "or", "and", "and", "except", "first", "first", "last", "last", "filter"]
        if grain in (PERSON, EPISODE):
            words += ["at", "at"]
        if not timeless:
            words += ["nth", "window", "window", "window", "window"]
            if grain.level != "event":
                words += ["count", "count", "count"]
        return dict(getattr(self, f"_{self.among(words)}")(grain, timeless, depth - 1))

    def _kinds(self) -> list[tuple[Grain, bool]]:
        """Return what leaves of the population can be: (grain, timeless)."""
        return [(g, t) for t in (False, True) for g in grains(self.population, t)]

    def _or(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        legal = [
            (g, t)
            for g, t in self._kinds()
            if (g == grain or (grain == EPISODE and g == PERSON)) and (t or not timeless)
        ]
        children = [(grain, timeless)]
        for _ in range(self.among((0, 1, 1, 1, 2, 3))):
            children.append(self.among([(g, t) for g, t in legal if g == grain and self.percent(70)] or legal))
        return {"or": [self.child(g, t, depth) for g, t in self.mixed(children)]}

    def mixed(self, children: list[Any]) -> list[Any]:
        """Return children in a drawn order."""
        return self.several(children, len(children), len(children))

    def _and(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        legal = [(g, t) for g, t in self._kinds() if (g == grain or lies_below(grain, g)) and (t or not timeless)]
        own = [(grain, timeless)]
        if not timeless and (grain, True) in legal and self.percent(15):  # the finest child gates, a coarser one dates
            coarser = [(g, t) for g, t in legal if not t]
            own = [(grain, True), self.among(coarser)]
        children = own + [self.among(legal) for _ in range(self.among((0, 1, 1, 1, 2)))]
        entry: Tree = {"and": [self.child(g, t, depth) for g, t in self.mixed(children)]}
        if self.percent(40):
            entry["moments"] = self.among(("all", "all", "first"))
        return entry

    def _except(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        legal = [(g, t) for g, t in self._kinds() if comparable(g, grain)]
        rest = [self.among(legal) for _ in range(self.among((1, 1, 2)))]
        return {"except": [self.child(grain, timeless, depth), *(self.child(g, t, depth) for g, t in rest)]}

    def _extreme(self, word: str, grain: Grain, timeless: bool, depth: int) -> Tree:
        child = self.child(grain, timeless, depth)
        levels = [g.level for g in (PERSON, EPISODE) if lies_below(grain, g)]
        if levels and self.percent(65):
            return {word: {"of": child, "per": self.among(levels)}}
        is_mapping = isinstance(child, dict)
        return {word: {"of": child} if self.percent(40) or is_mapping else child}

    def _first(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        return self._extreme("first", grain, timeless, depth)

    def _last(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        return self._extreme("last", grain, timeless, depth)

    def _nth(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        return {"nth": {"of": self.child(grain, timeless, depth), "n": self.among((1, 1, 2, 2, 3))}}

    def _count(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        finer = [g for g, t in self._kinds() if not t and lies_below(g, grain)]
        entry: Tree = {}
        if grain in (PERSON, EPISODE) and finer and self.percent(60):
            of = self.among(finer)
            entry["of"] = self.child(of, False, depth)
            if of.level != "event" or of.within != grain.level or self.percent(50):
                entry["per"] = grain.level
        else:
            entry["of"] = self.child(grain, False, depth)
        entry["at_least"] = self.among((1, 1, 2, 2, 2, 3, 4))
        if self.percent(50):
            entry["within"] = self.span()
        return {"count": entry}

    def _filter(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        return {"filter": {"of": self.child(grain, timeless, depth), **self.conditions(timeless, elapsed=True)}}

    def _at(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        finer = [g for g, t in self._kinds() if t == timeless and lies_below(g, grain)]
        return (
            {"at": grain.level, "of": self.child(self.among(finer), timeless, depth)}
            if finer
            else self._first(grain, timeless, depth)
        )

    def _window(self, grain: Grain, timeless: bool, depth: int) -> Tree:
        entry: Tree = {}
        dated = grains(self.population, timeless=False)
        by_person = self.percent(25)
        keeps = self.among(("anchor", "anchor", "candidate"))
        covers = self.percent(20)
        partners = dated if by_person else [g for g in dated if comparable(g, grain)]
        if covers:
            # the candidate must be a subquery over a target with an interval
            able = {
                g
                for s in SOURCES.values()
                if s.population == self.population and s.is_interval
                for g in s.resolvers.values()
            }
            if keeps == "candidate" and grain not in able:
                keeps = "anchor"
            if keeps == "anchor":
                partners = [g for g in partners if g in able]
        if not partners:
            covers, partners = False, [grain]
        is_other = grain in partners and grain.level == "event" and self.percent(40)
        other = grain if is_other else self.among(partners)
        if is_other:
            entry["other"] = True
        anchor_grain, candidate_grain = (grain, other) if keeps == "anchor" else (other, grain)
        entry["anchor"] = self.child(anchor_grain, False, depth)
        if covers:
            inline = self.percent(40)
            make = self.subquery if inline else self.named_subquery
            entry["candidate"] = make(candidate_grain, False, interval=True)
            entry["covers"] = True
        else:
            entry["candidate"] = self.child(candidate_grain, False, depth)
        entry |= self.bounds(covers)
        if self.percent(60):
            entry["anchor_pick"] = self.among(("first", "last", "all", "all"))
        pick = self.among(("earliest", "latest", "closest", "any", "any", "none"))
        if pick == "none" and keeps == "candidate":
            pick = "latest"
        if pick != "earliest" or self.percent(30):
            entry["pick"] = pick
        if pick == "none":
            entry |= {"date": "anchor"} if self.percent(30) else {}
        elif self.percent(50):
            entry["date"] = self.among(("candidate", "anchor", "greatest", "least"))
        if by_person or self.percent(20):
            entry["align"] = "person" if by_person else "resolver"
        if keeps == "candidate" or self.percent(20):
            entry["keep"] = keeps
        return {"window": entry}

    def bounds(self, both: bool) -> Tree:
        """Draw from and to; `both` where neither may be left open."""
        entry: Tree = {}
        if both or self.percent(55):
            entry["from"] = self.offset()
        if both or self.percent(55):
            entry["to"] = self.offset()
        if len(entry) == 2 and _days(entry["from"]) > _days(entry["to"]):
            entry["from"], entry["to"] = entry["to"], entry["from"]
        return entry

    # --- all of it

    def definitions(self) -> Tree:
        """Return the house with everything that was drawn."""
        found: Tree = dict(HOUSE)
        for section in ("concept_sets", "subqueries", "measures"):
            if getattr(self, section):
                found[section] = getattr(self, section)
        return found | self.more


def _days(offset: Tree) -> float:
    return (
        offset.get("days", 0)
        + 7 * offset.get("weeks", 0)
        + 30.44 * (offset.get("months", 0) + 12 * offset.get("years", 0))
    )


def author_of(pick: Callable[[int, int], int]) -> Author:
    """Return an author of definitions: mostly of the population with episodes."""
    return Author(pick, ("clinic", "clinic", "clinic", "registry")[pick(0, 3)])


def write_measures(author: Author, roots: int = 2) -> None:
    """Draw some measures of up to six operators on top of each other, and what they are made of."""
    for _ in range(roots):
        timeless = author.percent(8)
        grain = author.among(grains(author.population, timeless))
        author.measure(grain, timeless, author.among((1, 2, 3, 4, 5, 6)))
