"""Random rows: small worlds with ties, nulls, duplicates, second episodes, strays, leap days and awkward texts."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from property.house import TABLES, TABLES_OF

Row = dict[str, Any]
Rows = dict[str, list[Row]]

CONCEPTS = (1, 2, 3, 4, 5, 6, 7, 2000000001)
UNITS = (8840, 9529)
TEXTS = (
    "Docetaxel",
    "docetaxel 50%",
    "TAXEL",
    "a_b",
    "axb",
    "50%",
    "50 mg",
    "a\\b",
    "O'Neil",
    'said "hi"',
    "é",
    "É",
    "e\u0301te",
    "İstanbul",
    "istanbul",
    "ß",
    "SS",
    "",
    " ",
    "{{ x }}",
    "{% y %} --",
    "L01XE",
    "l01",
    "日本",
    "😀 ok",
)
NUMBERS = tuple(
    map(
        Decimal, ("0", "-0.5", "1", "1.5", "2", "2.0000000001", "3", "-3", "10", "100.25", "140", "0.1", "99999999.125")
    )
)
SPECIAL_DAYS = (
    dt.date(2024, 2, 29),
    dt.date(2024, 2, 28),
    dt.date(2023, 2, 28),
    dt.date(2025, 2, 28),
    dt.date(2024, 1, 31),
    dt.date(2024, 3, 31),
    dt.date(2024, 3, 1),
    dt.date(2023, 12, 31),
    dt.date(2024, 12, 31),
    dt.date(2025, 1, 1),
    dt.date(2024, 4, 30),
    dt.date(2020, 2, 29),
)
FAR_DAYS = (dt.date(1900, 1, 1), dt.date(9999, 12, 31), dt.date(1, 1, 1))
BIRTHS = (
    dt.date(2004, 2, 29),
    dt.date(2000, 2, 29),
    dt.date(1950, 12, 31),
    dt.date(2006, 1, 31),
    dt.date(1999, 3, 1),
    dt.date(2024, 2, 29),
    dt.date(1980, 6, 15),
)
STRANGER = 99


class Maker:
    """Makes the rows of one world from one random generator."""

    def __init__(self, rng: random.Random, population: str) -> None:
        self.rng = rng
        self.population = population
        self.persons = list(range(1, rng.choice((1, 2, 2, 3, 3, 4, 6, 8)) + 1))
        # Few distinct days make ties; near days make windows bite.
        near = rng.choice(SPECIAL_DAYS)
        self.days = [
            near + dt.timedelta(days=rng.choice((0, 0, 1, 2, 7, 28, 30, 31, 42, 60, 90, 365, -1, -30)))
            for _ in range(rng.randint(2, 8))
        ]
        self.days += rng.sample(SPECIAL_DAYS, rng.randint(1, 5))
        if rng.random() < 0.06:
            self.days.append(rng.choice(FAR_DAYS))
        self.null_share = rng.choice((0.0, 0.05, 0.1, 0.25))
        self.null_dates = rng.choice((0.0, 0.1, 0.2, 0.4))
        self.episodes = self._episodes()
        self.concepts = rng.sample(CONCEPTS, rng.randint(2, 5))
        self.texts = rng.sample(TEXTS, rng.randint(3, 8))

    def _episodes(self) -> list[tuple[int, int]]:
        found = []
        for person in self.persons:
            for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
                found.append((person, 10 + len(found)))
        return found

    def world(self) -> Rows:
        """Return the rows of every table."""
        rng = self.rng
        rows: Rows = {name: [] for name in TABLES}
        rows["run_context"] = [{"as_of": self._as_of()}]
        rows["concept"] = [
            {"concept_id": c, "concept_code": rng.choice([None, *TEXTS, "L01", "TAX"])}
            for c in CONCEPTS
            if rng.random() < 0.7
        ]
        pairs = {(rng.choice(CONCEPTS), rng.choice(CONCEPTS)) for _ in range(rng.randint(0, 8))}
        rows["concept_ancestor"] = [{"ancestor_concept_id": a, "descendant_concept_id": d} for a, d in sorted(pairs)]
        for table in TABLES_OF[self.population]:
            rows[table] = self._rows(table)
        return rows

    def _as_of(self) -> dt.date:
        """Draw the day that all is seen from: long after, or around the end of a window that begins on some day."""
        rng = self.rng
        if rng.random() < 0.6:
            return dt.date(2026, 6, 30)
        near = [day for day in self.days if day not in FAR_DAYS] or [dt.date(2024, 2, 29)]
        length = rng.choice((0, 0, 0, 1, 7, 30, 31, 42, 60, 92, 366))
        return rng.choice(near) + dt.timedelta(days=length + rng.choice((0, 0, 0, -1, 1)))

    def _rows(self, table: str) -> list[Row]:
        rng = self.rng
        if table == "episode":
            spine = [(p, e) for p, e in self.episodes if rng.random() < 0.95]
            return [{"person_id": p, "episode_id": e, "start_date": self._value("date", {})} for p, e in spine]
        if table in ("person", "registrant"):
            return [self._row(table, p) for p in self.persons if rng.random() < 0.93]
        rows = [
            self._row(table, None)
            for _ in range(rng.choice((rng.randint(0, 6), rng.randint(3, 12), rng.randint(8, 25), rng.randint(8, 25))))
        ]
        for _ in range(rng.choice((0, 0, 1, 3, 6))):
            if rows and len(rows) < 25:
                twin = dict(rng.choice(rows))
                if rng.random() < 0.5:  # not quite the same: another value of one column
                    columns = list(TABLES[table].items())
                    telling = [(c, k) for c, k in columns if k in ("episode", "date", "timestamp", "person")]
                    column, kind = rng.choice(rng.choice((columns, telling)))
                    twin[column] = self._value(kind, twin)
                rows.append(twin)
        return rows

    def _row(self, table: str, key: int | None) -> Row:
        row: Row = {}
        for column, kind in TABLES[table].items():
            row[column] = key if kind == "key" else self._value(kind, row)
        return row

    def _value(self, kind: str, row: Row) -> Any:
        rng = self.rng
        if kind == "person":
            if rng.random() < 0.04:
                return None
            return rng.choice(self.persons) if rng.random() < 0.97 else STRANGER
        if kind in ("birth", "sex", "gender"):
            return self._of_person(kind)
        if rng.random() < (self.null_dates if kind in ("date", "timestamp") else self.null_share):
            return None
        match kind:
            case "episode":
                return self._episode(row)
            case "event":
                return rng.randint(1, 30) if rng.random() < 0.9 else rng.randint(1, 3)
            case "visit":
                return rng.randint(100, 104)
            case "treatment":
                return rng.randint(200, 203)
            case "treatment_float":
                return float(rng.randint(200, 203))
            case "date":
                return rng.choice(self.days)
            case "timestamp":
                return dt.datetime.combine(rng.choice(self.days), rng.choice((dt.time(9), dt.time(23, 59), dt.time(0))))
            case "concept":
                return rng.choice(self.concepts) if rng.random() < 0.92 else 0
            case "unit":
                return rng.choice((*UNITS, 0))
            case "number":
                return rng.choice(NUMBERS)
            case "float":
                return float(rng.choice(NUMBERS))
            case "text":
                return rng.choice(self.texts)
            case "reason":
                return rng.choice(("too early", "O'Neil's", ""))
            case "flag":
                return rng.random() < 0.5
        raise AssertionError(kind)

    def _of_person(self, kind: str) -> Any:
        rng = self.rng
        if rng.random() < 0.1:
            return None
        if kind == "birth":
            return rng.choice(BIRTHS)
        return rng.choice((8532, 8507, 0)) if kind == "sex" else rng.choice((1, 2, 3))

    def _episode(self, row: Row) -> int | None:
        """Mostly one of the person's own, now and then another person's, or one that no spine has."""
        rng = self.rng
        person = row.get("person_id", row.get("patient"))
        own = [e for p, e in self.episodes if p == person]
        if rng.random() < 0.05 and self.episodes:
            return rng.choice(self.episodes)[1]
        if rng.random() < 0.03:
            return 77
        return rng.choice(own) if own else None


def world(seed: int, population: str) -> Rows:
    """Return the rows of every table of the house."""
    return Maker(random.Random(seed), population).world()


def shuffled(rows: Rows, seed: int) -> Rows:
    """Return the same rows in another order."""
    rng = random.Random(seed)
    return {name: rng.sample(table, len(table)) for name, table in rows.items()}


def doubled(rows: Rows, seed: int) -> Rows:
    """Return the rows with some event rows twice; what is one row a person or an episode stays so."""
    rng = random.Random(seed)
    events = ("record", "stay", "dose", "trait", "origin", "entry", "mark")
    return {
        name: table + [dict(r) for r in table if name in events and rng.random() < 0.6] for name, table in rows.items()
    }


def before_as_of(rows: Rows) -> tuple[Rows, int]:
    """Return the rows without what begins after as_of, and with other ends of what ends after it; and how many differ.

    A row of several days none of which is its start goes where all of them are later.
    """
    as_of = rows["run_context"][0]["as_of"]
    result, changes = dict(rows), 0
    for table in ("episode", "record", "stay", "entry", "dose"):
        kept = []
        for row in rows[table]:
            days = {c: v.date() if isinstance(v, dt.datetime) else v for c, v in row.items() if isinstance(v, dt.date)}
            later = {c for c, day in days.items() if day > as_of}
            start = next((c for c in ("start_date", "admitted_at") if c in TABLES[table]), None)
            dates = [c for c, kind in TABLES[table].items() if kind in ("date", "timestamp")]
            if start in later or (start is None and later == set(dates)):
                changes += 1
                continue
            ends = {c: row[c] + dt.timedelta(days=17) for c in later if row[c].year < 9999}
            changes += bool(ends)
            kept.append(row | ends)
        result[table] = kept
    return result, changes


def with_strangers(rows: Rows, seed: int, population: str) -> tuple[Rows, int]:
    """Return the rows with those of unrelated persons among them, and the number above which persons are unrelated."""
    beyond = 1000
    other = world(seed, population)
    shifted = {"person_id", "patient", "registrant_id", "episode_id", "event_id", "stay_id", "visit_id", "treatment_id"}
    result = {name: list(table) for name, table in rows.items()}
    for name in TABLES_OF[population]:
        for row in other[name]:
            moved = {c: (v + beyond if c in shifted and v is not None else v) for c, v in row.items()}
            if any(moved.get(c) is not None for c in ("person_id", "patient", "registrant_id")):
                result[name].append(moved)
    return result, beyond
