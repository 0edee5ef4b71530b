"""Subqueries: the rules of oa-cohorts as rules over the project's targets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from measuremart.importers.oa_cohorts import differences
from measuremart.importers.oa_cohorts.configuration import Configuration
from measuremart.importers.oa_cohorts.meaning import (
    FIRST_DAYS,
    MEANINGS,
    OF_INDICATORS,
    ROLES,
    WINDOW_ROLES,
    TargetMeaning,
)
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.translation import Entry, Translation, UnmappableError, ids_said, text_of
from measuremart.plan.targets import Roles
from measuremart.problems import Kind, Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Leaf:
    """One subquery in the language. `body` has its rules, or why there are none under `incomplete`.

    `absent` says that its rows are what must not be there: its members are the episodes of care that have none of them.
    """

    id: int
    name: str
    body: Entry
    notes: tuple[str, ...]
    description: str
    has_episodes: bool
    has_treatments: bool
    absent: bool = False

    def entry(self, **changes: Any) -> Entry:
        """Return the subquery as it is written, with keys changed."""
        notes = {"notes": text_of(self.notes)} if self.notes else {}
        body = {"target": self.body["target"], **changes, **self.body, **changes}
        return {"description": self.description, **notes, **body}


@dataclass
class _Found:
    rules: list[Entry] = field(default_factory=list)
    exclude: list[Entry] = field(default_factory=list)
    absent: list[Entry] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def wants_no_row(source: Configuration, row: Row) -> bool:
    """Say whether a subquery asks for what must not be there, so that its own rows are the opposite of its name."""
    rules = [source.by_id["query_rule"][n] for n in source.rules.get(row.number("id"), [])]
    undated = MEANINGS[row.text("target")].name == "person"
    return bool(rules) and not undated and all(rule.text("matcher") == "absence" for rule in rules)


def leaves(work: Translation) -> dict[int, Leaf]:
    """Return every subquery by id; a target that the project lacks is a problem."""
    found = {}
    used = {rule for rules in work.source.rules.values() for rule in rules}
    for number in work.source.by_id["query_rule"]:
        if number not in used:
            work.say("query_rule", number, "left out", "no subquery has it")
    for row in work.source.sorted("subquery"):
        leaf = _leaf(work, row)
        if leaf is not None:
            found[leaf.id] = leaf
    return found


def _leaf(work: Translation, row: Row) -> Leaf | None:
    number = row.number("id")
    rules = [work.source.by_id["query_rule"][n] for n in sorted(work.source.rules.get(number, []))]
    meaning = MEANINGS[row.text("target")]
    if meaning.numbers and any(rule.text("matcher") == "scalar" for rule in rules):
        meaning = replace(meaning, name=meaning.numbers)
    if meaning.name not in work.targets or work.targets[meaning.name].entry is None:
        hint = did_you_mean(meaning.name, work.targets)
        text = f"target {row.text('target')} is '{meaning.name}' here, which this project does not have{hint}"
        text += ": packs omop and oncology have the targets"
        work.problems.append(Problem(row.position, text, Kind.MEANING))
        return None
    roles = work.roles(meaning.name)
    target = work.targets[meaning.name].entry
    body: Entry = {"target": meaning.name}
    absent = False
    remarks: list[str] = []
    try:
        if not rules:
            raise UnmappableError("the source has no rules for it")
        date = _date(row, roles)
        found = _rules(work, row, rules, meaning, roles)
        absent, remarks = bool(found.absent), found.remarks
        if absent:
            work.say("subquery", number, "changed", differences.ABSENCE)
        dated = differences.of_date(row.text("target"), row.text("temporality"), date) if roles.dates else []
        for text in [*differences.of_target(row.text("target")), *dated]:
            work.say("subquery", number, "changed", text)
        remarks += [f"Changed: {text}" for text in dated]
        body |= {"date": date} if date else {}
        body["rules"] = _merged(found.absent or found.rules)
        body |= {"exclude": _merged(found.exclude)} if found.exclude else {}
    except UnmappableError as fault:
        reason = str(fault)
        if fault.row is not None:
            rule = fault.row.number("id")
            work.say("query_rule", rule, "unavailable", reason)
            work.say("subquery", number, "unavailable", f"its rule {rule} cannot be mapped")
            reason = f"rule {rule}: {reason}"
        else:
            work.say("subquery", number, "unavailable", reason)
        body = {"target": meaning.name, "incomplete": reason}
    name = work.names[("subquery", number)]
    refusal = work.refused.get(("subqueries", name))
    if refusal:
        work.say("subquery", number, "unavailable", refusal)
        body = {"target": meaning.name, "incomplete": refusal}
    silent = [r.number("id") for r in rules if not r.text("notes")]
    notes = [f"Rule{'' if len(silent) == 1 else 's'} {ids_said(silent)}"] if silent else []
    notes += [f"Rule {r.number('id')}: {r.text('notes')}" for r in rules if r.text("notes")]
    notes += remarks
    description = text_of([row.text("name")])
    if absent and "rules" in body:
        description = text_of([f"What must not be there for: {row.text('name')}"])
    return Leaf(
        number,
        name,
        body,
        tuple(notes),
        description,
        has_episodes=target.episode is not None,
        has_treatments="treatment" in roles.keys,
        absent=absent and "rules" in body,
    )


def date_role(word: str, target: str, roles: Roles) -> str | None:
    """Return the date role that a word of oa-cohorts means on a target: empty for its default, None if it has none."""
    if word in roles.dates:
        role = word
    elif target in WINDOW_ROLES:
        role = WINDOW_ROLES[target].get(word, FIRST_DAYS.get(target, ""))
    elif word in ROLES:
        role = ROLES[word]
    else:
        return None
    default = next(iter(roles.dates), "")
    return "" if role == default or role not in roles.dates else role


def _date(row: Row, roles: Roles) -> str:
    word = row.text("temporality")
    if word in OF_INDICATORS:
        raise UnmappableError(f"it is dated by {word}, which only an indicator has")
    return date_role(word, row.text("target"), roles) or ""


def _rules(work: Translation, row: Row, rules: list[Row], meaning: TargetMeaning, roles: Roles) -> _Found:
    found = _Found()
    for rule in rules:
        matcher = rule.text("matcher")
        if matcher == "hierarchyexclusion":
            found.exclude.append(_concept_rule("hierarchy", rule, meaning, roles))
        elif matcher in ("presence", "absence"):
            wanted = found.rules if matcher == "presence" or not roles.dates else found.absent
            wanted += _any_row(work, rule, meaning, roles, found.remarks)
        elif matcher in ("exact", "hierarchy"):
            found.rules.append(_concept_rule(matcher, rule, meaning, roles))
        elif matcher == "phenotype":
            found.rules.append(_phenotype_rule(work, rule, meaning, roles))
        elif matcher == "substring":
            found.rules.append(_code_rule(rule, meaning, roles))
        elif matcher == "scalar":
            found.rules.append(_scalar_rule(rule, meaning, roles))
        else:
            found.rules += _predicate_rule(rule, meaning, roles)
    if found.absent and (found.rules or found.exclude):
        raise UnmappableError("it asks for rows that are there and for rows that are not, in one subquery")
    if found.exclude and found.rules:
        text = "here an exclusion takes rows out; oa-cohorts counts every row outside it beside the other rules"
        work.say("subquery", row.number("id"), "changed", text)
        found.remarks.append(f"Changed: {text}")
    if found.exclude and not found.rules:
        found.rules = _rows_of(meaning, roles)
    return found


def _role(meaning: TargetMeaning, roles: Roles, rule: Row) -> Entry:
    """Return the key that names the concept role, nothing for the main one."""
    if meaning.instead:
        raise UnmappableError(f"oa-cohorts compares its concept with {meaning.instead}, which no rule here does", rule)
    if meaning.role not in roles.by_name:
        raise UnmappableError(f"target '{meaning.name}' has no role '{meaning.role}'", rule)
    return {} if meaning.role == "concept" else {"role": meaning.role}


def _concept_of(rule: Row) -> int:
    concept = rule.maybe("concept")
    if concept is None:
        raise UnmappableError("it names no concept", rule)
    if concept == 0:
        raise UnmappableError('concept 0 is OMOP\'s "no matching concept": it would match every unmapped row', rule)
    return concept


def _concept_rule(matcher: str, rule: Row, meaning: TargetMeaning, roles: Roles) -> Entry:
    return {matcher: _concept_of(rule), **_role(meaning, roles, rule)}


def _phenotype_rule(work: Translation, rule: Row, meaning: TargetMeaning, roles: Roles) -> Entry:
    number = rule.maybe("phenotype")
    if number is None:
        raise UnmappableError("it names no phenotype", rule)
    concepts = work.source.concepts.get(number, [])
    if not concepts:
        raise UnmappableError(f"phenotype {number} has no concepts", rule)
    if 0 in concepts:
        raise UnmappableError(f"phenotype {number} has concept 0, which would match every unmapped row", rule)
    return {"phenotype": work.names[("phenotype", number)], **_role(meaning, roles, rule)}


def _code_rule(rule: Row, meaning: TargetMeaning, roles: Roles) -> Entry:
    if not meaning.codes:
        raise UnmappableError("oa-cohorts looks for the concept's code in another text of the row than its code", rule)
    if meaning.role not in roles.by_name:
        raise UnmappableError(f"target '{meaning.name}' has no concept", rule)
    return {"substring": {"code_of": _concept_of(rule)}, "of": "code"}


def _any_row(work: Translation, rule: Row, meaning: TargetMeaning, roles: Roles, remarks: list[str]) -> list[Entry]:
    """Return the rules of `presence` or `absence`: in oa-cohorts neither looks at its concept."""
    matcher, concept = rule.text("matcher"), rule.maybe("concept")
    if not roles.dates:
        return [{matcher: meaning.role}]
    if concept and not meaning.alike:
        text = f"'{matcher}' does not look at its concept {concept} in oa-cohorts, and rows of '{meaning.name}' are of"
        raise UnmappableError(f"{text} many kinds: write exact: or hierarchy: {concept} if that is what is meant", rule)
    text = differences.of_any_row(meaning.name, matcher)
    if text:
        work.say("query_rule", rule.number("id"), "changed", text)
        remarks.append(f"Rule {rule.number('id')}: {text}")
    elif concept:
        text = f"'{matcher}' does not look at its concept {concept}, as in oa-cohorts: any row of '{meaning.name}'"
        work.say("query_rule", rule.number("id"), "changed", text)
        remarks.append(f"Rule {rule.number('id')}: {text}")
    return _rows_of(meaning, roles)


def _rows_of(meaning: TargetMeaning, roles: Roles) -> list[Entry]:
    """Return rules that every row meets, dated or not; of the flagged ones those that are what the target is called."""
    if meaning.name == "tx_concurrent":
        return [{"predicate": True}]
    date = next(iter(roles.dates))
    return [{"presence": date}, {"absence": date}]


def _scalar_rule(rule: Row, meaning: TargetMeaning, roles: Roles) -> Entry:
    threshold, concept = rule.decimal("threshold"), rule.maybe("concept")
    direction, comparator = rule.text("direction"), rule.text("comparator")
    if threshold is None or not direction:
        raise UnmappableError("it has no threshold or no direction", rule)
    if not comparator:
        raise UnmappableError("it does not say whose number it compares (threshold_comparator)", rule)
    compared = MEANINGS[comparator]
    if (compared.numbers or compared.name) != meaning.name:
        raise UnmappableError(f"it compares the number of {comparator} on rows of another target", rule)
    if "number" not in roles.by_name:
        raise UnmappableError(f"target '{meaning.name}' has no number", rule)
    if concept is None:
        raise UnmappableError("it names no concept; 0 would mean any", rule)
    wanted: Entry = {"op": direction, "value": threshold}
    if concept:
        if meaning.instead or "concept" not in roles.by_name:
            raise UnmappableError(f"target '{meaning.name}' has no concept to compare", rule)
        wanted["concept"] = concept
    return {"scalar": wanted}


def _predicate_rule(rule: Row, meaning: TargetMeaning, roles: Roles) -> list[Entry]:
    concept = rule.maybe("concept")
    wanted = concept is None or concept != 0
    if "flag" in roles.by_name:
        return [{"predicate": wanted}]
    if meaning.name.startswith("intent_") and wanted:  # the flag there says the kind of treatment, as the target here
        return _rows_of(meaning, roles)
    raise UnmappableError(f"target '{meaning.name}' has no flag", rule)


_LISTS = ("exact", "hierarchy")


def _merged(rules: list[Entry]) -> list[Entry]:
    """Return rules, each once; those that differ in the concept alone as one with a list."""
    found: dict[tuple[str, ...], Entry] = {}
    for rule in rules:
        matcher = next(iter(rule))
        if matcher not in _LISTS:
            found[(str(rule),)] = rule
            continue
        known = found.setdefault((matcher, rule.get("role", "")), rule | {matcher: []})
        if rule[matcher] not in known[matcher]:
            known[matcher].append(rule[matcher])
    merged = []
    for rule in found.values():
        matcher = next(iter(rule))
        single = matcher in _LISTS and len(rule[matcher]) == 1
        merged.append(rule | {matcher: rule[matcher][0]} if single else rule)
    return merged
