"""Folders that cannot be imported: what is said, where, and of which class."""

from pathlib import Path

import pytest
from importers.oa_folders import NEWER, altered, catalogue, translated, with_line
from measuremart.importers.oa_cohorts.pack import translate
from measuremart.problems import exit_code


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "message"),
    [
        (
            "measure.csv",
            "combination,subquery_id",
            "operator,subquery_id",
            4,
            "measure.csv:1:1: column 'combination' is missing (0.13 layout)",
        ),
        (
            "measure.csv",
            "subquery_id,matching_scope",
            "subquery_id,name,matching_scope",
            4,
            "measure.csv:1:1: column 'name' appears twice",
        ),
        (
            "query_rule.csv",
            "2,hierarchy,4112853",
            "2,hierarchic,4112853",
            4,
            "query_rule.csv:3:1: 'matcher' is not a matcher that is known (did you mean 'hierarchy'?); found 'hierarchic'",
        ),
        (
            "query_rule.csv",
            "2,hierarchy,4112853",
            "2,hierarchy,four",
            4,
            "query_rule.csv:3:1: 'concept_id' must be a whole number; found 'four'",
        ),
        (
            "query_rule.csv",
            "2,hierarchy,4112853",
            "2.5,hierarchy,4112853",
            4,
            "query_rule.csv:3:1: 'query_rule_id' must be a whole number; found '2.5'",
        ),
        (
            "query_rule.csv",
            "2,<,meas_concept",
            "two,<,meas_concept",
            4,
            "query_rule.csv:9:1: 'scalar_threshold' must be a number; found 'two'",
        ),
        (
            "measure.csv",
            "cancer,True\n10,",
            "cancer,maybe\n10,",
            4,
            "measure.csv:11:1: 'person_ep_override' must be t or f; found 'maybe'",
        ),
        ("measure.csv", "5,Fit,or", ",Fit,or", 4, "measure.csv:7:1: 'measure_id' is empty"),
        ("measure.csv", "5,Fit,or", "5,,or", 4, "measure.csv:7:1: 'name' is empty"),
        (
            "subquery.csv",
            "1,dx_primary",
            "1,dx_primry",
            4,
            "subquery.csv:2:1: 'target' is not a target that is known (did you mean 'dx_primary'?); found 'dx_primry'",
        ),
        ("measure.csv", "5,Fit,or,6", "5,Fit,or,66", 5, "measure.csv:7:1: there is no subquery 66 in subquery.csv"),
        (
            "subquery_rule_map.csv",
            "16,4\n",
            "16,44\n",
            5,
            "subquery_rule_map.csv:18:1: there is no query_rule 44 in query_rule.csv",
        ),
        (
            "indicator.csv",
            "exclude,7,0,0,42",
            "exclude,77,0,0,42",
            5,
            "indicator.csv:2:1: there is no measure 77 in measure.csv",
        ),
        (
            "report_cohort_map.csv",
            "2,1,2,False",
            "2,1,3,False",
            5,
            "report_cohort_map.csv:3:1: there is no dash_cohort 3 in dash_cohort.csv",
        ),
        ("measure_relationship.csv", "7,2\n", "7,6\n", 5, ""),
        ("measure_relationship.csv", "8,2\n", "8,8\n", 5, "measure.csv:10:1: a measure is made of itself: 8 > 8"),
        (
            "measure.csv",
            "5,Fit,or,6,cancer,False",
            "5,Fit,or,6",
            3,
            "measure.csv:7:1: 4 values where the heading has 6 columns",
        ),
        ("measure.csv", "5,Fit,or", '5,"Fit,or', 3, "measure.csv:1:1: cannot be read: unexpected end of data"),
    ],
)
def test_a_fault(tmp_path: Path, file: str, old: str, new: str, code: int, message: str) -> None:
    found = translated(altered(tmp_path, NEWER, (file, old, new)))
    if not message:  # 7 > 6 is no circle: nothing of this is wrong
        assert found.problems == []
        return
    assert [str(p) for p in found.problems] == [message]
    assert exit_code(found.problems) == code
    assert found.files == {}


def test_a_circle_through_a_window_is_found(tmp_path: Path) -> None:
    folder = with_line(tmp_path, NEWER, ("measure_relationship.csv", "7,11"))
    assert [str(p) for p in translated(folder).problems] == ["measure.csv:9:1: a measure is made of itself: 7 > 11 > 7"]


def test_the_same_id_with_other_content_is_a_fault_and_with_the_same_is_not(tmp_path: Path) -> None:
    folder = with_line(tmp_path, NEWER, ("dash_cohort.csv", "1,Thoracic"), ("query_rule.csv", "6,exact,1,,,,,"))
    problems = translated(folder).problems
    assert [str(p) for p in problems] == [
        "query_rule.csv:18:1: query_rule 6 appears twice with different content; first on line 7"
    ]


def test_a_missing_file_and_every_other_fault_come_together(tmp_path: Path) -> None:
    folder = altered(tmp_path, NEWER, ("measure.csv", "5,Fit,or", "x,Fit,or"))
    (folder / "report.csv").unlink()
    (folder / "dash_cohort.csv").write_text("")
    (folder / "dash_cohort_def.csv").write_bytes(b"\xff\xfe")
    problems = translated(folder).problems
    assert [str(p) for p in problems] == [
        "dash_cohort.csv:1:1: file has no line of column names",
        "dash_cohort_def.csv:1:1: file is not UTF-8 text",
        "measure.csv:7:1: 'measure_id' must be a whole number; found 'x'",
        "report.csv:1:1: this file is missing from the folder",
    ]
    assert exit_code(problems) == 3


def test_a_folder_of_neither_layout(tmp_path: Path) -> None:
    said = [str(p) for p in translated(tmp_path).problems]
    assert said == [
        f"{tmp_path.name}:1:1: no query_rule_map.csv (older layout) or subquery_rule_map.csv (0.13 layout) in this folder"
    ]


def test_a_line_number_is_where_a_record_begins(tmp_path: Path) -> None:
    folder = altered(
        tmp_path,
        NEWER,
        (
            "subquery.csv",
            "1,dx_primary,dt_current_start,Lung cancer,lung",
            '1,dx_primary,dt_current_start,"Lung\ncancer",lung',
        ),
        ("subquery.csv", "3,tx_surgical", "3,tx_surgery"),
    )
    assert [p.position.line for p in translated(folder).problems] == [5]


def test_ids_as_spreadsheets_write_them_and_a_byte_order_mark(tmp_path: Path) -> None:
    folder = altered(tmp_path, NEWER, ("measure.csv", "5,Fit,or,6,", "5,Fit,or,6.0,"))
    file = folder / "measure.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert translated(folder).files == translated(NEWER).files


def test_a_project_without_the_targets(tmp_path: Path) -> None:
    project = catalogue()
    del (bare := dict(project.of("targets")))["tx_surgical"]
    less = type(project)({**project.sections, "targets": bare})
    problems = translate(NEWER, less).problems
    assert [p.position.line for p in problems] == [4, 5]
    assert "target tx_surgical is 'tx_surgical' here, which this project does not have" in problems[0].message
    assert exit_code(problems) == 5
