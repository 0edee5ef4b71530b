"""What a definition asks for, in words, from its plan: one idea a line, indented under the line it belongs to.

Rules and conditions: semantics.md sections 3 and 2.8; expressions: section 4; windows of indicators: section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measuremart.plan import nodes
from measuremart.plan.grain import Grain
from measuremart.plan.nodes import Conditions, Expression, Indicator, Offset, Predicate, Subquery

# Names of concepts by their id.
Names = Mapping[int, str]
_STEP = "  "
_OPERATORS = {"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_PICKED = {"earliest": "the earliest", "latest": "the latest", "closest": "the closest", "any": "each"}
_ANCHORS = {"first": "the first date", "last": "the last date", "all": "each date"}


def offset_words(offset: Offset) -> str:
    """Return an offset in words, such as `1 month and 3 days`."""
    parts = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((offset.months, "month"), (offset.days, "day")) if n]
    return " and ".join(parts) or "0 days"


def window_words(window: nodes.Around | None) -> str | None:
    """Return a window around a date in words, such as `30 days before to 42 days after`; None where there is none."""
    if window is None:
        return None
    before = "any time before" if window.before is None else f"{offset_words(window.before)} before"
    after = "any time after" if window.after is None else f"{offset_words(window.after)} after"
    return f"{before} to {after}"


def subquery_words(subquery: Subquery, names: Names) -> list[str]:
    """Return what a row of the subquery's target must be to count."""
    rules = [predicate_words(rule, names) for rule in subquery.rules]
    required = [predicate_words(part, names) for part in subquery.required]
    conditions = condition_words(subquery.where, "its date", names)
    lines = [f"A row of target {subquery.target.name} counts if"]
    if len(rules) == 1:
        lines += _under(rules[0])
    elif rules:
        lines += [f"{_STEP}one of these rules holds:", *_numbered(rules)]
    lines += [f"{_STEP}and {line}" if rules or n else f"{_STEP}{line}" for n, line in enumerate(conditions)]
    lines += [line for part in required for line in _joined("and", part)]
    for excluded in subquery.exclude:
        lines += _joined("and not:", predicate_words(excluded, names))
    if len(lines) == 1:
        lines = [f"Every row of target {subquery.target.name} counts."]
    dated = f"dated by {subquery.date.name}" if subquery.date is not None else "without a date"
    lines.append(f"It counts for the {subquery.grain}, {dated}.")
    if subquery.gap is not None:
        lines.append(_joined_words(subquery.gap))
    return lines


def _joined_words(gap: Offset) -> str:
    if gap == Offset(0, 0):
        return "Intervals that overlap, or follow each other from one day to the next, are joined to one."
    return f"Intervals with no more than {offset_words(gap)} between them are joined to one."


def predicate_words(predicate: Predicate, names: Names) -> list[str]:
    """Return what a predicate asks of one row."""
    match predicate:
        case nodes.AllOf(parts=parts):
            return ["all of these hold on the row:", *_bullets([predicate_words(p, names) for p in parts])]
        case nodes.AnyOf(parts=parts):
            return ["at least one of these holds on the row:", *_bullets([predicate_words(p, names) for p in parts])]
        case _:
            return [_column_words(predicate, names)]


def _column_words(predicate: Predicate, names: Names) -> str:
    assert not isinstance(predicate, nodes.AllOf | nodes.AnyOf)
    column = predicate.column.name
    match predicate:
        case nodes.ConceptIs(ids=ids, descendants=below):
            kind = "is or is below" if below else "is"
            listed = [concept_words(i, names) for i in ids]
            return f"{column} {kind} {listed[0]}" if len(ids) == 1 else f"{column} {kind} one of {', '.join(listed)}"
        case nodes.ConceptInSet(concept_set=concept_set):
            return f"{column} is in concept set {concept_set}"
        case nodes.TextMatches(position=position, text=text, code_of=code):
            return f"{column} {_position_words(position)} {_sought_words(text, code, names)}, A-Z like a-z"
        case nodes.CodeMatches(position=position, text=text, code_of=code):
            return f"the code of {column} {_position_words(position)} {_sought_words(text, code, names)}, A-Z like a-z"
        case nodes.TextIs(texts=texts):
            return f"{column} is {' or '.join(_quoted(t) for t in texts)}"
        case nodes.IsKnown(known=known):
            return f"{column} is {'known' if known else 'not known'}"
        case nodes.NumberIs(op="between", values=(low, high)):
            return f"{column} is from {low:f} to {high:f}"
        case nodes.NumberIs(op=op, values=(value, *_)):
            return f"{column} {_OPERATORS[op]} {value:f}"
        case nodes.FlagIs(value=value):
            return f"{column} is {'true' if value else 'false'}"
    raise AssertionError(predicate)


