"""`/fhir`: resources that FHIR R4 knows, with the figures of the marts, for those alone who see them on the pages."""

import random
from typing import Any
from urllib.parse import urlencode

import pytest
from dbt_runs import Warehouse
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.measurereport import MeasureReport
from fhir.resources.R4B.operationoutcome import OperationOutcome
from measuremart.web.access import Part, Period
from measuremart.web.fhir_resources import measure_report, with_persons
from starlette.testclient import TestClient
from web_people import Asks

pytestmark = pytest.mark.xdist_group("web")
REPORTS = "/fhir/MeasureReport"
OWN = {"report": "epilepsy12", "level": "organisation", "entity": "EN001"}
# Value sets of R4: hl7.org/fhir/R4/valueset-measure-population.html and -measure-improvement-notation.html.
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
R4 = {
    POPULATION: {
        "initial-population", "numerator", "numerator-exclusion", "denominator", "denominator-exclusion",
        "denominator-exception", "measure-population", "measure-population-exclusion", "measure-observation",
    },
    "http://terminology.hl7.org/CodeSystem/measure-improvement-notation": {"increase", "decrease"},
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue": {"SUBSETTED"},
    "https://testserver/fhir/CodeSystem/status": {"unresolved", "ineligible"},
}  # fmt: skip


