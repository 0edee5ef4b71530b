"""The 0.13 layout: every column, matcher and policy, against what it means by docs/how-to/import-oa-cohorts.md."""

from pathlib import Path
from typing import Any

import pytest
from importers.oa_folders import NEWER, altered, by_id, entries, said, translated, with_line
from measuremart.importers.oa_cohorts.pack import Imported

ANY_ROW = [{"presence": "start"}, {"absence": "start"}]  # dated or not


@pytest.fixture(scope="module")
def imported() -> Imported:
    return translated(NEWER)


@pytest.fixture(scope="module")
def pack(imported: Imported) -> dict[str, dict[str, Any]]:
    return entries(imported)


def test_a_phenotype_is_a_concept_set_with_duplicate_rows_folded(pack: dict[str, Any]) -> None:
    assert pack["concept_sets"] == {
        "lung_cancers": {
            "id": 1,
            "description": "Malignant disease that began in a lung.",
            "concepts": [443388, 4115276],
        }
    }


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, {"target": "dx_primary", "rules": [{"phenotype": "lung_cancers"}]}),
        (2, {"target": "dx_any", "rules": [{"hierarchy": 4112853}], "exclude": [{"hierarchy": 4110705}]}),
        (3, {"target": "tx_surgical", "rules": ANY_ROW}),
        (5, {"target": "procedure", "rules": [{"exact": [4029715, 4029716]}]}),
        (6, {"target": "measurement", "rules": [{"scalar": {"op": "<", "value": 2, "concept": 36305384}}]}),
        (7, {"target": "dx_primary", "rules": [{"substring": {"code_of": 44499065}, "of": "code"}]}),
        (8, {"target": "tx_concurrent", "rules": [{"predicate": True}]}),
        (
            11,
            {
                "target": "referral_to_specialist_window",
                "date": "specialist",
                "rules": [{"scalar": {"op": "<=", "value": 14}}],
            },
        ),
        (12, {"target": "ev_visit", "rules": [{"exact": 38004507, "role": "specialty"}]}),
        (13, {"target": "measurement_value", "rules": [{"hierarchy": 4126681}]}),
        (14, {"target": "person", "rules": [{"exact": 8532}]}),
        (17, {"target": "death", "rules": ANY_ROW}),
    ],
)
def test_a_subquery(pack: dict[str, Any], number: int, wanted: dict[str, Any]) -> None:
    assert by_id(pack["subqueries"], number) == wanted


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (9, "4162591"),  # the concept beside presence is not asked in oa-cohorts: curative or not cannot be known
        (10, "phenotype 2 has no concepts"),
        (15, "no rules"),
    ],
)
def test_a_subquery_that_cannot_be_mapped_is_incomplete_and_named(
    imported: Imported, pack: dict[str, Any], number: int, reason: str
) -> None:
    body = by_id(pack["subqueries"], number)
    assert "rules" not in body
    assert reason in body["incomplete"]
    assert said(imported)[("subquery.csv", number)][0] == "unavailable"


def test_an_exclusion_beside_other_rules_is_said(imported: Imported) -> None:
    assert said(imported)[("subquery.csv", 2)][0] == "changed"


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (1, {"subquery": "lung_cancer_1"}),
        (3, {"except": ["care_episodes", "any_tx_surgical"]}),
        (6, {"and": ["lung_cancer", "no_operation"], "moments": "all"}),
        (7, {"or": ["any_operation", "radiotherapy"]}),
        (8, {"except": ["lung_cancer", "any_operation"]}),
        # Criteria match by person all the way down: lung cancer (1) and no operation (3) of measure 6, not measure 6 itself.
        (
            9,
            {
                "and": [
                    {"at": "person", "of": "fit"},
                    {"at": "person", "of": "lung_cancer"},
                    {"except": [{"at": "person", "of": "care_episodes"}, {"at": "person", "of": "any_tx_surgical"}]},
                    {"at": "person", "of": "any_treatment"},
                ],
                "moments": "all",
            },
        ),
        (10, {"and": ["radiotherapy_5_treatment", "chemotherapy"], "moments": "all"}),
        (
            11,
            {
                "window": {
                    "anchor": "lung_cancer_1",
                    "candidate": "any_treatment",
                    "from": {"days": -30},
                    "to": {"days": 60},
                }
            },
        ),
        (
            12,
            {
                "window": {
                    "anchor": "soon_seen",
                    "candidate": "any_treatment",
                    "from": {"days": 0},
                    "anchor_pick": "last",
                    "pick": "closest",
                    "date": "greatest",
                    "align": "person",
                }
            },
        ),
        (13, {"incomplete": "it has neither a subquery nor children"}),
        (14, {"subquery": "lung_cancer_1"}),
        (16, {"subquery": "chemotherapy_16"}),
        (30, {"incomplete": "its window ends 5 days from the anchor, before it begins at 10"}),
    ],
)
def test_a_measure(pack: dict[str, Any], number: int, wanted: dict[str, Any]) -> None:
    assert by_id(pack["measures"], number) == wanted