def _position_words(position: str) -> str:
    return "begins with" if position == "start" else "contains"


def _sought_words(text: str | None, code: int | None, names: Names) -> str:
    return _quoted(text) if code is None else f"the code of {concept_words(code, names)}"


def _quoted(text: str | None) -> str:
    return f'"{text}"'


def concept_words(concept: int, names: Names) -> str:
    """Return a concept's id, with the name that its author gave it where there is one."""
    return f"{concept} ({names[concept]})" if concept in names else str(concept)


def concept_set_words(concept_set: nodes.ConceptSet, names: Names) -> list[str]:
    """Return the lines of a concept set."""
    lines = []
    for line in concept_set.lines:
        below = " and all below it" if line.descendants else ""
        lines.append(f"{_STEP}- {'not ' if line.exclude else ''}{concept_words(line.id, names)}{below}")
    return ["The concepts:", *lines]


def condition_words(conditions: Conditions, day: str, names: Names) -> list[str]:
    """Return each condition on a row at a day, `day` naming the day."""
    found: list[str] = []
    low, high = conditions.age_min, conditions.age_max
    if low is not None and high is not None:
        found.append(f"the person is {low} to {high} years old at {day}")
    elif low is not None:
        found.append(f"the person is {low} years old or older at {day}")
    elif high is not None:
        found.append(f"the person is {high} years old or younger at {day}")
    if conditions.sex is not None:
        found.append(f"the person's sex is {concept_words(conditions.sex, names)}")
    if conditions.on_or_after is not None:
        found.append(f"{day} is {conditions.on_or_after} or later")
    if conditions.on_or_before is not None:
        found.append(f"{day} is {conditions.on_or_before} or earlier")
    if conditions.elapsed is not None:
        found.append(
            f"{day} is {offset_words(conditions.elapsed)} or more before the day that all is seen from (as_of)"
        )
    return found


def expression_words(node: Expression, names: Names) -> list[str]:
    """Return what makes a key a member, and with which date."""
    match node:
        case nodes.Leaf(subquery=subquery) if subquery.name:
            return [f"subquery {subquery.name}"]
        case nodes.Leaf(subquery=subquery):
            return subquery_words(subquery, names)
        case nodes.MeasureRef(name=name):
            return [f"measure {name}"]
        case nodes.Or(children=children):
            return ["at least one of:", *_children(children, names)]
        case nodes.And(children=children, types=types) if types.timeless:
            return ["all of these:", *_children(children, names)]
        case nodes.And(children=children, all_moments=all_moments):
            dated = "the day on which the last became true" + (
                ", and each recorded day after it" if all_moments else ""
            )
            return [f"all of these, dated by {dated}:", *_children(children, names)]
        # What is left of the first without those of it that the others lack: the keys of both, dated by the first.
        case nodes.Except(first=first, rest=(nodes.Except(first=same, rest=others),)) if same == first:
            both = (
                "whose keys are also among those of" if len(others) == 1 else "whose keys are also in at least one of"
            )
            return ["the rows of:", *_children((first,), names), f"{both}:", *_children(others, names)]
        case nodes.Except(first=first, rest=rest):
            return ["the keys of:", *_children((first,), names), "without the keys of:", *_children(rest, names)]
        case nodes.Extreme(child=child, latest=latest, per=per):
            which = "last" if latest else "first"
            said = f"the {which} date of each key" if per is None else f"the {which} key of each {per}"
            if per is not None and node.types.timeless:  # a tie goes to the lowest resolver
                said = f"of each {per} the key with the lowest id, as there are no dates,"
            return [f"{said} of:", *_children((child,), names)]
        case nodes.Nth(child=child, n=n):
            return [f"date number {n} of each key of:", *_children((child,), names)]
        case nodes.Count(child=child):
            return [_count_words(node), *_children((child,), names)]
        case nodes.Filter(child=child, conditions=conditions):
            asked = " and ".join(condition_words(conditions, "the date", names)) or "it is a row"
            return [f"where {asked}, the rows of:", *_children((child,), names)]
        case nodes.At(child=child, level=level):
            return [f"for each {level}, the dates of:", *_children((child,), names)]
        case nodes.Window():
            return _window_words(node, names)
    raise AssertionError(node)


def _count_words(node: nodes.Count) -> str:
    what = "dates of one key" if node.per is None else f"{_keys_words(node.child.types.grain)} of one {node.per}"
    within = f" within {offset_words(node.within)}" if node.within is not None else ""
    return f"each day that completes {node.at_least} {what}{within}, of:"


