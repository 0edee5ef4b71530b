"""The numbers of cohorts in OMOP's tables: authored where they can be, made from the name where not, and they stay."""

from measuremart.plan.nodes import Named
from measuremart.render.catalogue_cohorts import FIRST, cohort_definition_ids


def named(name: str, number: int | None = None, pack: str = "p") -> Named:
    return Named(name, pack, "", number, f"definitions/{pack}/all.yml", 1)


def test_an_authored_id_is_kept_where_it_can_be() -> None:
    measures = [named("one", 7), named("two", 8, "p"), named("three", 8, "q"), named("far", FIRST), named("minus", -3)]
    numbers = cohort_definition_ids([*measures, named("zero", 0)], [named("one", 7)])
    assert numbers["measure", "one"] == 7
    made = {key: number for key, number in numbers.items() if key != ("measure", "one")}
    assert all(FIRST <= number < 2**31 for number in made.values())
    assert len(set(numbers.values())) == len(numbers) == 7


def test_a_number_does_not_depend_on_what_else_is_defined() -> None:
    few = cohort_definition_ids([named("a"), named("b")], [named("r")])
    many = cohort_definition_ids(
        [named(f"m{n}") for n in range(300)] + [named("b"), named("a")], [named("r"), named("a")]
    )
    assert few.items() <= many.items()
    assert many["measure", "a"] != many["report", "a"]
    # Published once, these numbers must not change.
    assert few == {("measure", "a"): 1360353098, ("measure", "b"): 1733887787, ("report", "r"): 1356734378}