def test_a_subquery_that_is_only_wanted_by_treatment_is_keyed_by_treatment(pack: dict[str, Any]) -> None:
    wanted = {"target": "tx_chemotherapy", "resolve_by": "treatment", "date": "end", "rules": ANY_ROW}
    assert by_id(pack["subqueries"], 16) == wanted


def test_one_that_is_wanted_both_ways_stands_twice(pack: dict[str, Any]) -> None:
    assert "resolve_by" not in by_id(pack["subqueries"], 5)
    assert pack["subqueries"]["radiotherapy_5_treatment"]["resolve_by"] == "treatment"
    assert "id" not in pack["subqueries"]["radiotherapy_5_treatment"]


def test_measure_0_is_not_written(pack: dict[str, Any]) -> None:
    assert 0 not in [entry.get("id") for entry in pack["measures"].values()]


def test_a_window_may_want_another_date_of_its_candidate_and_anchor(tmp_path: Path) -> None:
    folder = altered(
        tmp_path,
        NEWER,
        ("measure_temporal_window.csv", "11,,7,-30,60,,,,,,,", "11,,2,-30,60,latest,anchor,t,all,,condition,end"),
    )
    pack = entries(translated(folder))
    assert by_id(pack["measures"], 11)["window"] == {
        "anchor": "lung_cancer_1_condition",
        "candidate": "any_operation_3_end",
        "from": {"days": -30},
        "to": {"days": 60},
        "anchor_pick": "all",
        "pick": "latest",
        "date": "anchor",
    }
    assert pack["subqueries"]["lung_cancer_1_condition"]["date"] == "condition"
    assert pack["subqueries"]["any_operation_3_end"]["date"] == "end"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("11,2,7,-30,60,,,,,,,", "both a subquery and an anchor measure"),
        ("11,,7,-30,60,,,,,,dt_moon,", "date role 'dt_moon' is none of target 'dx_primary'"),
        ("11,,7,-30,60,,,,,,,end", "date 'end' of measure 7, which is not a single subquery"),
        ("11,,0,-30,60,,,,,,,", "the full cohort (measure 0) is a part of it"),
        ("11,,7,-300000,60,,,,,,,", "reaches further than 100,000 days"),
    ],
)
def test_a_window_that_cannot_be_mapped_is_incomplete(tmp_path: Path, line: str, reason: str) -> None:
    folder = altered(tmp_path, NEWER, ("measure_temporal_window.csv", "11,,7,-30,60,,,,,,,", line))
    found = translated(folder)
    assert reason in by_id(entries(found)["measures"], 11)["incomplete"]
    assert said(found)[("measure.csv", 11)][0] == "unavailable"


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (
            1,
            {
                "denominator": "full_cohort",
                "numerator": "any_treatment",
                "numerator_window": {"before": {"days": 0}, "after": {"days": 42}},
                "undated_numerator": "ignore",
                "benchmark": {"value": 80, "unit": "percent"},
            },
        ),
        (
            2,
            {
                "denominator": "lung_cancer_with_no_operation",
                "numerator": "any_operation",
                "denominator_window": {"before": {"days": 7}, "after": {"days": 14}},
                "numerator_window": {"after": {"days": 30}},
                "reference_date": "denominator",
                "opportunity": "first",
                "grain": "person",
                "benchmark": {"value": 75.5},
            },
        ),
        (3, {"denominator": "full_cohort", "numerator": "oncologist", "undated_numerator": "ignore"}),
        (
            4,
            {
                "type": "duration",
                "denominator": "lung_cancer",
                "numerator": "any_treatment",
                "reference_date": "denominator",
                "undated_numerator": "ignore",
                "benchmark": {"value": 28, "unit": "days"},
            },
        ),
    ],
)
def test_an_indicator(pack: dict[str, Any], number: int, wanted: dict[str, Any]) -> None:
    assert by_id(pack["indicators"], number) == wanted


