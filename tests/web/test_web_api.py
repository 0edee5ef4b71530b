"""What programs are answered: the marts' rows in three forms, page by page, with tags and problems."""

import csv
import io
import random

import pytest
from dbt_runs import Warehouse
from measuremart.web.api_rows import columns_of
from measuremart.web.charts.peers import limit
from pyarrow import parquet
from starlette.testclient import TestClient
from web_people import Asks

pytestmark = pytest.mark.xdist_group("web")
E12 = "/api/v1/reports/epilepsy12"


def shown(value: object) -> object:
    """A value of the marts as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else float(str(value))


@pytest.mark.parametrize(
    ("address", "kind", "mart", "where"),
    [
        (f"{E12}/results?indicator=ecg", "whole", "agg_indicator", "indicator = 'ecg'"),
        (f"{E12}/results?level=trust&period=cohort_5", "results", "agg_indicator_by_level",
         "level_name = 'trust' and period = 'cohort_5'"),
        (f"{E12}/results?level=organisation&entity=EN001&stratifier=sex&stratum=female", "results",
         "agg_indicator_by_level",
         "level_name = 'organisation' and entity = 'EN001' and stratifier = 'sex' and stratum = 'female'"),
        (f"{E12}/trend?level=country&stratifier=all", "trend", "agg_indicator_trend",
         "level_name = 'country' and stratifier = 'all'"),
        (f"{E12}/funnel?level=trust&period_kind=all_time", "funnel", "agg_indicator_funnel",
         "level_name = 'trust' and period_kind = 'all_time'"),
        (f"{E12}/attrition?period=cohort_6", "attrition", "agg_attrition", "period = 'cohort_6'"),
    ],
)  # fmt: skip
def test_rows_are_the_marts_rows(
    alone: TestClient, marts: Warehouse, address: str, kind: str, mart: str, where: str
) -> None:
    columns = columns_of(kind)
    rows = marts.rows(f"select {', '.join(columns)} from marts.{mart} where report = 'epilepsy12' and {where}")
    expected = sorted(([shown(value) for value in row] for row in rows), key=repr)
    assert len(expected) > 5
    answer = alone.get(f"{address}&limit=10000").json()
    assert answer["total"] == len(expected)
    assert sorted(([row[c] for c in columns] for row in answer["rows"]), key=repr) == expected
    # Page by page, the same rows in the same order, each once.
    paged, following = [], f"{address}&limit={max(1, len(expected) // 3)}"
    while following:
        page = alone.get(following).json()
        paged += page["rows"]
        following = page["next"]
    assert paged == answer["rows"]


def test_three_forms_of_the_same_rows(alone: TestClient) -> None:
    address = f"{E12}/funnel?level=trust&indicator=ecg"
    said = alone.get(address)
    assert said.headers["content-type"] == "application/json"
    rows = said.json()["rows"]
    for asked in ({"headers": {"accept": "text/csv"}}, {"params": {"format": "csv"}}):
        answer = alone.get(
            f"{E12}/funnel",
            params={"level": "trust", "indicator": "ecg"} | asked.get("params", {}),
            headers=asked.get("headers"),
        )
        assert answer.headers["content-type"].startswith("text/csv")
        read = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["entity"] for row in read] == [row["entity"] for row in rows]
        assert [float(row["rate"]) if row["rate"] else None for row in read] == [row["rate"] for row in rows]
    answer = alone.get(address, headers={"accept": "application/vnd.apache.parquet"})
    table = parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    assert [[shown(v) for v in row.values()] for row in table] == [list(row.values()) for row in rows]


def test_a_tag_names_the_build_and_the_question(asks: Asks) -> None:
    tess, clara = asks("tess"), asks("clara")
    address = f"{E12}/results?level=organisation&entity=EN001"
    first = tess.get(address)
    tag = first.headers["etag"]
    assert tess.get(address, headers={"if-none-match": f'"x", {tag}'}).status_code == 304
    assert tess.get(address, headers={"if-none-match": '"x"'}).status_code == 200
    assert clara.get(address, headers={"if-none-match": tag}).status_code == 200
    assert tess.get(address, headers={"accept": "text/csv"}).headers["etag"] != tag
    assert first.json()["build"] == clara.get(address).json()["build"]


def test_no_persons_are_kept(asks: Asks) -> None:
    clara = asks("clara")
    answer = clara.get(f"{E12}/indicators/ecg/persons")
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    trace = clara.get(answer.json()["rows"][0]["trace"])
    assert trace.headers["cache-control"] == "no-store"
    (found,) = trace.json()
    assert found["person_id"] == answer.json()["rows"][0]["person_id"]
    assert found["differs"] == []


def test_problems_are_said_alike(alone: TestClient) -> None:
    for address, status in (
        (f"{E12}/no_such", 404),
        (f"{E12}/results?limit=x", 422),
        (f"{E12}/results?no_such=1", 422),
    ):
        answer = alone.get(address)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status"} <= set(answer.json())
        assert answer.json()["status"] == status


def test_the_openapi_describes_everything(alone: TestClient) -> None:
    said = alone.get("/api/v1/openapi.json").json()
    assert len(said["paths"]) == 15
    for path, methods in said["paths"].items():
        assert path.startswith(("/api/v1/", "/fhir/"))
        for name, operation in methods.items():
            assert name == "get"
            assert operation["summary"]
            assert operation["description"]
            assert {"200", "401", "404", "422", "503"} <= set(operation["responses"])
            for parameter in operation.get("parameters", []):
                assert parameter["in"] == "path" or parameter["description"], (path, parameter["name"])
    for name, schema in said["components"]["schemas"].items():
        if name.endswith("Row"):
            assert all("description" in field for field in schema["properties"].values()), name


def test_the_drawn_limits_are_the_marts(marts: Warehouse) -> None:
    """The lines of the funnel pass through the limits that the mart gives each entity."""
    rows = marts.rows(
        "select pooled_rate, eligible, between_variance, alert_lower, alert_upper, alarm_lower, alarm_upper, "
        "overdispersed_alert_lower, overdispersed_alert_upper, overdispersed_alarm_lower, overdispersed_alarm_upper "
        "from marts.agg_indicator_funnel where eligible > 0 and pooled_rate is not null order by all"
    )
    for target, eligible, between, *limits in random.Random(5).sample(rows, 200):
        signs = ((-2, 0.0), (2, 0.0), (-3, 0.0), (3, 0.0))
        ours = [limit(float(target), eligible, n, b) for n, b in (*signs, *((n, float(between)) for n, _ in signs))]
        assert ours == pytest.approx([float(value) for value in limits], abs=5e-6)