def _keys_words(grain: Grain) -> str:
    match grain.level:
        case "event":
            return f"events of target {grain.name}"
        case "key":
            return f"keys ({grain.name})"
    return f"{grain.level}s"


def _window_words(node: nodes.Window, names: Names) -> list[str]:
    anchors = [f"{_ANCHORS[node.anchor_pick]} of:", *_children((node.anchor,), names)]
    days = f"{'every day ' if node.covers and node.start != node.end else ''}{_days_words(node.start, node.end)}"
    if node.covers and node.start == node.end:
        days = days.removeprefix("on ").replace("exactly", "the day", 1)
    who = "the same person" if node.by_person else "the same key"
    among = [*_children((node.candidate,), names)]
    if node.pick == "none":
        without = f"no interval holds {days}" if node.covers else f"there is no date {days}"
        return [*anchors, f"for which {without}, of {who}, among:", *among, _dated_by("anchor", node)]
    what = "date of another event" if node.other else "date"
    found = f"{_PICKED[node.pick]} {f'interval that holds {days}' if node.covers else f'{what} {days}'}"
    key = ", which keeps its own key" if node.keep_candidate else ""
    return [*anchors, f"with {found}, of {who}{key}, among:", *among, _dated_by(node.date, node)]


def _dated_by(date: str, node: nodes.Window) -> str:
    match date:
        case "anchor":
            return f"dated by {_part_words(node.anchor, 'the first of the two parts')}"
        case "candidate":
            return f"dated by {_part_words(node.candidate, 'the second of the two parts')}"
    return f"dated by the {'later' if date == 'greatest' else 'earlier'} of both days"


def _part_words(node: Expression, otherwise: str) -> str:
    match node:
        case nodes.MeasureRef(name=name):
            return f"measure {name}"
        case nodes.Leaf(subquery=subquery) if subquery.name:
            return f"subquery {subquery.name}"
    return otherwise


def _days_words(start: Offset | None, end: Offset | None) -> str:
    """Return the days from one offset to another around a day, which was named before, both included."""
    none = Offset(0, 0)
    if start is None and end is None:
        return "at any time before or after it"
    if start is None:
        assert end is not None
        return "on that day or at any time before it" if end == none else f"at any time up to {_side_words(end)} it"
    if end is None:
        return "on that day or at any time after it" if start == none else f"from {_side_words(start)} it on"
    if start == end:
        return "on that day itself" if start == none else f"exactly {_side_words(start)} it"
    first = "that day" if start == none else f"{_side_words(start)}{' it' if end == none else ''}"
    last = "that day" if end == none else f"{_side_words(end)} it"
    return f"from {first} to {last}"


def _side_words(side: Offset) -> str:
    """Return how far a day lies before or after another; months and days may point to different sides."""
    if side.months * side.days < 0:
        months, days = Offset(abs(side.months), 0), Offset(0, abs(side.days))
        return f"{offset_words(months)} less {offset_words(days)} {'after' if side.months > 0 else 'before'}"
    if side.months < 0 or side.days < 0:
        return f"{offset_words(Offset(-side.months, -side.days))} before"
    return f"{offset_words(side)} after"


def indicator_words(indicator: Indicator) -> list[str]:
    """Return who is due, what counts as done and what is set aside, of an indicator as a report asks for it."""
    denominator = indicator.denominator or "the full cohort"
    due = window_words(indicator.denominator_window)
    done = window_words(indicator.numerator_window)
    around = "the denominator's date" if indicator.around_denominator else "the cohort date"
    lines = [
        f"Due: {denominator}" + (f", {due} the cohort date" if due else "") + ".",
        f"Done: {indicator.numerator}" + (f", {done} {around}" if done else "") + ".",
    ]
    for word, measures in (
        ("Excluded", indicator.exclusions),
        ("Excepted", indicator.exceptions),
        ("Unresolved", indicator.unresolved),
    ):
        if measures:
            lines.append(f"{word}: {', '.join(measures)}.")
    return lines


def _children(children: Sequence[Expression], names: Names) -> list[str]:
    return _bullets([expression_words(child, names) for child in children])


def _under(lines: Sequence[str]) -> list[str]:
    return [f"{_STEP}{line}" for line in lines]


def _joined(word: str, lines: Sequence[str]) -> list[str]:
    return [f"{_STEP}{word} {lines[0]}", *_under(lines[1:])]


def _bullets(items: Sequence[Sequence[str]]) -> list[str]:
    return [f"{_STEP}{'- ' if n == 0 else _STEP}{line}" for lines in items for n, line in enumerate(lines)]


def _numbered(items: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"{_STEP * 2}{f'{number}. ' if n == 0 else '   '}{line}"
        for number, lines in enumerate(items, start=1)
        for n, line in enumerate(lines)
    ]
