"""Who is a member after an import: worked out by hand from the rules of oa-cohorts 0.13, on every evaluator.

The rows are those of the project's targets, so that nothing but the translated definitions is tested here.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from importers.oa_folders import PACKS, ROOT, entries, translated
from lab import Case, DirectBench, DuckDbEngine, Engine, Member, PostgresEngine, prepare, referee_members
from measuremart.importers.oa_cohorts.pack import Imported

D = dt.date
AS_OF = D(2026, 6, 30)

FILES = {
    "phenotype.csv": "phenotype_id,phenotype_name,description\n1,Both answers,\n",
    "phenotype_definition.csv": "phenotype_id,query_concept_id\n1,100\n1,101\n",
    "query_rule.csv": """query_rule_id,matcher,concept_id,notes,scalar_threshold,threshold_direction,threshold_comparator,phenotype_id
1,substring,5,,,,,
2,presence,,,,,,
3,absence,,,,,,
4,exact,100,,,,,
5,hierarchyexclusion,200,,,,,
6,scalar,300,,2,<,meas_concept,
7,exact,400,,,,,
8,phenotype,,,,,,1
9,hierarchy,200,,,,,
10,exact,38,,,,,
""",
    # Without the column short_name, which may be missing.
    "subquery.csv": """subquery_id,target,temporality,name
1,dx_primary,dt_current_start,Lung cancer
2,dx_mets,dt_mets,Mets present
3,dx_mets,dt_mets,Mets absent
4,proc_concept,dt_proc_start,Procedure
5,dx_any,dt_any,Not below
6,meas_concept,dt_meas,Fit
7,intent_rt,dt_rad,Curative intent
8,proc_concept,dt_proc_start,Either procedure
9,dx_any,dt_any,Below
10,ev_visit,dt_visit,Any visit
11,ev_visit,dt_visit,Long visit
""",
    "subquery_rule_map.csv": "subquery_id,query_rule_id\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n7,7\n8,8\n9,9\n10,2\n11,10\n",
    "measure.csv": """measure_id,name,combination,subquery_id,matching_scope,person_ep_override
0,FULL COHORT,or,,cancer,False
1,Lung cancer,or,1,cancer,False
2,Mets present,or,2,cancer,False
3,Mets absent,or,3,cancer,False
4,Procedure,or,4,cancer,False
5,Not below,or,5,cancer,False
6,Fit,or,6,cancer,False
7,Curative intent,or,7,cancer,False
8,Either procedure,or,8,cancer,False
9,Below,or,9,cancer,False
10,Any visit,or,10,cancer,False
20,Lung and procedure,and,,cancer,False
21,Lung or procedure,or,,cancer,False
22,Lung without procedure,except,,cancer,False
30,First procedure in 30 days,or,,cancer,False
31,Any procedure in 30 days,or,,cancer,False
32,Latest from day 1,or,,cancer,False
33,Closest to day 20,or,,cancer,False
34,Anchor of the window,or,1,cancer,False
35,Before the end of treatment,or,,cancer,False
36,Before treatment was complete,or,,cancer,False
37,From the last procedure,or,,cancer,False
38,Of any episode,or,,cancer,False
39,After a window was complete,or,,cancer,False
40,Before the end of the first visit,or,,cancer,False
41,Long visit,or,11,cancer,False
42,Before the visit that ended last,or,,cancer,False
""",
    "measure_relationship.csv": "parent_measure_id,child_measure_id\n20,1\n20,4\n21,1\n21,4\n22,1\n22,4\n",
    "measure_temporal_window.csv": """measure_id,anchor_measure_id,candidate_measure_id,window_min_days,window_max_days,window_pick_strategy,result_date_source,require_same_resolver,anchor_selection,anchor_order_date_role,anchor_date_role,candidate_date_role
