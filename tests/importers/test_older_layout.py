"""The older layout: what its names and its temporal columns mean (docs/how-to/import-oa-cohorts.md)."""

from pathlib import Path
from typing import Any

import pytest
from importers.oa_folders import OLDER, altered, by_id, entries, said, translated
from measuremart.importers.oa_cohorts.pack import Imported

ANY_ROW = [{"presence": "start"}, {"absence": "start"}]  # dated or not
NOT_BEFORE = {"before": {"days": 0}}


@pytest.fixture(scope="module")
def imported() -> Imported:
    return translated(OLDER)


@pytest.fixture(scope="module")
def pack(imported: Imported) -> dict[str, dict[str, Any]]:
    return entries(imported)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, {"target": "dx_primary", "rules": [{"hierarchy": 443388}]}),
        (2, {"target": "tx_current_episode", "rules": ANY_ROW}),
        (3, {"target": "tx_surgical", "rules": ANY_ROW}),
        (4, {"target": "measurement", "rules": [{"scalar": {"op": "=", "value": 0, "concept": 36305384}}]}),
        (6, {"target": "referral_to_specialist_window", "date": "specialist", "rules": ANY_ROW}),
        (8, {"target": "dx_primary", "incomplete": "the source has no rules for it"}),
    ],
)
def test_a_subquery(pack: dict[str, Any], number: int, wanted: dict[str, Any]) -> None:
    assert by_id(pack["subqueries"], number) == wanted


def test_a_concept_beside_presence_of_one_kind_of_row_is_not_asked_and_that_is_said(imported: Imported) -> None:
    assert said(imported)[("query_rule.csv", 6)][0] == "changed"
    assert "4139715" in said(imported)[("query_rule.csv", 6)][1]


def test_no_surgery_is_the_episodes_without_surgery(pack: dict[str, Any]) -> None:
    assert by_id(pack["measures"], 3) == {"except": ["care_episodes", "any_tx_surgical"]}
    assert pack["subqueries"]["care_episodes"]["target"] == "episode_of_care"


def test_person_ep_override_matches_by_person(pack: dict[str, Any]) -> None:
    none = {"except": [{"at": "person", "of": "care_episodes"}, {"at": "person", "of": "any_tx_surgical"}]}
    wanted = [{"at": "person", "of": "lung_cancer"}, none, {"at": "person", "of": "ecog_0"}]
    assert by_id(pack["measures"], 10) == {"and": wanted, "moments": "all"}


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        # No bound and a benchmark in days: the days themselves are the figure.
        (
            1,
            {
                "type": "duration",
                "denominator": "full_cohort",
                "numerator": "first_specialist",
                "numerator_window": NOT_BEFORE,
            },
        ),
        (
            2,
            {
                "type": "duration",
                "denominator": "ecog_0_from_start",
                "numerator": "palliative_referral",
                "numerator_window": NOT_BEFORE,
            },
        ),
        (
            3,
            {
                "denominator": "full_cohort",
                "numerator": "any_treatment",
                "numerator_window": NOT_BEFORE | {"after": {"days": 14}},
                "benchmark": {"value": 80, "unit": "percent"},
            },
        ),
        # From the numerator to the denominator: at most a month before it.
        (
            5,
            {
                "denominator": "death",
                "numerator": "any_treatment",
                "numerator_window": {"before": {"months": 1}, "after": {"days": 0}},
                "reference_date": "denominator",
                "benchmark": {"value": 10},
            },
        ),
        (
            6,
            {
                "denominator": "palliative_referral",
                "numerator": "ecog_0",
                "numerator_window": {"after": {"days": 0}},
                "reference_date": "denominator",
            },
        ),
        (7, {"denominator": "full_cohort", "numerator": "palliative_referral", "benchmark": {"value": 80}}),
    ],
)
def test_an_indicator(pack: dict[str, Any], number: int, wanted: dict[str, Any]) -> None:
    assert by_id(pack["indicators"], number) == wanted | {"undated_numerator": "ignore"}


