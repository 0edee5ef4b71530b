"""The pages: each is there, asks at most five questions, and shows the marts' own numbers."""

import html
import random
import re
from collections.abc import Iterator

import pytest
from dbt_runs import Warehouse
from measuremart.report_cells import cell
from measuremart.web.site import Site
from starlette.testclient import TestClient
from web_people import Asks

pytestmark = pytest.mark.xdist_group("web")
PAGES = (
    "/",
    "/reports/lung_mdt",
    "/reports/lung_mdt?period=2024&kind=quarter",
    "/reports/epilepsy12",
    "/reports/epilepsy12?part=organisation:EN001&period=cohort_5",
    "/reports/lung_mdt/indicators/mdt_discussion",
    "/reports/lung_mdt/indicators/referral_to_specialist?period=2024",
    "/reports/epilepsy12/indicators/ecg",
    "/reports/epilepsy12/indicators/ecg?part=organisation:EN001&level=trust&period=cohort_4",
    "/reports/epilepsy12/indicators/ecg?part=organisation:not%20attributed",
    "/reports/epilepsy12/organisations/organisation/EN001",
    "/reports/epilepsy12/organisations/trust/T1",
    "/reports/epilepsy12/indicators/ecg/persons?part=organisation:EN001",
    "/reports/lung_mdt/indicators/mdt_discussion/persons?status=not_met",
)


def tables(page: str) -> list[list[list[str]]]:
    """The texts of the cells of each table of a page, line by line."""
    found = []
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        lines = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
        found.append([[html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in line] for line in cells])
    return found


@pytest.mark.parametrize("address", PAGES)
def test_a_page_asks_at_most_five_questions(asks: Asks, site: Site, address: str) -> None:
    counted: list[int] = []
    site.on_read = lambda reading: counted.append(len(reading.asked))
    for name in ("tess", "clara"):
        client = asks(name)
        counted.clear()
        answer = client.get(address)
        if name == "tess" and "T1" not in address:
            assert answer.status_code == 200, answer.text
        assert sum(counted) <= 5
        assert "<script" not in answer.text
        assert " style=" not in answer.text


