"""Which models an edit reaches, from the generated files that it changes: what `watch` builds."""

import pytest
from measuremart.compare.reached import edited_nodes, selection
from measuremart.write import Change

SQL = "models/generated/p/measures/measure__m.sql"
DEMAND = "seeds/generated/catalogue_target_demand.csv"
CONCEPT = "seeds/generated/catalogue_concept.csv"
REPORT = "measuremart/seeds/generated/catalogue_report_indicator.csv"
ASKED = "pack,built,construct,definition,target_model,matcher,concept_id,concept_set\n"
USED = "pack,construct,definition,matcher,column_name,concept_id\n"
CASES = {
    "another condition": (SQL, "-- a\nselect 1", "-- a\nselect 2", ["measure__m"]),
    "a new model": (SQL, "", "select 1", ["measure__m"]),
    "a comment": (SQL, "-- a\nselect 1\n  -- b", "-- c\nselect 1", []),
    "a description": ("models/generated/p/measures/measure__m.yml", "a", "b", []),
    "a file by hand": ("models/marts/mart.sql", "select 1", "select 2", []),
    "more is asked for": (DEMAND, f"{ASKED}p,b,s,d,t,exact,1,\n", f"{ASKED}p,b,s,d,t,exact,2,\n", ["catalogue_target_demand"]),
    "less is asked for": (DEMAND, f"{ASKED}p,b,s,d,t,exact,1,\np,b,s,d,t,exact,2,\n", f"{ASKED}p,b,s,d,t,exact,2,\n", []),
    "another asks for the same": (DEMAND, f"{ASKED}p,b,s,d,t,exact,1,\n", f"{ASKED}p,b,s,e,t,exact,1,\n", []),
    "a concept without those below": (CONCEPT, f"{USED}p,s,d,exact,c,1\n", f"{USED}p,s,d,exact,c,2\n", []),
    "a concept with those below": (CONCEPT, f"{USED}p,s,d,exact,c,1\n", f"{USED}p,s,d,hierarchy,c,2\n", ["catalogue_concept"]),
    "a title": (REPORT, "report,title,grain\nr,a,key\n", "report,title,grain\nr,b,key\n", []),
    "a grain": (REPORT, "report,title,grain\nr,a,key\n", "report,title,grain\nr,a,person\n", ["catalogue_report_indicator"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_an_edit_reaches(case: str) -> None:
    path, old, new, expected = CASES[case]
    assert edited_nodes([Change(path, "changed" if old else "new", old, new)]) == expected


def test_a_model_that_is_gone_is_not_built() -> None:
    assert edited_nodes([Change(SQL, "removed", "select 1", "")]) == []


def test_the_way_to_the_results_the_measures_and_views_are_built() -> None:
    assert selection(["a"]) == ["a+,+indicator_result", "a+,tag:measures", "a+,config.materialized:view"]
