"""What the parts of a translation share: the configuration, the project's targets, names, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from measuremart.definitions.file import Defined
from measuremart.importers.finding import Finding
from measuremart.importers.oa_cohorts.configuration import Configuration
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.plan.targets import Roles
from measuremart.problems import Problem

Entry = dict[str, Any]
LONGEST = 4000


class UnmappableError(Exception):
    """A part that cannot be mapped faithfully; `row` is where it stands, the message why."""

    def __init__(self, reason: str, row: Row | None = None) -> None:
        super().__init__(reason)
        self.row = row


@dataclass
class Translation:
    """The state of one import."""

    source: Configuration
    targets: dict[str, Defined]
    reserved: dict[str, set[str]]
    # (section, name) of what the language refused, with the reason: it is written as incomplete, or left out.
    refused: dict[tuple[str, str], str]
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _roles: dict[str, Roles] = field(default_factory=dict)

    def roles(self, target: str) -> Roles:
        """Return the roles of a target of the project."""
        if target not in self._roles:
            self._roles[target] = Roles(self.targets[target].entry)
        return self._roles[target]

    def say(self, table: str, number: int, effect: Literal["unavailable", "changed", "left out"], reason: str) -> None:
        """Add a finding, once."""
        row = self.source.by_id.get(table, {}).get(number)
        what = next((row.text(f) for f in ("name", "title", "matcher") if row and row.values.get(f)), table)
        finding = Finding(self.source.files[table], number, what, effect, reason)
        if finding not in self.findings:
            self.findings.append(finding)


def text_of(parts: Iterable[str]) -> str:
    """Return sentences as one text, each with its full stop; as much of it as the language allows a text to have."""
    text = " ".join(p if p.endswith((".", "!", "?")) else f"{p}." for p in (" ".join(p.split()) for p in parts) if p)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def ids_said(numbers: Iterable[int]) -> str:
    """Return ids as words, runs shortened: 4, 6 to 9 and 12."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(n) for n in run]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
