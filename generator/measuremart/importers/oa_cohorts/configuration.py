"""A configuration as a whole: rows by id, references that lead somewhere, no measure inside itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from measuremart.importers.oa_cohorts.layouts import REFERENCES_OF
from measuremart.importers.oa_cohorts.reading import Reading, Row, read_folder
from measuremart.problems import Kind, Problem

FULL_COHORT = 0


class Configuration:
    """The tables of one folder; of use only where `problems` is empty."""

    def __init__(self, reading: Reading) -> None:
        self.layout = reading.layout
        self.files = reading.files
        self.findings = reading.findings
        self.problems = reading.problems
        self._tables = reading.tables
        self.by_id: dict[str, dict[int, Row]] = {
            name: {row.number("id"): row for row in rows if isinstance(row.values.get("id"), int)}
            for name, rows in reading.tables.items()
        }
        self.rules = self._many("subquery_rule_map", "subquery", "rule")
        self.concepts = self._many("phenotype_definition", "phenotype", "concept")
        self.children = self._many("measure_relationship", "parent", "child")
        self.definitions = self._many("dash_cohort_def_map", "cohort", "definition")
        self.windows = {row.number("measure"): row for row in self.rows("measure_temporal_window")}
        if not self.problems:
            self.problems += [*self._dangling(), *self._cycles()]

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table, in the order of the file."""
        return self._tables.get(table, [])

    def sorted(self, table: str) -> list[Row]:
        """Return the rows of a table with ids, by id: the order of the file has no meaning."""
        return [row for _, row in sorted(self.by_id[table].items())]

    def below(self, measure: int) -> list[int]:
        """Return the measures that a measure is made of: those of its window, else its children."""
        if measure == FULL_COHORT:
            return []
        window = self.windows.get(measure)
        if window is None:
            return self.children.get(measure, [])
        return [m for m in (window.maybe("anchor"), window.number("candidate")) if m is not None]

    def _many(self, table: str, one: str, many: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for row in self.rows(table):
            found[row.number(one)].append(row.number(many))
        return dict(found)

    def _dangling(self) -> Iterator[Problem]:
        for table, fields in REFERENCES_OF.items():
            for row in self.rows(table):
                for field, wanted in fields.items():
                    number = row.maybe(field)
                    whole_cohort = wanted == "measure" and number == FULL_COHORT
                    if number is not None and number not in self.by_id[wanted] and not whole_cohort:
                        text = f"there is no {wanted} {number} in {self.files[wanted]}"
                        yield Problem(row.position, text, Kind.MEANING)

    def _cycles(self) -> Iterator[Problem]:
        done: set[int] = set()
        for start in sorted(self.by_id["measure"]):
            path: list[int] = []
            stack = [(start, 0)]
            while stack:
                measure, number = stack.pop()
                if number == 0:
                    if measure in path:
                        circle = " > ".join(str(m) for m in [*path[path.index(measure) :], measure])
                        text = f"a measure is made of itself: {circle}"
                        yield Problem(self.by_id["measure"][measure].position, text, Kind.MEANING)
                        return
                    if measure in done:
                        continue
                    path.append(measure)
                below = self.below(measure)
                if number < len(below):
                    stack += [(measure, number + 1), (below[number], 0)]
                else:
                    done.add(path.pop())


def read_configuration(folder: Path) -> Configuration:
    """Read a folder; what is wrong with it is in `problems`."""
    return Configuration(read_folder(folder))