def test_a_second_look_is_answered_briefly(alone: TestClient) -> None:
    first = alone.get("/reports/lung_mdt")
    again = alone.get("/reports/lung_mdt", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert alone.get("/reports/lung_mdt?period=2024").headers["etag"] != first.headers["etag"]


def mart_cells(marts: Warehouse) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Each row of the aggregates as (address of its report's page, title of its indicator, the row)."""
    names = (
        "title, eligible, met, rate, lower_95, upper_95, benchmark_value, better, verdict, is_certain, excluded, exception, "
        "unresolved"
    )
    for leveled, mart, more in (
        (False, "agg_indicator", "'' as level_name, '' as entity, statistic, median_days, benchmark_unit"),
        (
            True,
            "agg_indicator_by_level",
            "level_name, entity, 'proportion' as statistic, null as median_days, 'percent' as benchmark_unit",
        ),
    ):
        rows = marts.rows(
            f"select report, period, {names}, {more} from marts.{mart} where stratifier = 'all' "
            "and period_kind in ('all_time', 'named', 'month', 'quarter', 'year') order by all"
        )
        keys = ["report", "period", *names.split(", "), "level_name", "entity", "statistic", "median_days"]
        for values in rows:
            row = dict(zip([*keys, "benchmark_unit"], values, strict=True))
            part = f"&part={row['level_name']}:{row['entity']}" if leveled else ""
            if (
                row["statistic"] == "duration"
            ):  # the interval of the mart is of the share, the page's statistic a median
                row |= {"lower_95": None, "upper_95": None}
            yield f"/reports/{row['report']}?period={row['period']}{part}", str(row["title"]), row


def test_numbers_of_pages_are_those_of_the_marts(alone: TestClient, marts: Warehouse) -> None:
    """200 random cells of reports, of whole reports and of entities, in all periods."""
    every = list(mart_cells(marts))
    draw = random.Random(17)
    columns = ("eligible", "met", "rate", "95% interval", "benchmark", "verdict", "excluded", "exception", "unresolved")
    pages: dict[str, dict[str, list[str]]] = {}
    for _ in range(200):
        address, title, row = draw.choice(every)
        if address not in pages:
            answer = alone.get(address)
            assert answer.status_code == 200, address
            pages[address] = {line[0]: line for line in tables(answer.text)[0][1:]}
        number = draw.randrange(len(columns))
        shown = pages[address][title][2 + number]
        assert shown == cell(row, columns[number]), (address, title, columns[number])


def test_a_page_by_level_says_who_is_not_attributed(alone: TestClient, marts: Warehouse) -> None:
    """Beside the peers of the nation and of the countries: their charts leave those out who count for none of them."""
    for level, name in (("national", "national"), ("nhs_england_region", "nhs england region")):
        ((met, eligible),) = marts.rows(
            "select met, eligible from marts.agg_indicator_by_level where report = 'epilepsy12' and indicator = 'ecg' "
            f"and level_name = '{level}' and entity = 'not attributed' and stratifier = 'all' and period = 'all time'"
        )
        assert eligible > 0
        page = alone.get("/reports/epilepsy12/indicators/ecg", params={"level": level}).text
        assert (
            f"Not attributed: {met} of {eligible} met. They count for no {name}; the charts and ranks leave them out."
            in page
        )


def test_any_indicator_of_anybody_in_any_period_has_its_pages(alone: TestClient, marts: Warehouse) -> None:
    """Also those with one point, with nobody, of a period that has no days."""
    every = marts.rows(
        "select distinct indicator, level_name, entity, period from marts.agg_indicator_by_level "
        "where report = 'epilepsy12' order by all"
    )
    single = marts.rows(
        "select indicator, level_name, entity, period from marts.agg_indicator_trend "
        "where report = 'epilepsy12' and points = 1 and stratifier = 'all' order by all"
    )
    draw = random.Random(11)
    for indicator, level, entity, period in [*draw.sample(every, 25), *draw.sample(single, 5)]:
        given = {"part": f"{level}:{entity}", "period": period, "level": level}
        page = alone.get(f"/reports/epilepsy12/indicators/{indicator}", params=given)
        assert page.status_code == 200, given
        assert "None" not in re.sub(r"<[^>]*>", " ", page.text).replace("None that is shown", "")
        for address in (f"indicators/{indicator}/persons", f"organisations/{level}/{entity}"):
            assert alone.get(f"/reports/epilepsy12/{address}", params=given).status_code == 200, (address, given)


def test_the_persons_of_a_page_are_those_that_are_counted(alone: TestClient, marts: Warehouse) -> None:
    """For random entities, periods and indicators each status lists as many keys as the mart counts."""
    statuses = ("met", "not_met", "exception", "unresolved", "excluded", "ineligible")
    rows = marts.rows(
        f"select indicator, level_name, entity, period, {', '.join(statuses)} from marts.agg_indicator_by_level "
        "where report = 'epilepsy12' and stratifier = 'all' and period_kind in ('all_time', 'named', 'undated') "
        "and met + not_met + unresolved > 0 order by all"
    )
    drawn = random.Random(3).sample(rows, 25)
    drawn += random.Random(3).sample([row for row in rows if row[2] == "not attributed"], 5)
    for indicator, level, entity, period, *counts in drawn:
        for status, count in zip(statuses, counts, strict=True):
            given = {"level": level, "entity": entity, "period": period, "status": status, "limit": 1}
            answer = alone.get(f"/api/v1/reports/epilepsy12/indicators/{indicator}/persons", params=given)
            assert answer.json()["total"] == count, (indicator, level, entity, period, status)


def test_reasons_add_up_to_the_statuses(alone: TestClient, marts: Warehouse) -> None:
    page = alone.get("/reports/epilepsy12/indicators/ecg?part=organisation:EN001&period=cohort_5").text
    reasons = next(t for t in tables(page) if t[0] == ["status", "reason", "keys"])
    (row,) = marts.rows(
        "select met, not_met, exception, unresolved, excluded, ineligible from marts.agg_indicator_by_level where "
        "report = 'epilepsy12' and indicator = 'ecg' and stratifier = 'all' and entity = 'EN001' and period = 'cohort_5'"
    )
    assert sum(int(line[2]) for line in reasons[1:]) == sum(row) > 0


def test_an_entity_without_anybody_shows_no_rate(alone: TestClient, marts: Warehouse) -> None:
    entity, indicator = marts.rows(
        "select entity, indicator from marts.agg_indicator_by_level where report = 'epilepsy12' and eligible = 0 "
        "and stratifier = 'all' and period = 'all time' and level_name = 'organisation' order by all"
    )[0]
    page = alone.get(f"/reports/epilepsy12/indicators/{indicator}?part=organisation:{entity}").text
    assert tables(page)[0][1][:6] == ["0", "0", "-", "-", "-", "no benchmark"]
    assert "there is nothing to draw" in page
    assert "0.0%" not in tables(page)[0][1]


def test_few_are_said_to_be_few(alone: TestClient, marts: Warehouse) -> None:
    for least, most, is_said in ((1, 9, True), (10, 10_000, False)):
        indicator, entity = marts.rows(
            "select indicator, entity from marts.agg_indicator_by_level where report = 'epilepsy12' and stratifier = 'all' "
            f"and period = 'all time' and level_name = 'country' and eligible between {least} and {most} order by all"
        )[0]
        page = alone.get(f"/reports/epilepsy12/indicators/{indicator}", params={"part": f"country:{entity}"}).text
        assert ("Fewer than 10 are eligible" in page) == is_said


def test_a_traced_person(alone: TestClient, marts: Warehouse) -> None:
    """From the list to the trace, whose address names nobody."""
    listed = alone.get("/reports/lung_mdt/indicators/mdt_discussion/persons?status=not_met").text
    line = tables(listed)[0][1]
    address = re.findall(r'href="(/reports/lung_mdt/indicators/mdt_discussion/persons/[^"]+)"', listed)[0]
    answer = alone.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert f"person {line[0]}" in answer.text
    assert "NOT MET" in answer.text.split("<h3>Verdict</h3>")[1].split("</ul>")[0]


def test_a_title_stands_for_itself(alone: TestClient, site: Site, marts: Warehouse) -> None:
    """What authors write is text, in pages and in pictures."""
    from measuremart.web.charts.trend import Point, trend

    drawn = trend("x", "<script>alert(1)</script>", 'a "quoted" & <b>', [Point("<i>", 0.5, 3)], None, None)
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "&lt;i&gt;" in drawn
