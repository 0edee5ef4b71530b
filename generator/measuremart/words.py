"""What a definition asks for, in words, from its plan: one idea a line, indented under the line it belongs to.

Rules and conditions: semantics.md sections 3 and 2.8; expressions: section 4; windows of indicators: section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measuremart.plan import nodes
from measuremart.plan.nodes import Conditions, Expression, Indicator, Offset, Predicate, Subquery

# Names of concepts by their id.
Names = Mapping[int, str]
_STEP = "  "
_OPERATORS = {"=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least"}
_PICKED = {"earliest": "the earliest", "latest": "the latest", "closest": "the closest", "any": "each", "none": "none"}
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
        lines.append(f"Intervals with no more than {offset_words(subquery.gap)} between them are joined to one.")
    return lines


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
        found.append(f"{offset_words(conditions.elapsed)} have passed since {day}")
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
        case nodes.And(children=children, all_moments=all_moments):
            dated = "the day on which the last became true" + (
                ", and each recorded day after it" if all_moments else ""
            )
            return [f"all of these, dated by {dated}:", *_children(children, names)]
        case nodes.Except(first=first, rest=rest):
            return ["the keys of:", *_children((first,), names), "without the keys of:", *_children(rest, names)]
        case nodes.Extreme(child=child, latest=latest, per=per):
            which = "last" if latest else "first"
            said = f"the {which} date of each key" if per is None else f"the {which} key of each {per}"
            return [f"{said} of:", *_children((child,), names)]
        case nodes.Nth(child=child, n=n):
            return [f"date number {n} of each key of:", *_children((child,), names)]
        case nodes.Count(child=child):
            return [_count_words(node), *_children((child,), names)]
        case nodes.Filter(child=child, conditions=conditions):
            asked = " and ".join(condition_words(conditions, "the date", names)) or "it is a row"
            return [f"where {asked}, the rows of:", *_children((child,), names)]
        case nodes.At(child=child, level=level):
            return [f"by {level}:", *_children((child,), names)]
        case nodes.Window():
            return _window_words(node, names)
    raise AssertionError(node)


def _count_words(node: nodes.Count) -> str:
    what = "dates of one key" if node.per is None else f"keys of one {node.per}"
    within = f" within {offset_words(node.within)}" if node.within is not None else ""
    return f"each day that completes {node.at_least} {what}{within}, of:"


def _window_words(node: nodes.Window, names: Names) -> list[str]:
    anchors = [f"{_ANCHORS[node.anchor_pick]} of:", *_children((node.anchor,), names)]
    days = f"from {_side_words(node.start, 'before')} to {_side_words(node.end, 'after')} it"
    who = "the same person" if node.by_person else "the same key"
    among = [*_children((node.candidate,), names)]
    if node.pick == "none":
        without = f"no interval holds every day {days}" if node.covers else f"there is no date {days}"
        return [*anchors, f"for which {without}, of {who}, among:", *among]
    what = "another event" if node.other else "a date"
    within = f"interval that holds every day {days}" if node.covers else f"{what} {days}"
    found = f"{_PICKED[node.pick]}{' ' if node.covers else ' of '}{within}"
    kept = "" if node.date == "candidate" else f", dated by {_dated_words(node.date)}"
    key = ", which keeps its own key" if node.keep_candidate else ""
    return [*anchors, f"with {found}, of {who}{key}{kept}, among:", *among]


def _dated_words(date: str) -> str:
    return {"anchor": "that day", "greatest": "the later of both days", "least": "the earlier of both days"}[date]


def _side_words(side: Offset | None, way: str) -> str:
    if side is None:
        return f"any time {way}"
    if side.months < 0 or side.days < 0:
        return f"{offset_words(Offset(-side.months, -side.days))} before"
    return "the day of" if side == Offset(0, 0) else f"{offset_words(side)} after"


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