def search(client: TestClient, **given: object) -> Any:
    answer = client.get(f"{REPORTS}?{urlencode(given)}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    found = answer.json()
    Bundle.model_validate(found)
    return found


def resources(found: Any) -> list[Any]:
    return [entry["resource"] for entry in found.get("entry", [])]


def codings(said: Any) -> list[tuple[str, str]]:
    """Every coding anywhere in a resource."""
    if isinstance(said, list):
        return [coding for one in said for coding in codings(one)]
    if not isinstance(said, dict):
        return []
    here = [(said["system"], said["code"])] if {"system", "code"} <= set(said) and "value" not in said else []
    return here + [coding for one in said.values() for coding in codings(one)]


def counts(group: Any) -> dict[str, int]:
    return {p["code"]["coding"][0]["code"]: p["count"] for p in group["population"]}


def check(report: Any) -> None:
    """What a report must be in itself: FHIR's model, known codes, sets inside each other, and the score of its counts."""
    MeasureReport.model_validate(report)
    assert all(code in R4[system] for system, code in codings(report))
    assert report["status"] in ("complete", "error")
    assert report["period"]
    groups = [g for g in report.get("group", []) if g["id"] == "share"]
    for group in [*groups, *(s for g in groups for by in g.get("stratifier", []) for s in by["stratum"])]:
        n = counts(group)
        assert n["initial-population"] == n["denominator"] + n["unresolved"] + n["ineligible"]
        assert n["numerator"] + n["denominator-exclusion"] + n["denominator-exception"] <= n["denominator"]
        # FHIR Quality Measure IG 2.0.0, example IGProportion: (3 - 1) / (6 - 1 - 1) = 0.5
        rest = n["denominator"] - n["denominator-exclusion"] - n["denominator-exception"]
        if rest:
            assert group["measureScore"]["value"] == pytest.approx(n["numerator"] / rest, abs=5e-7)
        else:
            assert "measureScore" not in group


def test_a_summary_has_the_figures_of_the_mart(alone: TestClient, marts: Warehouse) -> None:
    rows = marts.rows(
        "select indicator, level_name, entity, period, met, not_met, exception, excluded, unresolved, ineligible, better "
        "from marts.agg_indicator_by_level where report = 'epilepsy12' and stratifier = 'all' "
        "and period_kind in ('all_time', 'named') and eligible is not null order by all"
    )
    for row in random.Random(3).sample(rows, 40):
        indicator, level, entity, period, met, not_met, exception, excluded, unresolved, ineligible, better = row
        given = {"report": "epilepsy12", "measure": indicator, "level": level, "entity": entity, "period-name": period}
        (report,) = resources(search(alone, **given))
        check(report)
        assert counts(report["group"][0]) == {
            "initial-population": met + not_met + exception + excluded + unresolved + ineligible,
            "denominator": met + not_met + exception + excluded,
            "denominator-exclusion": excluded,
            "denominator-exception": exception,
            "numerator": met,
            "unresolved": unresolved,
            "ineligible": ineligible,
        }
        assert report["type"] == "summary"
        assert report["reporter"]["identifier"]["value"] == entity
        notation = {"higher": "increase", "lower": "decrease"}.get(better)
        assert report.get("improvementNotation", {}).get("coding", [{}])[0].get("code") == notation
        # Found again by its id, and by the canonical address of its measure; alone it has its strata, too.
        one = alone.get(f"{REPORTS}/{report['id']}").json()
        check(one)
        assert "meta" not in one
        assert one["period"] == report["period"]
        given["measure"] = report["measure"]
        assert resources(search(alone, **given)) == [report]


def test_strata_are_those_of_the_mart(alone: TestClient, marts: Warehouse) -> None:
    (report,) = resources(search(alone, measure="ecg", **OWN))
    one = alone.get(f"{REPORTS}/{report['id']}").json()
    found = {
        (by["code"][0]["text"], stratum["value"]["text"]): counts(stratum)["numerator"]
        for by in one["group"][0]["stratifier"]
        for stratum in by["stratum"]
    }
    rows = marts.rows(
        "select stratifier, stratum, met from marts.agg_indicator_by_level where report = 'epilepsy12' and indicator = 'ecg' "
        "and period_kind = 'all_time' and level_name = 'organisation' and entity = 'EN001' and stratifier <> 'all'"
    )
    assert len(rows) > 3
    assert found == {(stratifier, stratum): met for stratifier, stratum, met in rows}


def test_a_duration_has_its_share_and_its_days(alone: TestClient, marts: Warehouse) -> None:
    """Of whole reports, every indicator."""
    found = {}
    for report in ("lung_mdt", "epilepsy12"):
        for one in resources(search(alone, report=report)):
            check(one)
            assert "reporter" not in one
            assert one["period"] == {"end": one["date"]}
            found[report, one["measure"].rsplit("/", 1)[-1].split("|")[0]] = one
    rows = marts.rows(
        "select report, indicator, median_days from marts.agg_indicator "
        "where stratifier = 'all' and period_kind = 'all_time'"
    )
    assert {(report, indicator) for report, indicator, _ in rows} == set(found)
    assert any(median is not None for _, _, median in rows)
    for report, indicator, median in rows:
        days = [g["measureScore"] for g in found[report, indicator]["group"] if g["id"] == "days"]
        unit = {"unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}
        assert days == ([] if median is None else [{"value": float(median), **unit}])


def test_an_unavailable_indicator_has_no_figure() -> None:
    row = {"indicator": "ecg", "title": "An <ECG>", "version": 1, "eligible": None, "better": "higher", "as_of": "2026-06-30",
           "reason": "ecg_done is not recorded"}  # fmt: skip
    part, period = Part("trust", "T1", "Trust 1"), Period("all_time", "all_time", None, None)
    for of_persons in (False, True):
        report = measure_report("https://x", "epilepsy12", part, period, [row], subsetted=True)
        report = with_persons("https://x", report, []) if of_persons else report
        MeasureReport.model_validate(report)
        assert (report["status"], "group" in report) == ("error", False)
        assert "An &lt;ECG&gt;: unavailable. ecg_done is not recorded" in report["text"]["div"]


@pytest.mark.parametrize(("better", "code"), [("higher", "increase"), ("lower", "decrease"), (None, None)])
def test_the_direction_that_is_better(better: str | None, code: str | None) -> None:
    statuses = {"met": 3, "not_met": 1, "exception": 0, "unresolved": 2, "excluded": 0, "ineligible": 0}
    row = {"indicator": "ecg", "title": "ECG", "version": 1, "eligible": 4, "better": better, "as_of": "2026-06-30",
           "rate": 0.75, **statuses}  # fmt: skip
    report = measure_report(
        "https://testserver", "r", Part("", "", ""), Period("all_time", "all_time", None, None), [row], subsetted=False
    )
    check(report)
    notation = report.get("improvementNotation")
    assert (notation["coding"][0]["code"] if notation else None) == code


def test_a_period_has_its_days(alone: TestClient) -> None:
    (report,) = resources(search(alone, measure="ecg", **OWN, **{"period-name": "cohort_6"}))
    assert report["period"] == {"start": "2022-12-01", "end": "2023-11-30"}
    # What has no days is no period of FHIR.
    assert alone.get(f"{REPORTS}?{urlencode(OWN)}&period-name=undated").status_code == 404


def test_pages_of_a_search(alone: TestClient) -> None:
    every = search(alone, report="epilepsy12", level="trust", _count=1000)
    assert every["total"] == len(every["entry"]) > 100
    paged, following = [], f"{REPORTS}?report=epilepsy12&level=trust&_count=90"
    while following:
        page = alone.get(following).json()
        paged += resources(page)
        following = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
    assert paged == resources(every)
    assert len({report["id"] for report in paged}) == every["total"]
    assert "entry" not in search(alone, report="epilepsy12", level="trust", _offset=100_000)


@pytest.mark.parametrize("indicator", ["ecg", "sodium_valproate"])
def test_a_subject_list_has_the_persons_of_its_counts(asks: Asks, marts: Warehouse, indicator: str) -> None:
    clara = asks("clara")
    (summary,) = resources(search(clara, measure=indicator, **OWN))
    answer = clara.get(f"{REPORTS}/{summary['id'].replace('.summary', '.persons')}")
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    found = answer.json()
    check(found)
    assert found["type"] == "subject-list"
    assert counts(found["group"][0]) == counts(summary["group"][0])
    lists = {contained["id"]: contained for contained in found["contained"]}
    statuses = {
        "numerator": ["met"], "denominator": ["met", "not_met", "exception", "excluded"], "unresolved": ["unresolved"],
    }  # fmt: skip
    for population in found["group"][0]["population"]:
        code = population["code"]["coding"][0]["code"]
        if not population["count"]:
            assert "subjectResults" not in population
            continue
        entries = lists[population["subjectResults"]["reference"][1:]]["entry"]
        assert len(entries) == population["count"]
        if code in statuses:
            persons = marts.rows(
                "select result.person_id from marts.fct_indicator_result as result "
                "inner join levels.report_attribution as chosen on result.report = chosen.report "
                "and result.person_id = chosen.person_id and result.measure_resolver = chosen.measure_resolver "
                "and result.episode_id is not distinct from chosen.episode_id "
                "and result.cohort_date is not distinct from chosen.cohort_date "
                f"where result.report = 'epilepsy12' and result.indicator = '{indicator}' and result.is_counted "
                "and chosen.organisation = 'EN001' and chosen.is_chosen "
                f"and result.status in ({', '.join(map(repr, statuses[code]))})"
            )
            assert sorted(int(e["item"]["identifier"]["value"]) for e in entries) == sorted(p for (p,) in persons)


def test_persons_are_for_those_who_see_them(asks: Asks) -> None:
    tess, clara = asks("tess"), asks("clara")
    own = search(tess, measure="ecg", **OWN)["entry"][0]["resource"]["id"]
    other = search(tess, measure="ecg", **OWN | {"entity": "EN002"})["entry"][0]["resource"]["id"]
    country = search(tess, report="epilepsy12", measure="ecg", level="country", entity="England")
    wide = country["entry"][0]["resource"]["id"]
    whole = search(tess, report="epilepsy12", measure="ecg")["entry"][0]["resource"]["id"]
    sees = {"tess": {own, other, wide, whole}, "clara": {own, wide}}
    persons = {"tess": {own, other, wide, whole}, "clara": {own}}
    for name, client in (("tess", tess), ("clara", clara), ("cornelius", asks("cornelius")), ("penny", asks("penny"))):
        for identity in (own, other, wide, whole):
            assert client.get(f"{REPORTS}/{identity}").status_code == (200 if identity in sees.get(name, ()) else 404)
            of_persons = identity.replace(".summary", ".persons")
            expected = 200 if identity in persons.get(name, ()) else 404
            assert client.get(f"{REPORTS}/{of_persons}").status_code == expected, (name, identity)


def test_refusals_are_outcomes_that_say_nothing(asks: Asks) -> None:
    clara, nobody = asks("clara"), asks(None)
    for client, address, status in (
        (nobody, "/fhir/metadata", 401),
        (nobody, f"{REPORTS}?report=epilepsy12", 401),
        (clara, f"{REPORTS}?report=epilepsy12", 404),
        (clara, f"{REPORTS}?report=lung_mdt", 404),
        (clara, f"{REPORTS}?report=no_such", 404),
        (clara, f"{REPORTS}?report=epilepsy12&entity=EN001", 404),
        (clara, f"{REPORTS}?report=epilepsy12&level=organisation&entity=EN002", 404),
        (clara, f"{REPORTS}?report=epilepsy12&level=organisation&measure=no_such", 404),
        (clara, f"{REPORTS}?publication=1", 404),
        (clara, f"{REPORTS}/1", 404),
        (clara, f"{REPORTS}/publication-1.000000000000", 404),
        (clara, "/fhir/Patient", 404),
        (clara, REPORTS, 404),
        (clara, f"{REPORTS}?report=epilepsy12&publication=1", 404),
        (clara, f"{REPORTS}?report=epilepsy12&_count=0", 422),
        (clara, f"{REPORTS}?report=epilepsy12&patient=1", 422),
        (clara, f"{REPORTS}?report=epilepsy12&x={'a' * 5000}", 414),
    ):
        answer = client.get(address)
        assert answer.status_code == status, address
        assert answer.headers["content-type"] == "application/fhir+json"
        OperationOutcome.model_validate(answer.json())
        assert "EN00" not in answer.text
    hidden, absent = (clara.get(f"{REPORTS}?report={name}").content for name in ("lung_mdt", "no_such"))
    assert hidden == absent


def test_the_capability_statement_is_what_there_is(alone: TestClient) -> None:
    said = alone.get("/fhir/metadata").json()
    CapabilityStatement.model_validate(said)
    assert said["fhirVersion"] == "4.0.1"
    (resource,) = said["rest"][0]["resource"]
    described = alone.get("/api/v1/openapi.json").json()["paths"][REPORTS]["get"]["parameters"]
    assert {p["name"] for p in resource["searchParam"]} == {p["name"] for p in described}


def test_a_tag_names_the_build(alone: TestClient) -> None:
    address = f"{REPORTS}?{urlencode(OWN)}"
    tag = alone.get(address).headers["etag"]
    assert alone.get(address, headers={"if-none-match": tag}).status_code == 304
