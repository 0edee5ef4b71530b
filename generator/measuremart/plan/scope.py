"""What the planners share: the catalogue, the problems found, and where a name led."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from measuremart.catalogue import Catalogue, noun
from measuremart.definitions.base import Part
from measuremart.definitions.file import Defined
from measuremart.plan.nodes import Named
from measuremart.problems import Kind, Position, Problem, did_you_mean

# A problem that keeps what has it out of the plan, and that another one explains.
UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from a named definition to the part at hand, for messages: `treated_in_time > window.candidate`."""

    section: str
    name: str
    steps: tuple[str | int, ...] = ()

    def down(self, *steps: str | int) -> Trail:
        """Return the trail one part further in."""
        return Trail(self.section, self.name, self.steps + steps)

    def __str__(self) -> str:
        words = ""
        for step in self.steps:
            if step != "of":
                words += f"[{step + 1}]" if isinstance(step, int) else f" > {step}"
        return f"{noun(self.section)} {self.name}{words}"


@dataclass
class Scope:
    """The catalogue and the problems so far."""

    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        position: Position,
        message: str,
        trail: Trail | None = None,
        kind: Kind = Kind.MEANING,
        check: str = "lacks_a_part",
    ) -> None:
        """Add a problem; the trail is said where it leads past the definition's own line."""
        where = f" (in {trail})" if trail is not None and trail.steps else ""
        self.problems.append(Problem(position, message + where, kind, check))

    def find(self, name: str, section: str, position: Position, trail: Trail) -> Defined | None:
        """Return the entry, or report that it is unknown; None also for one that has problems of its own.

        A name that may be defined in what could not be read is not said to be unknown.
        """
        defined = self.catalogue.of(section).get(name)
        if defined is None:
            self.report_unknown(name, (section,), position, trail)
            return None
        return defined if defined.entry is not None else None

    def report_unknown(self, name: str, sections: tuple[str, ...], position: Position, trail: Trail) -> None:
        """Report that none of `sections` has a name, or keep it unsaid where what could not be read may have it."""
        check = UNSAID if self.catalogue.may_have(name) else "unknown_name"
        self.report(position, self.catalogue.unknown(name, sections), trail, check=check)

    def said(self) -> list[Problem]:
        """Return the problems that a person is told."""
        return [problem for problem in self.problems if problem.check != UNSAID]

    def pick(
        self, word: str, valid: Iterable[str], what: str, part: Part, path: tuple[str | int, ...], trail: Trail
    ) -> bool:
        """Say whether `word` is one of `valid`, and report it where it is not."""
        choices = list(valid)
        if word in choices:
            return True
        listed = f"; there are {', '.join(choices)}" if choices else "; there are none"
        self.report(
            part.place(*path),
            f"unknown {what} '{word}'{did_you_mean(word, choices) or listed}",
            trail,
            check="unknown_name",
        )
        return False


def about(defined: Defined) -> Named:
    """Return what documentation says of a definition."""
    entry = defined.entry
    description = " ".join((entry.description or "").split())
    return Named(
        defined.name,
        defined.pack,
        description,
        getattr(entry, "id", None),
        defined.position.file,
        defined.position.line,
    )