@pytest.mark.parametrize(("number", "reason"), [(5, "full cohort"), (6, "-5"), (8, "days from the cohort's date")])
def test_an_indicator_that_cannot_be_mapped_has_an_incomplete_numerator(
    imported: Imported, pack: dict[str, Any], number: int, reason: str
) -> None:
    numerator = pack["measures"][by_id(pack["indicators"], number)["numerator"]]
    assert reason in numerator["incomplete"]
    assert said(imported)[("indicator.csv", number)][0] == "unavailable"


def test_what_is_unavailable_is_named_with_the_way_to_the_reason(imported: Imported) -> None:
    found = {(u.kind, u.id): u.reasons for u in imported.unavailable}
    assert sorted(found) == [("indicator", n) for n in (5, 6, 7, 8)] + [("sub-cohort", 2)]
    assert found[("indicator", 7)] == (
        "numerator stage_and_lung_cancer > stage_15 > stage_that_nobody_wrote_down: the source has no rules for it",
    )


def test_a_report_restates_what_its_map_overrides(pack: dict[str, Any]) -> None:
    report = by_id(pack["reports"], 1)
    assert report["cohorts"] == ["thoracic", "staged_cancers"]
    assert report["primary_cohort"] == "thoracic"
    assert report["period_date"] == "denominator"
    assert report["indicators"][:4] == [
        "any_treatment_within_42_days",
        {
            "operated_on_after_a_first_chance": {
                "title": "Operated on",
                "reference": "REF 2",
                "benchmark": {"value": 70, "unit": "percent"},
            }
        },
        "seen_by_an_oncologist",
        {"days_from_referral_to_treatment": {"benchmark": {"value": 21}}},
    ]


def test_indicators_with_different_period_dates_take_the_denominators_and_say_so(tmp_path: Path) -> None:
    folder = altered(
        tmp_path,
        NEWER,
        ("indicator.csv", "3,Seen by an oncologist,,,,,denominator", "3,Seen by an oncologist,,,,,latest"),
    )
    found = translated(folder)
    assert by_id(entries(found)["reports"], 1)["period_date"] == "denominator"
    assert "denominator, latest" in said(found)[("report.csv", 1)][1]


def test_an_override_in_a_unit_that_does_not_fit_is_left_out_and_said(tmp_path: Path) -> None:
    folder = altered(tmp_path, NEWER, ("report_indicator_map.csv", "70,percent", "70,days"))
    found = translated(folder)
    line = by_id(entries(found)["reports"], 1)["indicators"][1]
    assert line == {"operated_on_after_a_first_chance": {"title": "Operated on", "reference": "REF 2"}}
    assert said(found)[("indicator.csv", 2)][0] == "left out"


def test_a_cohort_is_its_definitions_and_a_report_without_cohorts_is_left_out(
    imported: Imported, pack: dict[str, Any]
) -> None:
    assert by_id(pack["cohorts"], 1) == {"definitions": {"lung": "lung_cancer", "mesothelioma": "mesothelioma"}}
    assert list(pack["reports"]) == ["thoracic_care"]
    assert said(imported)[("report.csv", 2)][0] == "left out"


@pytest.mark.parametrize(
    ("rule", "subquery", "reason"),
    [
        ("20,exact,0,,,,,", "obs_concept,dt_obs", "concept 0"),
        ("20,exact,,,,,,", "obs_concept,dt_obs", "names no concept"),
        ("20,exact,2,,,,,", "tx_chemotherapy,dt_treat", "the number of the regimen"),
        ("20,hierarchy,8507,,,,,", "demog_death,dt_death", "the sex of the dead"),
        ("20,substring,5,,,,,", "obs_concept,dt_obs", "another text of the row than its code"),
        ("20,presence,5,,,,,", "meas_concept,dt_meas", "does not look at its concept 5"),
        ("20,absence,5,,,,,", "meas_concept,dt_meas", "does not look at its concept 5"),
        ("20,scalar,5,,,<,meas_concept,", "meas_concept,dt_meas", "no threshold or no direction"),
        ("20,scalar,5,,1,<,,", "meas_concept,dt_meas", "threshold_comparator"),
        ("20,scalar,5,,1,<,obs_value,", "meas_concept,dt_meas", "the number of obs_value on rows of another target"),
        ("20,scalar,,,1,<,meas_concept,", "meas_concept,dt_meas", "names no concept; 0 would mean any"),
        ("20,scalar,5,,1,<,tx_to_death_window,", "tx_to_death_window,dt_death", "no concept to compare"),
        ("20,predicate,1,,,,,", "meas_concept,dt_meas", "has no flag"),
        ("20,predicate,0,,,,,", "intent_rt,dt_rad", "has no flag"),
        ("20,phenotype,,,,,,", "dx_any,dt_any", "names no phenotype"),
        ("20,presence,,,,,,", "dx_any,dt_numerator", "dated by dt_numerator"),
    ],
)
def test_a_rule_that_cannot_be_mapped_faithfully(tmp_path: Path, rule: str, subquery: str, reason: str) -> None:
    folder = with_line(
        tmp_path,
        NEWER,
        ("query_rule.csv", rule),
        ("subquery.csv", f"20,{subquery},Odd rows,"),
        ("subquery_rule_map.csv", "20,20"),
    )
    found = translated(folder)
    assert reason in by_id(entries(found)["subqueries"], 20)["incomplete"]
    assert said(found)[("subquery.csv", 20)][0] == "unavailable"


