"""What the referee answers: the same plan, the same rows, no database."""

from measuremart.referee import Member as RefereeMember
from measuremart.referee import Referee, World

from lab.cases import SHARED, Member, Prepared, in_order

_ANCESTOR, _CONCEPT = "stg_omop__concept_ancestor", "stg_omop__concept"


def referee(prepared: Prepared) -> Referee:
    """Return a referee over the case's world."""
    tables = {r: [dict(row) for row in t.rows] for r, t in prepared.tables.items() if r not in SHARED}
    pairs = prepared.tables[_ANCESTOR].rows
    codes = prepared.tables[_CONCEPT].rows
    world = World(
        tables=tables,
        ancestors={(row["ancestor_concept_id"], row["descendant_concept_id"]) for row in pairs},
        codes={row["concept_id"]: row["concept_code"] for row in codes},
        as_of=prepared.case.as_of,
    )
    return Referee(prepared.plan, world)


def referee_members(prepared: Prepared) -> dict[str, list[Member]]:
    """Return the members of every named subquery and measure, sorted, by relation name."""
    judge = referee(prepared)
    plan = prepared.plan
    answers = {f"subquery__{n}": _sorted(judge.subquery(s.subquery)) for n, s in plan.subqueries.items()}
    return answers | {f"measure__{n}": _sorted(judge.measure(n)) for n in plan.measures}


def _sorted(members: set[RefereeMember] | list[RefereeMember]) -> list[Member]:
    return in_order([(m.person_id, m.episode_id, m.measure_resolver, m.measure_date) for m in members])
