"""What `measuremart build` says: a line for each stage, then what dbt warns of and what failed, in words."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from measuremart.warehouse.build import Built, Finding, Step


def stage_line(name: str, seconds: float, said: str) -> str:
    """Return the line of a stage that has ended: its name, the seconds it took, and what it did."""
    return f"{name:<8}{seconds:>7.1f} s  {said}"


def step_said(step: Step) -> str:
    """Return where dbt is: `312 of 601 · measures/lung`."""
    return f"{step.number:,} of {step.of:,} · {step.folder}"


def built_said(built: Built) -> str:
    """Return what was built and how it ended: `32 seeds, 284 models, 282 tests: 3 warnings`."""
    kinds = ((kind, built.done[kind]) for kind in ("seed", "model", "test"))
    counts = ", ".join(_counted(number, kind) for kind, number in kinds if number)
    found = [_counted(number, kind) for kind in ("warning", "failure") if (number := built.number_of(kind))]  # type: ignore[arg-type]
    if built.skipped:
        found.append(f"{built.skipped:,} skipped because of them")
    return f"{counts or 'nothing'}: {', '.join(found) or 'all well'}"


def finding_lines(finding: Finding) -> RenderableType:
    """Return a warning or failure: its name and count, and below it the words for it, indented."""
    count = "" if finding.count is None else f": {finding.count:,}"
    heading = Text(f"{finding.kind}: {finding.name}{count}")
    return Group(heading, Padding(Text(finding.said), (0, 0, 0, 4), expand=False)) if finding.said else heading


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
