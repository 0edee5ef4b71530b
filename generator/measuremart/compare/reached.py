"""Which dbt nodes an edit reaches: from the generated files that it changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from measuremart.write import Change

# Seeds from which it follows what targets hold (semantics.md 2.9), and what of them decides it.
_DEMAND = {
    "catalogue_concept": ("matcher", "concept_id"),
    "catalogue_target_demand": ("pack", "target_model", "matcher", "concept_id", "concept_set"),
}
# Columns of seeds that say something in words: no result follows from them.
_WORDING = {"title", "description", "reference", "version"}
# What is built of all that an edit reaches: the way to the results, the measures, and views, which some engines remove
# with what they read. Other marts stay as the last build left them.
_AS_FAR_AS = ("+indicator_result", "tag:measures", "config.materialized:view")


def edited_nodes(changes: Iterable[Change]) -> list[str]:
    """Return the models and seeds of changed files that hold something else; comments and descriptions do not count."""
    found = []
    for change in changes:
        path = PurePosixPath(change.path)
        if change.kind == "removed" or path.suffix not in (".sql", ".csv") or "generated" not in path.parts:
            continue
        if path.stem in _DEMAND:  # what is no longer asked for may stay in a target, since it changes no result
            is_edited = bool(_rows(change.new, path.stem) - _rows(change.old, path.stem))
        elif path.suffix == ".csv":
            is_edited = _rows(change.new, path.stem) != _rows(change.old, path.stem)
        else:
            is_edited = _without_comments(change.old) != _without_comments(change.new)
        if is_edited:
            found.append(path.stem)
    return found


def selection(nodes: Sequence[str]) -> list[str]:
    """Return the words after dbt's `--select` for what is built when these nodes have changed."""
    return [f"{node}+,{limit}" for node in nodes for limit in _AS_FAR_AS]


def _without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("--")]


def _rows(text: str, seed: str) -> set[tuple[str | None, ...]]:
    """Return the rows of a seed, each once, without what is only wording, or does not decide the demand."""
    rows = csv.DictReader(io.StringIO(text))
    columns = _DEMAND.get(seed) or tuple(c for c in rows.fieldnames or () if c not in _WORDING)
    found = {tuple(row.get(column) for column in columns) for row in rows}
    return {row for row in found if seed != "catalogue_concept" or row[0] == "hierarchy"}
