"""What concepts are called, for people who read a pack: from a vocabulary beside the configuration, or a phenotype."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from measuremart.importers.oa_cohorts.configuration import Configuration
from measuremart.importers.oa_cohorts.reading import VOCABULARY_FILES


def concept_names(source: Configuration, folder: Path) -> dict[int, str]:
    """Return the names of the configuration's concepts, as far as anything gives one.

    A phenotype names a concept where it has no other. The vocabulary's file is read line by line: it may be large.
    Raises `ValueError` and `OSError` where it cannot be read.
    """
    wanted = {number for row in source.rows("query_rule") if (number := row.maybe("concept"))}
    wanted |= {number for concepts in source.concepts.values() for number in concepts}
    named = {}
    for phenotype, concepts in sorted(source.concepts.items()):
        if len(set(concepts)) == 1:
            named[concepts[0]] = source.by_id["phenotype"][phenotype].text("name")
    found = next((folder / name for name in VOCABULARY_FILES if (folder / name).is_file()), None)
    return named | (dict(_read(found, wanted)) if found is not None else {})


def _read(file: Path, wanted: set[int]) -> Iterator[tuple[int, str]]:
    """Yield (id, name) of the wanted concepts of a file with tabs (Athena's, which quotes nothing) or commas."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        heading = stream.readline()
        lines = chain([heading], stream)
        if "\t" in heading:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            rows = csv.DictReader(lines)
        if not {"concept_id", "concept_name"} <= set(rows.fieldnames or ()):
            raise ValueError("it has no columns concept_id and concept_name")
        for row in rows:
            number = (row["concept_id"] or "").strip()
            if number.isascii() and number.isdigit() and int(number) in wanted and row["concept_name"]:
                yield int(number), row["concept_name"]
