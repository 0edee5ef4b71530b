"""Packs as a plan knows them: what each needs of others, and which report stands for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from measuremart.catalogue import Catalogue
from measuremart.definitions.pack import Pack as PackFile
from measuremart.plan.extensions import asked_of
from measuremart.plan.nodes import Pack, Plan
from measuremart.plan.reach import concept_sets_of, reach_of
from measuremart.problems import Kind, Problem, did_you_mean


def packs_of(catalogue: Catalogue, plan: Plan) -> dict[str, Pack]:
    """Return all packs by name. A pack without a `pack.yml` needs those whose definitions it uses."""
    used = uses(catalogue, plan)
    about = {name: catalogue.about.get(name) for name in catalogue.packs()}
    always = {name for name, said in about.items() if said is not None and said.built == "always"}
    near = {name: tuple(said.needs) if said else tuple(sorted(used[name])) for name, said in about.items()}
    return {name: _pack(plan, name, said, _all_needed(name, near, always)) for name, said in about.items()}


def uses(catalogue: Catalogue, plan: Plan) -> dict[str, dict[str, tuple[str, str]]]:
    """Return by pack the other packs that its definitions use, each with (section, name) of a definition that does."""
    found: dict[str, dict[str, tuple[str, str]]] = {name: {} for name in catalogue.packs()}
    for pack, by, others in _uses(catalogue, plan):
        for other in others:
            if other != pack:
                found[pack].setdefault(other, by)
    return found


def pack_problems(catalogue: Catalogue, plan: Plan) -> list[Problem]:
    """Return what each `pack.yml` says that does not fit the definitions of its pack and the other packs.

    What is defined and has an error is not missing: its own message says what is wrong with it.
    """
    problems: list[Problem] = []
    used = uses(catalogue, plan)
    for name, about in catalogue.about.items():
        if about is None:
            continue
        # Where another pack.yml has an error, nobody knows when that pack is built.
        known = {p for p in plan.packs if catalogue.about.get(p) is not None or p not in catalogue.about}
        for number, other in enumerate(about.needs):
            if other not in plan.packs or other == name:
                what = "a pack does not need itself" if other == name else f"unknown pack '{other}'"
                hint = did_you_mean(other, [p for p in plan.packs if p != name])
                problems.append(Problem(about.place("needs", number), what + hint, Kind.MEANING, "pack"))
        for other, (section, defined) in used[name].items():
            if other in known and other not in plan.packs[name].needs and plan.packs[other].built != "always":
                part = next(iter(sorted(_named_of(catalogue, plan, other, section, defined))))
                text = f"pack '{name}' uses {part} of pack '{other}': add '{other}' to needs"
                problems.append(Problem(catalogue.of(section)[defined].position, text, Kind.MEANING, "pack"))
        for other in plan.packs[name].needs:
            if other in known and about.built == "by_default" and plan.packs[other].built == "on_request":
                text = f"pack '{name}' is built by default, but pack '{other}', which it needs, is not"
                problems.append(Problem(about.place("built"), text, Kind.MEANING, "pack"))
        problems += _problems_of_reads(about, catalogue, plan)
        if about.report is not None and not _has_report(catalogue, name, about.report):
            reports = [r.name for r in catalogue.of("reports").values() if r.pack == name]
            text = f"pack '{name}' has no report '{about.report}'{did_you_mean(about.report, reports)}"
            problems.append(Problem(about.place("report"), text, Kind.MEANING, "pack"))
    return problems


def _has_report(catalogue: Catalogue, pack: str, name: str) -> bool:
    """Say whether a pack has a report, or may have it in what could not be read."""
    reports = [report for report in catalogue.of("reports").values() if report.pack == pack]
    return catalogue.may_have(name) or any(report.name == name or report.entry is None for report in reports)


def _problems_of_reads(about: PackFile, catalogue: Catalogue, plan: Plan) -> Iterator[Problem]:
    """Yield what `reads` names that there is not, or that is not reduced."""
    reduced = sorted(target.name for target in plan.targets.values() if target.reduced_by)
    for name, sets in about.reads.items():
        is_faulty = name not in plan.targets and (name in catalogue.of("targets") or catalogue.may_have(name))
        if name not in reduced and not is_faulty:
            what = f"target '{name}' is not reduced" if name in plan.targets else f"unknown target '{name}'"
            yield Problem(about.place("reads", name), what + did_you_mean(name, reduced), Kind.MEANING, "pack")
        for number, concept_set in enumerate(sets if sets != "everything" else ()):
            if concept_set not in plan.concept_sets and not catalogue.may_have(concept_set):
                text = f"unknown concept set '{concept_set}'" + did_you_mean(concept_set, plan.concept_sets)
                yield Problem(about.place("reads", name, number), text, Kind.MEANING, "pack")


def _named_of(catalogue: Catalogue, plan: Plan, other: str, section: str, name: str) -> Iterator[str]:
    """Yield the targets, or else the pack, that a definition uses of another pack."""
    targets: Iterable[str] = ()
    if section == "subqueries":
        targets = [plan.subqueries[name].subquery.target.name]
    elif section == "measures":
        targets = reach_of(plan.measures, [name]).targets
    found = [f"target '{t}'" for t in targets if catalogue.of("targets")[t].pack == other]
    yield from found or ["definitions"]


def packs_to_build(plan: Plan, wanted: Iterable[str]) -> list[str]:
    """Return what the variable `packs` names so that some packs are built: they, and those that they need."""
    found = dict.fromkeys(name for pack in wanted for name in (*plan.packs[pack].needs, pack))
    return [name for name in found if plan.packs[name].built != "always"]


def _pack(plan: Plan, name: str, said: PackFile | None, needs: tuple[str, ...]) -> Pack:
    if said is None:
        return Pack(name, name, "on_request", needs, _only_report(plan, name), None)
    reads = tuple((t, () if sets == "everything" else tuple(sets)) for t, sets in sorted(said.reads.items()))
    return Pack(name, said.title, said.built, needs, said.report or _only_report(plan, name), said.organisation, reads)


def _only_report(plan: Plan, pack: str) -> str | None:
    reports = [r.about.name for r in plan.reports.values() if r.about.pack == pack]
    return reports[0] if len(reports) == 1 else None


def _all_needed(name: str, near: dict[str, tuple[str, ...]], always: set[str]) -> tuple[str, ...]:
    """Return the packs that one needs, and those that they need; without itself and those that are always built."""
    found: list[str] = []
    waiting = list(near[name])
    while waiting:
        other = waiting.pop(0)
        if other not in found and other != name and other not in always:
            found.append(other)
            waiting += near.get(other, ())
    return tuple(sorted(found))


def _uses(catalogue: Catalogue, plan: Plan) -> Iterator[tuple[str, tuple[str, str], set[str]]]:
    pack_of = {(d.section, d.name): d.pack for d in catalogue.everything()}

    def named(section: str, names: Iterable[str]) -> set[str]:
        return {pack_of[section, name] for name in names}

    for target in plan.targets.values():
        yield target.pack, ("targets", target.name), named("populations", [target.population])
    for population in plan.populations.values():
        for extension in population.extensions:
            yield extension.pack, ("extensions", extension.name), named("populations", [population.name])
    for subquery in plan.subqueries.values():
        sets = named("concept_sets", concept_sets_of(subquery.subquery))
        yield subquery.about.pack, ("subqueries", subquery.about.name), sets | {subquery.subquery.target.pack}
    for measure in plan.measures.values():
        reach = reach_of(plan.measures, [measure.about.name])
        others = named("measures", reach.measures) | named("subqueries", reach.subqueries)
        others |= named("concept_sets", reach.concept_sets) | {target.pack for target in reach.targets.values()}
        yield measure.about.pack, ("measures", measure.about.name), others
    for cohort in plan.cohorts.values():
        yield cohort.about.pack, ("cohorts", cohort.about.name), named("measures", [m for _, m in cohort.definitions])
    for indicator in plan.indicators.values():
        yield indicator.about.pack, ("indicators", indicator.about.name), named("measures", indicator.measures())
    for report in plan.reports.values():
        others = named("cohorts", report.cohorts) | named("indicators", [i.about.name for i in report.indicators])
        others |= {extension.pack for extension in asked_of(plan, report)}
        others |= named("measures", [*report.counted, *(m for m in report.dataset if ("measures", m) in pack_of)])
        yield report.about.pack, ("reports", report.about.name), others
    for audience in plan.audiences.values():
        yield audience.about.pack, ("audiences", audience.about.name), named("reports", audience.reports)
