"""Predicates and conditions as SQL over the columns of one row."""

from __future__ import annotations

from dataclasses import dataclass, field

from measuremart.plan import nodes
from measuremart.plan.nodes import Column, Conditions, Predicate
from measuremart.render import sql

# What the columns of a match are called; a target's column of that name goes by another.
_RESERVED = (
    "rule_number",
    "person_id",
    "episode_id",
    "measure_resolver",
    "measure_date",
    "event_id",
    "event_start",
    "interval_start",
    "interval_end",
    "recorded_end",
    "supply",
    "number_value",
    "number_unit_id",
    "why_unattached",
    "dropped_reason",
)

_LONG = 100


@dataclass
class Needs:
    """What predicates need beside the row: columns by alias, hierarchies, concept sets, the vocabulary's codes.

    `codes` are the concepts whose code is sought, `coded` the conditions on the code of the row's own concept.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    hierarchies: list[tuple[int, ...]] = field(default_factory=list)
    concept_sets: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    coded: list[str] = field(default_factory=list)

    def alias(self, column: Column) -> str:
        """Return what a target's column goes by among the member columns: one name for each column and kind."""
        own = f"target_{column.name}" if column.name.lower() in _RESERVED else column.name
        if self.columns.setdefault(own, column) == column:
            return own
        own = f"{own}_as_{column.kind}"
        self.columns[own] = column
        return own


def predicate(node: Predicate, needs: Needs, row: str = "") -> str:
    """Return the SQL of a predicate over the columns of `row` and note what it needs.

    `row` may be empty where only one relation is read.
    """
    if isinstance(node, nodes.AllOf):
        parts = [predicate(p, needs, row) for p in node.parts]
        return _bracketed(parts, " ", "and ", row)
    if isinstance(node, nodes.AnyOf):
        parts = [predicate(p, needs, row) for p in node.parts]
        return _bracketed(parts, " ", "or ", row)
    column = needs.alias(node.column)
    name = f"{row}.{column}" if row else column
    match node:
        case nodes.ConceptIs(ids=ids, descendants=True):
            if ids not in needs.hierarchies:
                needs.hierarchies.append(ids)
            number = needs.hierarchies.index(ids) + 1
            hierarchy = f"hierarchy_{number}"
            return f"{name} in (select listed.concept_id from {hierarchy} as listed)"
        case nodes.ConceptIs(ids=ids):
            return f"{name} = {ids[0]}" if len(ids) == 1 else f"{name} in ({sql.integers(ids)})"
        case nodes.ConceptInSet(concept_set=concept_set):
            if concept_set not in needs.concept_sets:
                needs.concept_sets.append(concept_set)
            return f"{name} in (select listed.concept_id from concept_set__{concept_set} as listed)"
        case nodes.TextMatches():
            return _text_matches(node, name, needs)
        case nodes.CodeMatches():
            condition = _text_matches(node, "concept_code", needs)
            if condition not in needs.coded:
                needs.coded.append(condition)
            coded = f"coded_{needs.coded.index(condition) + 1}"
            return f"{name} in (select listed.concept_id from {coded} as listed)"
        case nodes.TextIs(texts=texts):
            literals = [sql.text(t) for t in texts]
            return (
                f"{name} = {literals[0]}" if len(literals) == 1 else f"{name} in {_bracketed(literals, ', ', '', row)}"
            )
        case nodes.IsKnown(known=known):
            return _is_known(name, node.column, known)
        case nodes.NumberIs(op="between", values=(low, high)):
            return f"{name} between {sql.number(low)} and {sql.number(high)}"
        case nodes.NumberIs(op=op, values=(value, *_)):
            return f"{name} {'<>' if op == '!=' else op} {sql.number(value)}"
        case nodes.FlagIs(value=value):
            return f"{name} = {'true' if value else 'false'}"
    raise AssertionError(node)


def required(parts: tuple[Predicate, ...], needs: Needs, row: str) -> list[str]:
    """Return the SQL of what every row must meet, one condition a line of a `where`."""
    single = [p for part in parts for p in (part.parts if isinstance(part, nodes.AllOf) else (part,))]
    # These stand a step further out than exclusions, for which lines are broken.
    return [predicate(p, needs, row).replace("\n    ", "\n") for p in single]


def _bracketed(parts: list[str], between: str, word: str, row: str) -> str:
    """Return `(a and b)` or `(a, b)`; one part a line where that would be too long to review.

    Rules stand below a `where`, on columns of no `row`; exclusions two steps further in.
    """
    text = "(" + f"{between}{word}".join(parts) + ")"
    if len(text) <= _LONG:
        return text
    inner = " " * (16 if row else 8)
    return f"(\n{inner}" + f"{between.rstrip()}\n{inner}{word}".join(parts) + f"\n{inner[4:]})"


def _text_matches(node: nodes.TextMatches | nodes.CodeMatches, name: str, needs: Needs) -> str:
    test = "= 1" if node.position == "start" else "> 0"
    if node.text is not None:
        sought = sql.text(sql.folded(node.text))
    else:
        assert node.code_of is not None
        if node.code_of not in needs.codes:
            needs.codes.append(node.code_of)
        code = f"code_{needs.codes.index(node.code_of) + 1}"
        sought = f"(select code.folded_code from {code} as code)"
    return f"position({sought} in {{{{ fold_ascii('{name}') }}}}) {test}"


def _is_known(name: str, column: Column, known: bool) -> str:
    if column.kind in ("concept", "unit"):
        return f"coalesce({name}, 0) {'<>' if known else '='} 0"
    return f"{name} is {'not ' if known else ''}null"


def conditions(node: Conditions, row: str) -> list[str]:
    """Return the SQL conditions on `row`'s measure_date and on `person`; a null passes none (semantics.md 3)."""
    date = f"{row}.measure_date"
    found: list[str] = []
    if node.age_min is not None:
        birthday = sql.shifted("person.birth_date", nodes.Offset(12 * node.age_min, 0))
        found.append(f"{date} >= {birthday}")
    if node.age_max is not None:
        if node.age_min is None:  # before birth no age is known
            found.append(f"{date} >= person.birth_date")
        birthday = sql.shifted("person.birth_date", nodes.Offset(12 * (node.age_max + 1), 0))
        found.append(f"{date} < {birthday}")
    if node.sex is not None:
        found.append(f"person.sex = {node.sex}")
    if node.on_or_after is not None:
        found.append(f"{date} >= {sql.day(node.on_or_after)}")
    if node.on_or_before is not None:
        found.append(f"{date} <= {sql.day(node.on_or_before)}")
    if node.elapsed is not None:
        found.append(f"{sql.shifted(date, node.elapsed)} <= run_context.as_of")
    return found
