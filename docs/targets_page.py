"""The page docs/reference/targets.md: every declared target of the packs, from the declarations themselves."""

from __future__ import annotations

from pathlib import Path

from measuremart.catalogue import load
from measuremart.definitions.file import Defined
from measuremart.definitions.target import Target

_KINDS = ("concept", "number", "unit", "text", "flag")


def targets_page(definitions: Path) -> str:
    """Return the page. Raises `ValueError` where a definition does not read."""
    catalogue, problems = load(definitions)
    if problems:
        raise ValueError("; ".join(str(p) for p in problems))
    text = "# Targets\n\n"
    text += (
        "What rules can be applied to. `resolve_by` of a subquery picks one of the grains, `date` one of the dates:\n"
        "the first unless told. A role in bold is the main one of its kind: a matcher reads it if it names none.\n\n"
        "- [Add your own](../how-to/add-a-target.md)\n"
        "- [What the rows of the oncology targets are](../explanation/oncology-targets.md)\n"
        "- [The columns of the models](relations.md)\n\n"
    )
    targets = catalogue.of("targets")
    for pack in sorted({d.pack for d in targets.values()}, key=lambda name: (name != "omop", name)):
        own = [d for d in targets.values() if d.pack == pack]
        text += f"## Pack {pack}\n\n" + "".join(f"- [{d.name}](#{d.name}): {_said(d)}\n" for d in own) + "\n"
        text += "".join(_target(d) for d in own)
    return text.rstrip("\n") + "\n"


def _said(defined: Defined) -> str:
    return " ".join((defined.entry.description or "").split())


def _target(defined: Defined) -> str:
    entry: Target = defined.entry
    lines = [
        ("population", f"`{entry.population}`" if entry.population else "the only one"),
        ("model", f"`{entry.model}`"),
        ("grain", ", ".join(_grains(entry))),
        ("dates", ", ".join(f"`{role}` ({column})" for role, column in entry.dates.items()) or "none: timeless"),
    ]
    if entry.reduced_by:
        lines.append(("holds", f"the events whose concept (`{entry.reduced_by}`) some definition asks about"))
    if entry.missing_end:
        lines.append(("a missing end", _missing_end(entry)))
    for kind in _KINDS:
        main, further = getattr(entry, kind), getattr(entry, f"{kind}s")
        roles = [f"**`{kind}`** ({main})"] if main else []
        roles += [f"`{role}` ({column})" for role, column in further.items()]
        if roles:
            lines.append((f"{kind}s", ", ".join(roles)))
    if entry.spans is not None:
        gap = ", ".join(f"{getattr(entry.spans.gap, unit)} {unit}" for unit in sorted(entry.spans.gap.model_fields_set))
        lines.append(("spans", f"rows that overlap, meet, or leave a gap of up to {gap}, are one"))
    if entry.unattached:
        lines.append(("without an episode", f"{entry.unattached} says why"))
    rows = "".join(f"| {name} | {said} |\n" for name, said in lines)
    return f"### {defined.name}\n\n{_said(defined)}\n\n| | |\n| --- | --- |\n{rows}\n"


def _missing_end(entry: Target) -> str:
    if entry.missing_end == "open":
        return "the row goes on"
    return "start + `days_supply` - 1, else the start" if "days_supply" in entry.numbers else "the start"


def _grains(entry: Target) -> list[str]:
    grains = ["`episode`", "`person`"] if entry.episode else ["`person`"]
    grains += [f"`{name}` ({key.column}, within {key.within})" for name, key in entry.keys.items()]
    return [*grains, f"`event` ({entry.event})"]
