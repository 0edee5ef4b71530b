"""Rounding, the groups that sums tell apart, what a preview counts, and what is said of a leak."""

import datetime as dt

import pytest
from measuremart.publication.attack import Leak
from measuremart.publication.checking import leak_lines
from measuremart.publication.figures import NOT_ATTRIBUTED, Figure, Place, Policy, primary
from measuremart.publication.groups import Membership, groups_of, holds, stretches_of
from measuremart.publication.preview import preview_lines, reasons_of, shares_of
from measuremart.publication.secrets import Secret
from measuremart.publication.writing import approver_fault

DAY = dt.date


def place(entity: str = "e", level: str = "trust", **more: object) -> Place:
    said = {
        "period_kind": "all_time",
        "period": "all time",
        "start": None,
        "end": None,
        "stratifier": "all",
        "stratum": "all",
    }
    return Place(indicator="i", level=level, entity=entity, **(said | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base", "count", "shown"),
    [(5, 8, 10), (5, 12, 10), (5, 13, 15), (10, 14, 10), (10, 15, 20), (3, 10, 9), (5, 0, 0), (None, 9, 9)],
)
def test_counts_are_rounded_half_away_from_zero(base: int | None, count: int, shown: int) -> None:
    assert Policy(8, base, 2).rounded(count) == shown


@pytest.mark.parametrize("base", [2, 3, 5, 6, 10, 15, None])
def test_what_a_shown_count_may_be_is_what_is_shown_so(base: int | None) -> None:
    policy = Policy(8, base, 2)
    for shown in {policy.rounded(n) for n in range(8, 60)}:
        least, greatest = policy.possible(shown)
        assert [n for n in range(8, 100) if policy.rounded(n) == shown] == list(range(least, greatest + 1))


@pytest.mark.parametrize(
    ("policy", "eligible", "met", "hidden"),
    [
        (Policy(8, 5, 2), 7, 7, ("small", "small")),
        (Policy(8, 5, 2), 40, 7, (None, "small")),
        (Policy(8, 5, 2), 40, 39, (None, None)),
        (Policy(8, None, 4), 40, 39, (None, "small")),
        (Policy(8, None, 4), 40, 0, (None, None)),
        (Policy(8, None, 4), 0, 0, (None, None)),
    ],
)
def test_small_counts_are_hidden(
    policy: Policy, eligible: int, met: int, hidden: tuple[str | None, str | None]
) -> None:
    figure = primary(Figure(1, place(), eligible, met), policy)
    assert (figure.eligible_reason, figure.met_reason) == hidden


def test_groups_are_what_levels_tell_apart() -> None:
    always = (DAY.min, DAY.max)
    found = groups_of(
        [
            Membership("a", *always, "trust", "t"),
            Membership("b", *always, "trust", "t"),
            Membership("c", DAY.min, DAY(2023, 12, 31), "trust", "t"),
            Membership("c", DAY(2024, 1, 1), DAY.max, "icb", "i"),
        ],
        ["trust", "icb"],
    )
    assert {g.entities for g in found} == {
        frozenset({("trust", "t"), ("icb", NOT_ATTRIBUTED)}),
        frozenset({("trust", NOT_ATTRIBUTED), ("icb", "i")}),
        frozenset({("trust", NOT_ATTRIBUTED), ("icb", NOT_ATTRIBUTED)}),
    }


def test_a_group_has_nobody_on_days_on_which_it_is_none() -> None:
    (late, _) = groups_of([Membership("a", DAY(2024, 1, 1), DAY.max, "trust", "t")], ["trust"])[::-1]
    years = [place(period_kind="year", period=str(y), start=DAY(y, 1, 1), end=DAY(y, 12, 31)) for y in (2023, 2024)]
    before, after = stretches_of(years)
    assert [holds(late, s, by_cohort_date=True) for s in (before, after)] == [False, True]
    assert holds(late, before, by_cohort_date=False)


def test_all_time_has_days_beside_those_of_the_years() -> None:
    year = place(period_kind="year", period="2023", start=DAY(2023, 1, 1), end=DAY(2023, 12, 31))
    inside, outside = sorted(stretches_of([year, place()]), key=lambda s: -len(s.periods))
    assert inside.periods == {("year", "2023"), ("all_time", "all time")}
    assert (outside.periods, outside.spans) == ({("all_time", "all time")}, None)


FIGURES = [
    Figure(1, place("all", "all"), 30, 20),
    Figure(2, place("a"), 20, 10),
    Figure(3, place("b"), 6, 6, "small", "small"),
    Figure(4, place("c"), 4, 4, "small", "small"),
    Figure(5, place("c", period="2024", period_kind="year"), 9, 9, None, "complementary"),
    Figure(6, place("d"), 0, 0),
]


def test_a_preview_counts_cells_organisations_and_persons() -> None:
    whole, trust = shares_of(FIGURES)
    assert (str(whole.cells), str(whole.entities), str(whole.keys)) == (
        "0 of 1 (0.0%)",
        "0 of 1 (0.0%)",
        "0 of 30 (0.0%)",
    )
    assert (str(trust.cells), str(trust.entities), str(trust.keys)) == (
        "3 of 4 (75.0%)",
        "2 of 3 (66.7%)",
        "19 of 39 (48.7%)",
    )
    assert reasons_of(FIGURES) == {"complementary": 1, "small": 4}
    assert list(preview_lines(FIGURES))[-1] == "Counts hidden: 1 complementary, 4 small."


def test_a_leak_names_table_level_and_period_and_no_number() -> None:
    secret = Secret(place("Little Hospital"), "met", 3, ((1.0, FIGURES[3]),))
    assert leak_lines([Leak(secret, 0, frozenset()), Leak(secret, 1, frozenset())]) == [
        "pub_figure: indicator i, level trust, all_time all time: 2 numbers could be calculated"
    ]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_who_approves_has_a_name(name: str) -> None:
    assert approver_fault(name) is not None


def test_a_name_may_hold_what_names_hold() -> None:
    assert approver_fault("Dr Siân O'Neil; drop table x") is None
