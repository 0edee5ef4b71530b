"""Measures: leaves, combinations and windows, by episode, by person or by treatment."""

from __future__ import annotations

from typing import Any

from measuremart.importers.naming import free_name
from measuremart.importers.oa_cohorts import differences
from measuremart.importers.oa_cohorts.configuration import FULL_COHORT
from measuremart.importers.oa_cohorts.meaning import EPISODES
from measuremart.importers.oa_cohorts.reading import Row
from measuremart.importers.oa_cohorts.subqueries import Leaf, date_role
from measuremart.importers.oa_cohorts.translation import Entry, Translation, UnmappableError

Expression = str | dict[str, Any]
# A leaf as a measure needs it: its id, `treatment` or `event` where it is keyed so, and a date role not its own.
Variant = tuple[int, str, str]
# What a date role of a window may say for the date that a measure has anyway.
_OWN_DATE = ("", "measure", "default", "measure_date", "event_date")
# In place of a date role: the later of the two dates of a window.
_COMPLETED = "completion"
_MOST_DAYS = 100_000


class Measures:
    """Writes every measure, and the subqueries that they turn out to need."""

    def __init__(self, work: Translation, leaves: dict[int, Leaf], sole: dict[int, Variant] | None = None) -> None:
        self._work = work
        self._source = work.source
        self._leaves = leaves
        # Leaves that are only ever wanted in one other form take that form themselves.
        self._sole = sole or {}
        self._bodies: dict[int, Entry] = {}
        self.variants: dict[Variant, str] = {}
        self.plain: set[int] = set()
        self.notes: dict[int, str] = {}
        self.needs_episodes = False

    def entries(self) -> dict[int, Entry]:
        """Return the operator of every measure by id; `incomplete` where there is none."""
        numbers = [n for n in sorted(self._source.by_id["measure"]) if n != FULL_COHORT]
        return {number: self.body(number) for number in numbers}

    def sole_variants(self) -> dict[int, Variant]:
        """Return the one variant of each leaf whose plain form nothing uses."""
        by_leaf: dict[int, list[Variant]] = {}
        for variant in self.variants:
            by_leaf.setdefault(variant[0], []).append(variant)
        return {n: found[0] for n, found in by_leaf.items() if len(found) == 1 and n not in self.plain}

    def body(self, number: int) -> Entry:
        """Return the operator of one measure, in the scope that it asks for itself."""
        if number not in self._bodies:
            self._bodies[number] = self._own_body(number)
        return self._bodies[number]

    def name(self, number: int) -> str:
        """Return what a measure is called."""
        return self._work.names[("measure", number)]

    def episodes(self) -> str:
        """Return the name of the subquery of all episodes of care, which is written where it is wanted."""
        self.needs_episodes = True
        if EPISODES not in self._work.targets:
            raise UnmappableError(f"this project has no target '{EPISODES}'")
        return self._work.names[("care", 0)]

    def reads_intents(self, number: int) -> bool:
        """Say whether a measure is made of intents of treatment."""
        waiting = [number]
        while waiting:
            here = waiting.pop()
            leaf = self._row(here).maybe("subquery") if here in self._source.by_id["measure"] else None
            if leaf is not None and self._source.by_id["subquery"][leaf].text("target") in differences.INTENTS:
                return True
            waiting += self._source.below(here)
        return False

    def _own_body(self, number: int) -> Entry:
        refusal = self._work.refused.get(("measures", self.name(number)))
        try:
            if refusal:
                raise UnmappableError(refusal)
            if self._row(number).flag("person_override", False):
                self._work.say("measure", number, "changed", differences.BY_PERSON)
            elif self._scope(number) == "treatment":
                self._work.say("measure", number, "changed", differences.BY_TREATMENT)
            return self._body(number, self._scope(number), top=True)
        except UnmappableError as fault:
            self._work.say("measure", number, "unavailable", str(fault))
            return {"incomplete": str(fault)}

    def _say_changed(self, number: int, text: str) -> None:
        self._work.say("measure", number, "changed", text)
        self.notes[number] = f"Changed: {text}"

    def _row(self, number: int) -> Row:
        return self._source.by_id["measure"][number]

    def _scope(self, number: int) -> str:
        row = self._row(number)
        if row.flag("person_override", False) or row.text("scope") == "person":
            return "person"
        return "treatment" if row.text("scope") == "treatment" else ""

    def _body(self, number: int, scope: str, top: bool = False) -> Entry:
        row, children = self._row(number), self._source.children.get(number, [])
        if number in self._source.windows:
            return self._window(row, self._source.windows[number], scope)
        leaf = row.maybe("subquery")
        if leaf is not None:
            if children and top:
                text = "it has a subquery and children; the subquery alone counts, as in oa-cohorts"
                self._say_changed(number, text)
            return self._leaf(self._leaves[leaf], scope, top)
        if not children:
            raise UnmappableError("it has neither a subquery nor children")
        operator = row.text("combination")
        if not operator:
            raise UnmappableError("it does not say how its children combine")
        if operator == "except":
            if len(children) < 2:
                raise UnmappableError("'except' needs two children, and it has one")
            if top:
                text = f"measure {children[0]} without the others: the first in the file is what is kept"
                self._say_changed(number, text)
        else:
            children = sorted(children)
        parts: list[Expression] = []
        for child in children:
            part = self._child(child, scope)
            same = isinstance(part, dict) and operator in part and operator != "except"
            parts += part[operator] if isinstance(part, dict) and same else [part]
        # oa-cohorts keeps every date at which all criteria were met, not only the first.
        return {operator: parts, **({"moments": "all"} if operator == "and" else {})}

    def _child(self, number: int, scope: str) -> Expression:
        """Return a measure as a part of another one whose scope is `scope`."""
        if number == FULL_COHORT:
            raise UnmappableError("the full cohort (measure 0) is a part of it; here only a denominator can be that")
        own = self._scope(number)
        if not scope or own in (scope, "person"):
            return self.name(number)
        if "incomplete" in self.body(number) or (scope == "person" and (own or self._is_plain_union(number))):
            return {"at": "person", "of": self.name(number)} if scope == "person" else self.name(number)
        body = self._body(number, scope)
        if body == self.body(number):
            return self.name(number)
        return body["subquery"] if list(body) == ["subquery"] else body

    def _is_plain_union(self, number: int) -> bool:
        """Say whether a measure is a union of leaves with episodes, so that it can go to persons as a whole."""
        row, children = self._row(number), self._source.children.get(number, [])
        if number == FULL_COHORT or number in self._source.windows:
            return False
        leaf = row.maybe("subquery")
        if leaf is not None:
            found = self._leaves[leaf]
            return found.has_episodes and not found.absent
        return row.text("combination") == "or" and all(not self._scope(c) and self._is_plain_union(c) for c in children)

    def _leaf(self, leaf: Leaf, scope: str, top: bool, role: str = "") -> Entry:
        if scope == "treatment" and top and not leaf.has_treatments:
            raise UnmappableError(f"it matches by treatment, and target '{leaf.body['target']}' has no treatments")
        by_treatment = scope == "treatment" and leaf.has_treatments and not leaf.absent
        name = self._variant(leaf, "treatment" if by_treatment else "", role)
        by_person = scope == "person"
        rows: Expression = {"at": "person", "of": name} if by_person and leaf.has_episodes else name
        if leaf.absent:
            spine = self.episodes()
            return {"except": [{"at": "person", "of": spine} if by_person else spine, rows]}
        return {"subquery": rows} if isinstance(rows, str) else rows

    def _variant(self, leaf: Leaf, key: str, role: str) -> str:
        if not key and not role:
            self.plain.add(leaf.id)
            return leaf.name
        variant = (leaf.id, key, role)
        if self._sole.get(leaf.id) == variant:
            self.variants[variant] = leaf.name
        elif variant not in self.variants:
            suffix = "_".join(word for word in (key, role) if word)
            reserved = self._work.reserved["measures"]
            self.variants[variant] = free_name(leaf.name, suffix, reserved)
            reserved.add(self.variants[variant])
        return self.variants[variant]

    # --- windows

    def _window(self, row: Row, window: Row, scope: str) -> Entry:
        anchor, leaf = window.maybe("anchor"), row.maybe("subquery")
        if (anchor is None) == (leaf is None):
            what = "both a subquery and an anchor measure" if leaf is not None else "neither of them"
            raise UnmappableError(f"a window has just one anchor, its subquery or an anchor measure; this has {what}")
        first, last = window.maybe("min_days"), window.maybe("max_days")
        if first is not None and last is not None and first > last:
            raise UnmappableError(f"its window ends {last} days from the anchor, before it begins at {first}")
        if any(days is not None and abs(days) > _MOST_DAYS for days in (first, last)):
            raise UnmappableError(f"its window reaches further than {_MOST_DAYS:,} days")
        role, order = window.text("anchor_role").lower(), window.text("anchor_order").lower()
        picked = window.text("selection") or "first"
        by, dated = self._date_of(anchor, leaf, order), self._date_of(anchor, leaf, role)
        if picked == "all" or by == dated:
            parts: Entry = {"anchor": self._part(anchor, leaf, role, scope)}
        else:
            parts = {"anchor": self._picked_anchor(self._leaf_of(anchor, leaf), picked, (by, dated), scope)}
        parts["candidate"] = self._part(window.number("candidate"), None, window.text("candidate_role").lower(), scope)
        parts |= {"from": {"days": first}} if first is not None else {}
        parts |= {"to": {"days": last}} if last is not None else {}
        given = {
            "anchor_pick": (picked, "first"),
            "pick": (window.text("pick"), "earliest"),
            "date": (window.text("result_date"), "candidate"),
        }
        parts |= {key: word for key, (word, default) in given.items() if word and word != default}
        if not window.flag("same_resolver", True):
            parts["align"] = "person"
        return {"window": parts}

    def _part(self, measure: int | None, leaf: int | None, word: str, scope: str) -> Expression:
        """Return an anchor or candidate, dated by a role of its target where the window asks for one."""
        role = self._date_of(measure, leaf, word)
        single = self._leaf_of(measure, leaf)
        if measure is not None and role == _COMPLETED:
            return self._completed(measure, scope)
        if measure is not None and (not role or single is None):
            return self._child(measure, scope)
        assert single is not None
        if measure is not None:
            scope = self._scope(measure) or scope
        body = self._leaf(single, scope, top=False, role=role)
        return body["subquery"] if list(body) == ["subquery"] else body

    def _picked_anchor(self, leaf: Leaf | None, pick: str, roles: tuple[str, str], scope: str) -> Expression:
        """Return the first or last event of each key by one of its dates, with another of its dates."""
        by, dated = roles
        if leaf is None or leaf.absent or scope == "treatment":
            words = [role or "own date" for role in roles]
            raise UnmappableError(f"the anchor is picked by its {words[0]} and counted from its {words[1]}")
        key = "episode" if leaf.has_episodes and scope != "person" else "person"
        event = {pick: {"of": self._variant(leaf, "event", by), "per": key}}
        same = {"anchor": event, "candidate": self._variant(leaf, "event", dated)}
        return {"at": key, "of": {"window": same}}

    def _leaf_of(self, measure: int | None, leaf: int | None) -> Leaf | None:
        """Return the subquery that an anchor or candidate is, None where it is made of several."""
        if measure is not None:
            alone = measure != FULL_COHORT and measure not in self._source.windows
            leaf = self._row(measure).maybe("subquery") if alone else None
        return self._leaves[leaf] if leaf is not None else None

    def _date_of(self, measure: int | None, leaf: int | None, word: str) -> str:
        """Return the date role that a word asks of an anchor or candidate: empty for the date that it has anyway.

        `completion` is the day when the last of a measure's events was there: only a window may have another date.
        """
        if word in _OWN_DATE:
            return ""
        single = self._leaf_of(measure, leaf)
        if word == "completion":
            return "" if single is not None or not self._is_or_holds_window(measure) else _COMPLETED
        if single is None:
            raise UnmappableError(f"it wants the date '{word}' of measure {measure}, which is not a single subquery")
        return self._role(single, word)

    def _is_or_holds_window(self, measure: int | None) -> bool:
        waiting = [measure] if measure else []
        while waiting:
            number = waiting.pop()
            if number in self._source.windows:
                return True
            waiting += self._source.below(number)
        return False

    def _completed(self, measure: int, scope: str) -> Expression:
        """Return a window dated by the later of its two dates."""
        if measure not in self._source.windows or any(map(self._is_or_holds_window, self._source.below(measure))):
            raise UnmappableError(f"it wants the completion of measure {measure}, which holds a window")
        own = self._scope(measure)
        body = self.body(measure) if not scope or own in (scope, "person") else self._body(measure, scope)
        if "window" not in body:
            return self.name(measure)
        return {"window": body["window"] | {"date": "greatest"}}

    def _role(self, leaf: Leaf, word: str) -> str:
        target = leaf.body["target"]
        roles = self._work.roles(target)
        role = date_role(word, target, roles)
        if role is None:
            raise UnmappableError(f"date role '{word}' is none of target '{target}': {', '.join(roles.dates)}")
        if word in ("start", "end") and target not in differences.INTENTS:
            text = differences.NO_SUCH_DATE.format(word=word, target=target)
            self._work.say("subquery", leaf.id, "changed", text)
        default = next(iter(roles.dates), "")
        return "" if (role or default) == leaf.body.get("date", default) else role or default