def test_days_from_the_start_of_the_episode_need_a_denominator_of_that_date(pack: dict[str, Any]) -> None:
    wanted = {"anchor": "care_episodes", "candidate": "ecog_0", "date": "anchor"}
    assert pack["measures"]["ecog_0_from_start"]["window"] == wanted


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (8, "at least so much time"),
        (9, "from the numerator to a later date"),
        (10, "does not say between which dates"),
    ],
)
def test_a_time_that_cannot_be_mapped_makes_the_indicator_unavailable(
    imported: Imported, pack: dict[str, Any], number: int, reason: str
) -> None:
    numerator = pack["measures"][by_id(pack["indicators"], number)["numerator"]]
    assert reason in numerator["incomplete"]
    assert number in [u.id for u in imported.unavailable if u.kind == "indicator"]


def test_a_unit_of_time_without_a_number_is_no_window_and_the_table_says_so(
    imported: Imported, pack: dict[str, Any]
) -> None:
    found = by_id(pack["indicators"], 4)
    assert "numerator_window" not in found
    assert "incomplete" not in pack["measures"][found["numerator"]]
    assert 4 not in [u.id for u in imported.unavailable if u.kind == "indicator"]
    reason = "temporal_max_units says days, and temporal_max has no number: no bound is written"
    assert said(imported)[("indicator.csv", 4)] == ("changed", reason)


def test_every_reason_of_an_unavailable_indicator_is_named(imported: Imported) -> None:
    reasons = next(u.reasons for u in imported.unavailable if u.id == 11)
    assert reasons == (
        "denominator lung_cancer_or_small_cells > small_cells > small_cells_8: the source has no rules for it",
        'numerator molecular_testing > molecular_testing_7: rule 7: concept 0 is OMOP\'s "no matching concept": it would match every unmapped row',
    )


def test_labels_describe_and_versions_are_noted(pack: dict[str, Any]) -> None:
    report = next(iter(pack["reports"].values()))
    assert "Version 0.1, alpha, 2024-05-15, draft." in report["notes"]
    description = pack["indicators"]["time_to_first_specialist"]["description"]
    assert description == "Denominator: Full report cohort. Numerator: First specialist seen."


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("dt_surg,dt_numerator,,,,,,days", "from dt_surg to dt_numerator"),
        (",dt_numerator,,,,,,days", "from nothing to dt_numerator"),
        ("dt_current_start,dt_numerator,,,14,,,days", "temporal_max_units has no unit"),
        ("dt_current_start,dt_numerator,,,-3,days,,days", "out of range"),
    ],
)
def test_other_times_that_cannot_be_mapped(tmp_path: Path, column: str, reason: str) -> None:
    old = "First specialist seen,0,Full report cohort,dt_current_start,dt_numerator,,,,,,days"
    folder = altered(tmp_path, OLDER, ("indicator.csv", old, f"First specialist seen,0,Full report cohort,{column}"))
    found = translated(folder)
    assert reason in said(found)[("indicator.csv", 1)][1]
    assert by_id(entries(found)["indicators"], 1)["numerator"].endswith("_1_numerator")


def test_both_layouts_of_one_configuration_are_one_pack(tmp_path: Path, imported: Imported) -> None:
    """A folder is rewritten column by column as the newer layout has it; what only the older one has is left out."""
    folder = altered(tmp_path, OLDER)
    (folder / "query_rule_map.csv").rename(folder / "subquery_rule_map.csv")
    for file, old, new in (
        ("query_rule.csv", "query_matcher,query_concept_id,query_notes", "matcher,concept_id,notes"),
        (
            "subquery.csv",
            "subquery_name,subquery_short_name,subquery_type,subquery_temporality,subquery_target",
            "name,short_name,type,temporality,target",
        ),
        ("measure.csv", "measure_name,measure_combination", "name,combination"),
    ):
        text = (folder / file).read_text()
        (folder / file).write_text(text.replace(old, new).replace("rule_or", "or").replace("rule_and", "and"))
    found = translated(folder)
    same = ("subqueries.yml", "cohorts.yml", "reports.yml")
    assert {name: found.files[name] for name in same} == {name: imported.files[name] for name in same}
    older, newer = entries(imported)["measures"], entries(found)["measures"]
    assert {n: m for n, m in newer.items() if "id" in m} == {n: m for n, m in older.items() if "id" in m}