@pytest.mark.parametrize(
    ("rule", "subquery", "wanted"),
    [
        ("20,predicate,,,,,,", "tx_concurrent,dt_concurrent", {"rules": [{"predicate": True}]}),
        ("20,predicate,0,,,,,", "tx_concurrent,dt_concurrent", {"rules": [{"predicate": False}]}),
        ("20,presence,0,,,,,", "tx_concurrent,dt_concurrent", {"rules": [{"predicate": True}]}),
        ("20,predicate,1,,,,,", "intent_sact,dt_treat", {"rules": ANY_ROW}),
        ("20,hierarchyexclusion,5,,,,,", "dx_any,dt_any", {"rules": ANY_ROW, "exclude": [{"hierarchy": 5}]}),
        ("20,absence,,,,,,", "demog_gender,dt_any", {"rules": [{"absence": "concept"}]}),
        (
            "20,scalar,5,,1.5,gte,obs_value,",
            "obs_value,dt_obs",
            {"target": "observation", "rules": [{"scalar": {"op": ">=", "value": 1.5, "concept": 5}}]},
        ),
        ("20,exact,5,,,,,", "obs_value,dt_obs", {"target": "observation_value", "rules": [{"exact": 5}]}),
        (
            "20,scalar,0,,30,!=,tx_to_death_window,",
            "tx_to_death_window,dt_treatment_end",
            {"date": "treatment", "rules": [{"scalar": {"op": "!=", "value": 30}}]},
        ),
        ("20,exact,5,,,,,", "intent_rt,dt_treatment_end", {"date": "end", "rules": [{"exact": 5}]}),
        ("20,exact,5,,,,,", "meas_concept,dt_surg", {"rules": [{"exact": 5}]}),
    ],
)
def test_a_rule_that_can(tmp_path: Path, rule: str, subquery: str, wanted: dict[str, Any]) -> None:
    folder = with_line(
        tmp_path,
        NEWER,
        ("query_rule.csv", rule),
        ("subquery.csv", f"20,{subquery},Odd rows,"),
        ("subquery_rule_map.csv", "20,20"),
    )
    target = {"target": subquery.split(",", maxsplit=1)[0].replace("meas_concept", "measurement")}
    target = {"target": "person"} if target["target"] == "demog_gender" else target
    assert by_id(entries(translated(folder))["subqueries"], 20) == target | wanted


def test_rows_that_are_there_and_rows_that_are_not_in_one_subquery(tmp_path: Path) -> None:
    folder = with_line(tmp_path, NEWER, ("subquery_rule_map.csv", "4,6"))
    body = by_id(entries(translated(folder))["subqueries"], 4)
    assert "rows that are there and for rows that are not" in body["incomplete"]


def test_what_three_measures_want_by_person_has_a_name(tmp_path: Path) -> None:
    added = [("measure.csv", f"{n},Person {n},and,,cancer,True") for n in (41, 42)]
    added += [("measure_relationship.csv", f"{n},{child}") for n in (41, 42) for child in (1, 5)]
    pack = entries(translated(with_line(tmp_path, NEWER, *added)))
    named = pack["measures"]["lung_cancer_by_person"]
    assert {k: v for k, v in named.items() if k != "description"} == {"at": "person", "of": "lung_cancer"}
    for number in (41, 42):
        assert by_id(pack["measures"], number) == {"and": ["lung_cancer_by_person", "fit_by_person"], "moments": "all"}
    assert by_id(pack["measures"], 9)["and"][:2] == ["fit_by_person", "lung_cancer_by_person"]
    assert {"at": "person", "of": "any_treatment"} in by_id(pack["measures"], 9)["and"]


