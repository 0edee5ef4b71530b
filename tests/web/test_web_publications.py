"""What the public sees is what `pub_*` holds for its audiences, hidden counts as hidden, and nothing of a retraction."""

from pathlib import Path

import duckdb
import pytest
import yaml
from fhir.resources.R4B.bundle import Bundle
from measuremart.pipeline import Read
from measuremart.warehouse.reading import Readings
from measuremart.web.app import application
from measuremart.web.people import AccessFile
from measuremart.web.site import Site
from starlette.testclient import TestClient
from web_people import PASSWORD, sign_in

PUBLICATIONS = """
create schema publication; create schema marts;
create table marts.dim_report as select 'lung_mdt' as report, 'T' as title, 'D' as description, 'demo' as data_source, true as is_built;
create table publication.pub_publication as
select * from (values
    (1, 'lung_mdt', 'The lung report', 'public', 'an approver', '2026-07-01', date '2026-06-30', 'round', 8, 5),
    (2, 'lung_mdt', 'For the region', 'region', 'an approver', '2026-07-02', date '2026-06-30', 'suppress', 8, null),
    (3, 'lung_mdt', 'Taken back', 'public', 'an approver', '2026-07-03', date '2026-06-30', 'round', 8, 5)
) as p (publication_id, report, report_title, audience, approver, published_at, as_of, method, below, round_to);
create table publication.pub_retraction as select 3 as publication_id, 'x' as retracted_by, '2026-07-04' as retracted_at;
create table publication.pub_figure as
select * from (values
    (1, 'mdt', 1, 'Presented at an MDT', 'year', '2025', date '2025-01-01', date '2025-12-31', 'all', 'all', 0, 'all', 'all', 'Everyone', 130, 110, 0.846154, 0.77, 0.9),
    (1, 'mdt', 1, 'Presented at an MDT', 'year', '2025', date '2025-01-01', date '2025-12-31', 'sex', 'male', 0, 'all', 'all', 'Everyone', null, null, null, null, null),
    (2, 'mdt', 1, 'Presented at an MDT', 'year', '2024', date '2024-01-01', date '2024-12-31', 'all', 'all', 0, 'all', 'all', 'Everyone', 77, 66, 0.857143, 0.7, 0.9)
) as f (publication_id, indicator, indicator_order, indicator_title, period_kind, period, start_date, end_date, stratifier,
    stratum, level_order, level_name, entity, entity_title, eligible, met, rate, lower_95, upper_95);
create table publication.pub_hidden as select 1 as publication_id, 'small' as reason from range(2);
"""


@pytest.fixture
def client(tmp_path: Path, read: Read, password_hash: str) -> TestClient:
    database = tmp_path / "small.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(PUBLICATIONS)
    (tmp_path / "dbt_project.yml").write_text("name: measuremart\nprofile: p\n")
    output = {"type": "duckdb", "path": str(database)}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump({"p": {"target": "x", "outputs": {"x": output}}}))
    people = {
        "rita": {"role": "public", "audiences": ["region"], "password": password_hash},
        "tess": {"role": "team", "password": password_hash},
        "clara": {"role": "clinician", "entities": {"epilepsy12": {"organisation": ["X"]}}, "password": password_hash},
    }
    access = tmp_path / "access.yml"
    access.write_text(yaml.safe_dump({"everyone": "public", "everyone_audiences": ["public"], "people": people}))
    site = Site(read, Readings(tmp_path, tmp_path, "x"), AccessFile(access), ("testserver",))
    return TestClient(application(site), base_url="https://testserver", follow_redirects=False)


@pytest.mark.parametrize(("name", "seen"), [(None, {1}), ("rita", {1, 2}), ("tess", {1, 2}), ("clara", {1})])
def test_an_audience_sees_its_publications(client: TestClient, name: str | None, seen: set[int]) -> None:
    if name is not None:
        assert sign_in(client, name, PASSWORD) == 303
    front = client.get("/").text
    for number in (1, 2, 3):
        assert (f"/publications/{number}" in front) == (number in seen)
        assert client.get(f"/publications/{number}").status_code == (200 if number in seen else 404)


def test_hidden_counts_are_said_to_be_hidden(client: TestClient) -> None:
    page = client.get("/publications/1").text
    assert "Counts of 1 to 7 are hidden, all others are rounded to a multiple of 5" in page
    assert "2 counts are hidden: small" in page
    assert page.count('<td class="number">hidden</td>') == 2
    assert "84.6%" in page
    assert "an approver" not in page


@pytest.mark.parametrize(("name", "seen"), [(None, {1}), ("rita", {1, 2}), ("tess", {1, 2}), ("clara", {1})])
def test_a_publication_in_fhir_is_for_its_audience(client: TestClient, name: str | None, seen: set[int]) -> None:
    if name is not None:
        assert sign_in(client, name, PASSWORD) == 303
    for number in (1, 2, 3):
        answer = client.get(f"/fhir/MeasureReport?publication={number}")
        assert answer.status_code == (200 if number in seen else 404)
        if number in seen:
            (entry,) = answer.json()["entry"]
            assert client.get(entry["fullUrl"]).json() == entry["resource"]
        else:
            assert client.get(f"/fhir/MeasureReport/publication-{number}.{'0' * 12}").status_code == 404


def test_hidden_counts_are_masked_in_fhir(client: TestClient) -> None:
    found = client.get("/fhir/MeasureReport?publication=1&measure=mdt").json()
    Bundle.model_validate(found)
    (report,) = [entry["resource"] for entry in found["entry"]]
    assert report["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    (group,) = report["group"]
    assert [population["count"] for population in group["population"]] == [130, 110]
    assert group["measureScore"] == {"value": 0.846154}
    (stratum,) = group["stratifier"][0]["stratum"]
    assert "measureScore" not in stratum
    for population in stratum["population"]:
        assert "count" not in population
        assert population["_count"]["extension"][0]["valueCode"] == "masked"
    assert "an approver" not in str(found)