30,1,4,0,30,earliest,candidate,True,first,measure,measure,measure
31,1,4,0,30,any,candidate,True,all,measure,measure,measure
32,1,4,1,,latest,candidate,True,first,measure,measure,measure
33,6,4,,,closest,candidate,True,first,measure,measure,measure
34,,4,,30,earliest,anchor,True,first,measure,measure,measure
35,7,4,-10,0,,,,first,measure,end,measure
36,7,4,-10,0,,,,first,start,start,completion
37,4,6,,0,earliest,least,True,latest,completion,completion,start
38,1,4,0,30,,,False,,,,
39,31,6,0,,,,,,completion,completion,measure
40,41,4,-10,0,,,,first,measure,end,measure
42,41,4,-20,0,,,,latest,end,start,measure
""",
    "dash_cohort_def.csv": "dash_cohort_def_id,dash_cohort_def_name,dash_cohort_def_short_name,measure_id\n1,Lung,lung,1\n",
    "dash_cohort.csv": "dash_cohort_id,dash_cohort_name\n1,Lung\n",
    "dash_cohort_def_map.csv": "dash_cohort_def_id,dash_cohort_id\n1,1\n",
    # The policies, windows and benchmarks are missing: what oa-cohorts takes for them holds.
    "indicator.csv": "indicator_id,indicator_description,numerator_measure_id,denominator_measure_id\n1,Procedure,4,0\n",
    "report.csv": "report_id,report_name,report_short_name,report_description,report_author\n1,Lung report,lung,d,a\n",
    "report_cohort_map.csv": "report_cohort_map_id,report_id,dash_cohort_id\n1,1,1\n",
    "report_indicator_map.csv": "report_id,indicator_id\n1,1\n",
}

# Concept 5 is C34. The text of a row is no code: person 2's cancer is of the breast.
CONCEPTS = {5: "C34", 50: "8140/3-C34.1", 51: "C50.1", 52: "c34", 53: None}


def _row(person: int, concept: int | None = None, start: dt.date | None = None, **more: Any) -> dict[str, Any]:
    """Return a row of a target: person n has the one episode of care 10 n."""
    own = {"person_id": person, "episode_id": 10 * person, "event_id": next(_EVENTS), "start_date": start}
    return own | ({} if concept is None else {"concept_id": concept}) | more


_EVENTS: Iterator[int] = iter(range(1, 1000))
TABLES: dict[str, list[dict[str, Any]]] = {
    "concept": [{"concept_id": c, "concept_code": code} for c, code in CONCEPTS.items()],
    "concept_ancestor": [{"ancestor_concept_id": 200, "descendant_concept_id": 201}],
    "target__episode_of_care": [_row(n, start=D(2024, n, 1)) for n in (1, 2, 3, 4)],
    "target__dx_primary": [
        _row(1, 50, D(2024, 1, 1), source_value="lung"),
        _row(2, 51, D(2024, 2, 1), source_value="C34.9"),
        _row(3, 52, None),
        _row(4, 50, D(2024, 4, 1)),
        _row(4, 53, D(2024, 3, 1)),
    ],
    # Nobody wrote down the day of person 1's metastasis.
    "target__dx_mets": [_row(1, 900, None), _row(2, 901, D(2024, 3, 1)), _row(2, 0, D(2024, 3, 2))],
    "target__dx_any": [
        _row(1, 201, D(2024, 1, 1)),
        _row(2, 200, D(2024, 2, 1)),
        _row(3, 999, None),
        _row(4, 0, D(2024, 4, 1)),
    ],
    "target__ev_visit": [
        _row(1, start=D(2024, 1, 2)),
        _row(2, start=None),
        # The first to begin is the last to end.
        _row(1, start=D(2024, 1, 15), end_date=D(2024, 2, 5), specialty_id=38),
        _row(1, start=D(2024, 1, 18), end_date=D(2024, 1, 19), specialty_id=38),
    ],
    "target__procedure": [
        _row(1, 100, D(2024, 1, 1)),
        _row(1, 100, D(2024, 1, 31)),
        _row(1, 100, D(2024, 2, 1)),
        _row(1, 101, D(2024, 1, 3)),
        _row(3, 100, D(2024, 1, 5)),
        _row(3, 100, None),
    ],
    "target__measurement": [
        _row(1, 300, D(2024, 1, 21), value_number=1),
        _row(2, 300, D(2024, 2, 1), value_number=2),
        _row(4, 301, D(2024, 2, 1), value_number=1),
    ],
    "target__intent_rt": [_row(1, 400, D(2024, 1, 10), end_date=D(2024, 2, 10)), _row(2, 401, D(2024, 1, 10))],
}

# Measure of oa-cohorts to (person, day) of its members: the episode is the person's.
MEMBERS: dict[int, list[tuple[int, dt.date | None]]] = {
    # The code C34 is sought in the code of the row's own concept, without regard to case, never in its source text.
    1: [(1, D(2024, 1, 1)), (3, None), (4, D(2024, 4, 1))],
    # A row without a day is there, too, and so is one of concept 0, which is not null.
    2: [(1, None), (2, D(2024, 3, 1)), (2, D(2024, 3, 2))],
    # Whoever is present is not absent; here (not there) an absence has the day of the episode's start.
    3: [(3, D(2024, 3, 1)), (4, D(2024, 4, 1))],
    4: [(1, D(2024, 1, 1)), (1, D(2024, 1, 31)), (1, D(2024, 2, 1)), (3, D(2024, 1, 5)), (3, None)],
    5: [(3, None), (4, D(2024, 4, 1))],
    6: [(1, D(2024, 1, 21))],
    7: [(1, D(2024, 1, 10))],
    8: [
        (1, D(2024, 1, 1)),
        (1, D(2024, 1, 3)),
        (1, D(2024, 1, 31)),
        (1, D(2024, 2, 1)),
        (3, D(2024, 1, 5)),
        (3, None),
    ],
    9: [(1, D(2024, 1, 1)), (2, D(2024, 2, 1))],
    10: [(1, D(2024, 1, 2)), (1, D(2024, 1, 15)), (1, D(2024, 1, 18)), (2, None)],
    # Every day on which both were there: lung cancer since 1 January, and each procedure. Person 3's day is unknown.
    20: [(1, D(2024, 1, 1)), (1, D(2024, 1, 31)), (1, D(2024, 2, 1)), (3, None)],
    21: [
        (1, D(2024, 1, 1)),
        (1, D(2024, 1, 31)),
        (1, D(2024, 2, 1)),
        (3, D(2024, 1, 5)),
        (3, None),
        (4, D(2024, 4, 1)),
    ],
    22: [(4, D(2024, 4, 1))],
    # 31 January is 30 days after 1 January, both ends inside; what has no day is in no window.
    30: [(1, D(2024, 1, 1))],
    31: [(1, D(2024, 1, 1)), (1, D(2024, 1, 31))],
    32: [(1, D(2024, 2, 1))],
    # 21 January: 31 January is 10 days away, 1 January 20, 1 February 11.
    33: [(1, D(2024, 1, 31))],
    34: [(1, D(2024, 1, 1))],
    # The treatment ended on 10 February: 31 January is ten days before, and inside.
    35: [(1, D(2024, 1, 31))],
    # It began on 10 January: 1 January is nine days before.
    36: [(1, D(2024, 1, 1))],
    # The last procedure is of 1 February; fit was noted before, and that is the earlier day.
    37: [(1, D(2024, 1, 21))],
    38: [(1, D(2024, 1, 1))],
    # The window of 31 is complete at its candidate's day; the earliest completion is 1 January, so that 21 January follows.
    39: [(1, D(2024, 1, 21))],
    # The visit that began first ended on 5 February: 31 January is the earliest in the ten days before.
    40: [(1, D(2024, 1, 31))],
    41: [(1, D(2024, 1, 15)), (1, D(2024, 1, 18))],
    # The visit that ended last began on 15 January: 1 January is in the twenty days before.
    42: [(1, D(2024, 1, 1))],
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("rules")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return translated(folder)


@pytest.fixture(scope="module")
def answers(imported: Imported, request: pytest.FixtureRequest) -> dict[str, dict[str, list[Member]]]:
    """What the referee and both engines say of every measure."""
    assert imported.problems == []
    assert imported.unavailable == []
    files = [file for pack in PACKS for file in (ROOT / "definitions" / pack).glob("*.yml") if file.name != "pack.yml"]
    shipped = [file.read_text(encoding="utf-8") for file in files]
    case = prepare(Case("oa", (*shipped, *imported.files.values()), TABLES, AS_OF))
    engines: list[Engine] = [DuckDbEngine(), PostgresEngine(request.getfixturevalue("postgres_dsn"))]
    found = {"referee": referee_members(case)}
    for engine in engines:
        found[engine.name] = DirectBench(engine).members(case)
        engine.close()
    return found


@pytest.mark.parametrize("evaluator", ["referee", "duckdb", "postgres"])
@pytest.mark.parametrize("number", MEMBERS)
def test_members(number: int, evaluator: str, imported: Imported, answers: dict[str, dict[str, list[Member]]]) -> None:
    name = next(n for n, entry in entries(imported)["measures"].items() if entry.get("id") == number)
    found = answers[evaluator][f"measure__{name}"]
    assert [(person, day) for person, _, _, day in found] == MEMBERS[number]
    assert all((episode, resolver) == (10 * person, 10 * person) for person, episode, resolver, _ in found)


def test_what_an_indicator_does_not_say_is_what_oa_cohorts_takes(imported: Imported) -> None:
    pack = entries(imported)
    (indicator,) = pack["indicators"].values()
    assert indicator["undated_numerator"] == "ignore"
    assert not {"numerator_window", "denominator_window", "benchmark", "grain", "opportunity"} & set(indicator)
    (report,) = pack["reports"].values()
    assert report["period_date"] == "denominator"