def test_what_is_by_person_anyway_keeps_its_name(tmp_path: Path) -> None:
    added = [("measure.csv", "41,Woman or dead,and,,cancer,True")]
    added += [("measure_relationship.csv", f"41,{child}") for child in (17, 22, 1)]
    pack = entries(translated(with_line(tmp_path, NEWER, *added)))
    assert by_id(pack["measures"], 41) == {
        "and": [{"at": "person", "of": "lung_cancer"}, "death", "women"],
        "moments": "all",
    }


def test_presence_of_concurrent_treatment_is_not_what_it_is_there_and_that_is_said(tmp_path: Path) -> None:
    found = translated(altered(tmp_path, NEWER, ("query_rule.csv", "10,predicate,1", "10,presence,")))
    assert by_id(entries(found)["subqueries"], 8)["rules"] == [{"predicate": True}]
    assert said(found)[("query_rule.csv", 10)][0] == "changed"


def test_long_notes_are_cut_to_what_a_text_may_have(tmp_path: Path) -> None:
    lines = [("query_rule.csv", f"{n},exact,{n},{'agreed in the meeting ' * 9},,,,") for n in range(100, 160)]
    lines += [("subquery_rule_map.csv", f"5,{n}") for n in range(100, 160)]
    pack = entries(translated(with_line(tmp_path, NEWER, *lines)))
    notes = next(entry["notes"] for entry in pack["subqueries"].values() if entry.get("id") == 5)
    assert len(notes) == 4000
    assert notes.endswith(" ...")


@pytest.mark.parametrize("value", ["-1", "80.1234567", "9999999999999"])
def test_a_benchmark_that_no_indicator_can_have_is_left_out_and_said(tmp_path: Path, value: str) -> None:
    found = translated(altered(tmp_path, NEWER, ("indicator.csv", "0,42,,,80,percent", f"0,42,,,{value},percent")))
    assert "benchmark" not in by_id(entries(found)["indicators"], 1)
    assert said(found)[("indicator.csv", 1)][0] == "left out"


def test_what_was_changed_is_noted_in_the_pack_too(pack: dict[str, Any]) -> None:
    notes = {entry["id"]: entry.get("notes", "") for entry in pack["measures"].values() if "id" in entry}
    assert "the subquery alone counts" in notes[14]
    assert "measure 1 without the others" in notes[8]
    assert "takes rows out" in pack["subqueries"]["breast_cancer_but_no_small_cells"]["notes"]


def test_a_leaf_that_matches_by_treatment_needs_a_target_with_treatments(tmp_path: Path) -> None:
    folder = altered(tmp_path, NEWER, ("measure.csv", "5,Fit,or,6,cancer", "5,Fit,or,6,treatment"))
    body = by_id(entries(translated(folder))["measures"], 5)
    assert body == {"incomplete": "it matches by treatment, and target 'measurement' has no treatments"}


def test_columns_and_files_that_are_not_of_the_layout_are_said(tmp_path: Path) -> None:
    folder = altered(
        tmp_path,
        NEWER,
        ("dash_cohort.csv", "dash_cohort_name\n1,Thoracic", "dash_cohort_name,colour\n1,Thoracic,red"),
        ("dash_cohort.csv", "Staged cancers", "Staged cancers,"),
    )
    (folder / "colours.csv").write_text("colour\nred\n")
    found = said(translated(folder))
    assert "colour" in found[("dash_cohort.csv", 0)][1]
    assert found[("colours.csv", 0)][0] == "left out"


def test_the_order_of_rows_means_nothing(tmp_path: Path, imported: Imported) -> None:
    folder = altered(tmp_path, NEWER)
    for file in folder.glob("*.csv"):
        if file.name == "measure_relationship.csv":  # the first child of `except` is the one that is kept
            continue
        heading, *lines = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join([heading, *reversed(lines)]) + "\n", encoding="utf-8")
    assert translated(folder).files == imported.files


def test_a_rule_that_no_subquery_has_is_said(tmp_path: Path) -> None:
    folder = with_line(tmp_path, NEWER, ("query_rule.csv", "20,exact,5,,,,,"))
    assert said(translated(folder))[("query_rule.csv", 20)] == ("left out", "no subquery has it")
