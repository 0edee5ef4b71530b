"""Names and YAML text of imported packs, on names and texts that nobody would choose."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measuremart.definitions.base import name_fault
from measuremart.importers.emit import is_as_imported, sealed, section_text, was_imported
from measuremart.importers.naming import Wanted, name_of, names_of
from measuremart.source import read_text

TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\ufeff\ufffe\uffff"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Stage I-II NSCLC", "stage_i_ii_nsclc"),
        ("ECOG <= 2", "ecog_up_to_2"),
        ("ECOG=0 or ECOG!=0", "ecog_is_0_or_ecog_is_not_0"),
        ("ECOG ≥ 2, ≤ 4, ≠ 3, == 2", "ecog_at_least_2_up_to_4_is_not_3_is_2"),
        ("Referral -> treatment < 14d", "referral_to_treatment_below_14d"),
        ("Referral → treatment --> death", "referral_to_treatment_to_death"),
        ("Naïve & new", "naive_and_new"),
        ("5-FU", "measure_5_fu"),
        ("???", "measure"),
        ("  a__b  ", "a_b"),
    ],
)
def test_a_text_as_a_name(text: str, name: str) -> None:
    assert name_of(text, "measure") == name


def test_what_is_cut_clashes_or_is_taken_ends_in_its_id() -> None:
    wanted = [
        Wanted("measure", 1, "Stage I"),
        Wanted("measure", 2, "Stage II"),
        Wanted("measure", 3, "stage ii"),
        Wanted("measure", 4, "Stage IV patients who were referred to palliative care"),
        Wanted("measure", 5, "Stage II 2"),
        Wanted("subquery", 1, "Stage I"),
        Wanted("subquery", 6, "Death"),
    ]
    assert names_of(wanted, {"death"}) == {
        ("measure", 1): "stage_i",
        ("measure", 2): "stage_ii_2_2",  # measure 5 has stage_ii_2 by its own words
        ("measure", 3): "stage_ii_3",
        ("measure", 4): "stage_iv_patients_who_were_4",
        ("measure", 5): "stage_ii_2",
        ("subquery", 1): "stage_i_1",
        ("subquery", 6): "death_6",
    }


@given(st.lists(st.tuples(st.sampled_from(["measure", "subquery"]), TEXTS), max_size=8), st.randoms())
def test_names_are_valid_unique_and_free_of_order(things: list[tuple[str, str]], chance: Any) -> None:
    wanted = [Wanted(kind, number, text) for number, (kind, text) in enumerate(sorted(things))]
    names = names_of(wanted, {"taken"})
    assert len(set(names.values()) | {"taken"}) == len(wanted) + 1
    assert [name_fault(n) for n in names.values()] == [None] * len(wanted)
    mixed = [t for kind in ("measure", "subquery") for t in chance.sample(wanted, len(wanted)) if t.kind == kind]
    assert names_of(mixed, {"taken"}) == names


VALUES = st.recursive(
    TEXTS | st.integers(-(10**15), 10**15) | st.booleans() | st.decimals(-(10**9), 10**9, places=3),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(st.sampled_from(["rules", "and", "window", "from", "x1"]), inner, min_size=1)
    ),
    max_leaves=12,
)


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.dictionaries(st.sampled_from(["rules", "notes", "benchmark"]), VALUES, min_size=1),
        min_size=1,
    )
)
def test_any_text_reads_back_as_itself(entries: dict[str, Any]) -> None:
    text = section_text("measures", [("A heading", entries)])
    assert _plain(read_text(text, "x")["measures"]) == _plain(entries)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "0123",
        "1e5",
        "1_000",
        "1:30",
        "2024-01-31",
        "null",
        "~",
        "a: b",
        "a #b",
        "- a",
        "*a",
        "&a",
        "!a",
        "{a}",
        "[a",
        "%a",
        "@a",
        "`a",
        "'",
        '"',
        "\\",
        "=",
        "<<",
        "x" * 300,
    ],
)
def test_texts_that_yaml_takes_for_something_else(text: str) -> None:
    written = section_text(
        "measures", [("", {"a": {"notes": text, "rules": [{"equals": text}, {"equals": [text, text]}]}})]
    )
    assert read_text(written, "x")["measures"]["a"]["rules"][1]["equals"] == (text, text)


def test_lines_are_short_and_short_parts_stand_on_one_line() -> None:
    entry = {
        "description": "word " * 60 + "end",
        "rules": [{"exact": list(range(1000000, 1000060))}],
        "window": {"from": {"days": -30}},
    }
    lines = section_text("measures", [("", {"a": entry})]).splitlines()
    assert max(map(len, lines)) <= 120
    assert "      from: {days: -30}" in lines


def test_a_long_text_that_ends_like_the_sign_of_one() -> None:
    text = "word " * 30 + "and: >-"
    written = section_text("measures", [("", {"a": {"notes": text, "description": "next"}})])
    assert read_text(written, "x")["measures"]["a"] == {"notes": text, "description": "next"}


def test_a_seal_shows_an_edit() -> None:
    text = sealed("A comment.", "measures:\n  a: {or: [b, c]}\n")
    assert is_as_imported(text)
    assert was_imported(text)
    edited = text.replace("b, c", "b, d")
    assert not is_as_imported(edited)
    assert was_imported(edited)
    assert not was_imported("measures: {}\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


CONCEPTS = {5: "Cancer of lung", 6: "Cancer\nof \x1b[31mbreast", 7: "A very long name " * 9}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"exact": 5}, "      - exact: 5  # Cancer of lung"),
        ({"exact": [5, 6, 8]}, "      - exact: [5, 6, 8]  # Cancer of lung; Cancer of [31mbreast; 8"),
        ({"hierarchy": 5, "role": "status"}, "      - {hierarchy: 5, role: status}  # Cancer of lung"),
        ({"substring": {"code_of": 5}, "of": "code"}, "      - {substring: {code_of: 5}, of: code}  # Cancer of lung"),
        ({"scalar": {"op": "<", "value": 5, "concept": 6}}, "# Cancer of [31mbreast"),
        ({"exact": 8}, "      - exact: 8"),
        ({"scalar": {"op": "<", "value": 5}}, "value: 5}"),
    ],
)
def test_the_name_of_a_concept_stands_beside_its_id(rule: dict[str, Any], line: str) -> None:
    text = section_text("subqueries", [("", {"a": {"target": "x", "rules": [rule]}})], CONCEPTS)
    assert text.splitlines()[-1].endswith(line)


def test_a_long_name_is_cut_to_the_page_and_other_texts_are_left_alone() -> None:
    entry = {"description": f"- exact: 5 {('and so on ' * 20).strip()}", "notes": "- exact: 5", "concepts": [5, 7]}
    lines = section_text("concept_sets", [("", {"a": entry})], CONCEPTS).splitlines()
    assert lines[-2] == "      - 5  # Cancer of lung"
    assert lines[-1].endswith(" ...")
    assert max(map(len, lines)) <= 116
    assert sum("# Cancer" in line for line in lines) == 1
