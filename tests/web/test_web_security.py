"""Every address as every role and as nobody: what is not for them is refused, and the refusal says nothing."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from dbt_runs import Warehouse
from measuremart.pipeline import Read
from measuremart.warehouse.reading import Readings
from measuremart.web.access import Entity, Viewer
from measuremart.web.app import application
from measuremart.web.people import AccessFile
from measuremart.web.site import COOKIE, SECURITY_HEADERS, Site
from starlette.testclient import TestClient
from web_people import PASSWORD, Asks, sign_in

pytestmark = pytest.mark.xdist_group("web")
E12, LUNG = "/reports/epilepsy12", "/reports/lung_mdt"
OWN = "part=organisation:EN001"
PEERS_TOGETHER = {
    "pooled_rate", "dispersion", "between_variance", "overdispersed_alert_lower", "overdispersed_alert_upper",
    "overdispersed_alarm_lower", "overdispersed_alarm_upper", "direction", "peer_rank",
}  # fmt: skip
# Who gets an answer: everything else is refused.
ANSWERED = {
    "/": {"tess", "clara", "cornelius", "penny"},
    E12: {"tess", "clara"},
    f"{E12}?{OWN}": {"tess", "clara"},
    f"{E12}?part=organisation:EN002": {"tess"},
    f"{E12}?part=organisation:not%20attributed": {"tess"},
    f"{E12}?part=national:England%20and%20Wales": {"tess", "clara"},
    f"{E12}?part=country:England": {"tess", "clara"},
    f"{E12}?part=country:Wales": {"tess"},
    f"{E12}?part=country:Jersey": {"tess"},
    LUNG: {"tess"},
    f"{LUNG}?period=2024": {"tess"},
    f"{E12}/indicators/ecg": {"tess", "clara"},
    f"{E12}/indicators/ecg?part=organisation:EN002": {"tess"},
    f"{E12}/indicators/ecg?level=country": {"tess", "clara"},
    f"{E12}/indicators/ecg?level=local_health_board": {"tess"},
    f"{LUNG}/indicators/mdt_discussion": {"tess"},
    f"{E12}/organisations/organisation/EN001": {"tess", "clara"},
    f"{E12}/organisations/organisation/EN002": {"tess"},
    f"{E12}/indicators/ecg/persons?{OWN}": {"tess", "clara"},
    f"{E12}/indicators/ecg/persons?part=organisation:EN002": {"tess"},
    f"{E12}/indicators/ecg/persons?part=country:England": {"tess"},
    f"{E12}/indicators/ecg/persons?part=national:England%20and%20Wales": {"tess"},
    f"{LUNG}/indicators/mdt_discussion/persons": {"tess"},
    "/publications/1": set(),
    "/api/v1/reports": {"tess", "clara", "cornelius"},
    "/api/v1/openapi.json": {"tess", "clara", "cornelius", "penny"},
    f"/api/v1{E12}/indicators": {"tess", "clara"},
    f"/api/v1{E12}/periods": {"tess", "clara"},
    f"/api/v1{E12}/levels": {"tess", "clara"},
    f"/api/v1{E12}/levels/organisation/entities": {"tess", "clara"},
    f"/api/v1{E12}/levels/local_health_board/entities": {"tess"},
    f"/api/v1{E12}/results": {"tess"},
    f"/api/v1{E12}/results?level=organisation": {"tess", "clara"},
    f"/api/v1{E12}/results?level=organisation&entity=EN002": {"tess"},
    f"/api/v1{E12}/results?entity=EN001": set(),
    f"/api/v1{E12}/results?level=organisation&entity=EN001&format=csv": {"tess", "clara"},
    f"/api/v1{E12}/trend": {"tess", "clara"},
    f"/api/v1{E12}/trend?level=organisation&entity=EN002": {"tess"},
    f"/api/v1{E12}/funnel": {"tess", "clara"},
    f"/api/v1{E12}/attrition": {"tess"},
    f"/api/v1{LUNG}/results": {"tess"},
    f"/api/v1{LUNG}/trend": set(),
    f"/api/v1{E12}/indicators/ecg/definition": {"tess", "clara"},
    f"/api/v1{LUNG}/indicators/mdt_discussion/definition": {"tess"},
    f"/api/v1{E12}/indicators/ecg/persons": {"tess", "clara"},
    f"/api/v1{E12}/indicators/ecg/persons?level=organisation&entity=EN002": {"tess"},
    f"/api/v1{LUNG}/indicators/mdt_discussion/persons": {"tess"},
    "/fhir/metadata": {"tess", "clara", "cornelius", "penny"},
    "/fhir/MeasureReport?report=epilepsy12": {"tess"},
    "/fhir/MeasureReport?report=epilepsy12&level=organisation": {"tess", "clara"},
    "/fhir/MeasureReport?report=epilepsy12&level=organisation&entity=EN002": {"tess"},
    "/fhir/MeasureReport?report=lung_mdt": {"tess"},
    "/fhir/MeasureReport?publication=1": set(),
}
NOT_THERE = (
    "/reports/no_such_report", "/reports/gi_bleed", f"{E12}/indicators/no_such", f"{E12}?period=no_such",
    f"{E12}?part=no_such", f"{E12}?part=organisation:no_such", f"{E12}?part=no_such:EN001", "/no_such", "/docs", "/redoc",
    "/openapi.json", "/publications/0", "/publications/x", "/publications/9999999999999999999999", f"{E12}/indicators/ecg/persons?page=0",
    f"{E12}/indicators/ecg/persons?{OWN}&status=no_such", f"{E12}/indicators/ecg/persons/AAAA",
    f"{E12}/indicators/ecg/persons/58", f"/api/v1{E12}/indicators/ecg/persons/58/trace", "/api/v1/no_such",
    "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/people.py", "/static//etc/passwd",
    "/static/..%5c..%5cpeople.py", "/..%2f..%2faccess.yml", f"{E12}/",
    "/static/....//....//people.py", "/static/%252e%252e/people.py", "/static/..;/people.py", "/static/", "/static",
    "/reports/..%2f..%2fetc%2fpasswd", "/reports/%00", f"{E12}/indicators/..%2f..", f"{E12}/indicators/ecg/persons/..%2f..",
    "/fhir/MeasureReport/1", "/fhir/MeasureReport/..%2fmetadata", "/fhir/Patient/16", "/fhir",
)  # fmt: skip


@pytest.mark.parametrize("address", ANSWERED)
def test_who_is_answered(asks: Asks, address: str) -> None:
    refusals = set()
    for name in (None, "tess", "clara", "cornelius", "penny"):
        answer = asks(name).get(address)
        if name in ANSWERED[address]:
            assert answer.status_code == 200, (name, answer.text[-500:])
        elif name is None:
            assert answer.status_code == (401 if address.startswith(("/api", "/fhir")) else 303)
        else:
            assert answer.status_code == 404, name
            refusals.add(re.sub(name, "", answer.text))
        for header, value in SECURITY_HEADERS.items():
            assert answer.headers[header] == value
    for refusal in refusals:
        assert not re.search(r"EN00|Hospital|ecg|lung|\d{4}-\d\d-\d\d", refusal)


@pytest.mark.parametrize("address", NOT_THERE)
def test_what_is_not_there_is_refused_as_what_is_hidden(asks: Asks, address: str) -> None:
    assert asks(None).get(address).status_code in (303, 401)
    clara = asks("clara")
    answer = clara.get(address)
    assert answer.status_code == 404
    hidden = clara.get(
        f"/api/v1{LUNG}/results" if address.startswith("/api")
        else "/fhir/MeasureReport?report=lung_mdt" if address.startswith("/fhir/") else LUNG
    )  # fmt: skip
    token = r'name="csrf" value="[^"]*"'
    assert re.sub(token, "", answer.text) == re.sub(token, "", hidden.text)


def test_nobody_learns_which_addresses_there_are(asks: Asks) -> None:
    nobody = asks(None)
    there, absent = nobody.get(E12), nobody.get("/reports/no_such")
    assert there.status_code == absent.status_code == 303
    assert there.headers["location"] == "/sign-in?next=/reports/epilepsy12"
    assert nobody.get(f"/api/v1{E12}/results").content == nobody.get("/api/v1/no_such").content


def test_a_clinician_sees_own_entities_and_parents_alone(asks: Asks, marts: Warehouse) -> None:
    """What a clinician can reach at all, over every list, is exactly the own entity and its parents."""
    clara = asks("clara")
    seen = set()
    for level in clara.get(f"/api/v1{E12}/levels").json()["rows"]:
        rows = clara.get(f"/api/v1{E12}/levels/{level['level_name']}/entities").json()["rows"]
        seen |= {(row["level_name"], row["entity"]) for row in rows}
    bridge = marts.rows(
        "select distinct other.level_name, other.entity from levels.organisation_membership as mine "
        "inner join levels.organisation_membership as other on mine.organisation = other.organisation "
        "and mine.span_from = other.span_from where mine.level_name = 'organisation' and mine.entity = 'EN001'"
    )
    assert seen == set(bridge)
    assert len(seen) > 4
    for kind in ("results?level=organisation", "trend?level=organisation", "funnel?level=organisation"):
        rows = clara.get(f"/api/v1{E12}/{kind}&limit=10000").json()["rows"]
        assert {row["entity"] for row in rows} == {"EN001"}
    page = clara.get(f"{E12}/indicators/ecg?level=organisation").text
    assert "Hospital 1" in page
    assert not re.search(r"Hospital ([2-9]|1\d)\b", page)


def test_a_wide_entity_opens_no_narrower_one(
    readings: Readings, read: Read, tmp_path: Path, password_hash: str
) -> None:
    """Whoever has a country sees its persons, but not the figures of its hospitals."""
    file = tmp_path / "wide.yml"
    person = {"role": "clinician", "password": password_hash, "entities": {"epilepsy12": {"country": ["Wales"]}}}
    file.write_text(yaml.safe_dump({"people": {"wyn": person}}))
    site = Site(read, readings, AccessFile(file), ("testserver",))
    client = TestClient(application(site), base_url="https://testserver", follow_redirects=False)
    assert sign_in(client, "wyn", PASSWORD) == 303
    assert client.get(f"{E12}?part=country:Wales").status_code == 200
    assert client.get(f"{E12}?part=national:England%20and%20Wales").status_code == 200
    assert client.get(f"{E12}/indicators/ecg/persons?part=country:Wales").status_code == 200
    for part in ("organisation:WA001", "local_health_board:LHB1", "country:England", "open_uk:Middle"):
        assert client.get(f"{E12}?part={part}").status_code == 404


@pytest.mark.parametrize(
    "own", [{"organisation": ["EN001"]}, {"country": ["England", "Wales"]}, {"trust": ["ET01"], "open_uk": ["North"]}]
)
def test_peers_together_do_not_give_one_away(
    readings: Readings, read: Read, marts: Warehouse, tmp_path: Path, own: dict[str, list[str]]
) -> None:
    """All peers less those that are seen are nobody, or two at least: else what follows from all is not shown."""
    file = tmp_path / "own.yml"
    people = {"clara": {"role": "clinician", "entities": {"epilepsy12": own}}, "tess": {"role": "team"}}
    file.write_text(yaml.safe_dump({"sign_in": "header", "proxies": ["testclient"], "people": people}))
    app = application(Site(read, readings, AccessFile(file), ("testserver",)))
    clara, tess = (
        TestClient(app, base_url="https://testserver", headers={"X-Forwarded-User": name}) for name in people
    )
    keys = ("indicator", "period_kind", "period", "stratifier", "stratum")
    counted = {True: 0, False: 0}
    for level in [row["level_name"] for row in clara.get(f"/api/v1{E12}/levels").json()["rows"]]:
        address = f"/api/v1{E12}/funnel?level={level}&limit=10000"
        seen = clara.get(address).json()["rows"]
        rated: dict[tuple[str, ...], int] = {}
        for row in seen:
            key = tuple(row[name] for name in keys)
            rated[key] = rated.get(key, 0) + (row["rate"] is not None)
        every = {}
        for entity in {row["entity"] for row in seen}:
            rows = tess.get(f"{address}&entity={entity}").json()["rows"]
            every |= {(*(row[name] for name in keys), entity): row for row in rows}
        for row in seen:
            key = tuple(row[name] for name in keys)
            mart = every[*key, row["entity"]]
            is_hidden = row["peers"] - rated[key] == 1
            counted[is_hidden] += 1
            if is_hidden:
                assert {name for name, value in row.items() if value is None} >= PEERS_TOGETHER
                assert (row["outlier_class"], row["overdispersed_outlier_class"]) == ("not assessed", "not assessed")
            else:
                assert row == mart
        # Whoever asks for one of the own entities alone learns no more.
        for entity in {row["entity"] for row in seen}:
            alone = clara.get(f"{address}&entity={entity}").json()["rows"]
            assert alone == [row for row in seen if row["entity"] == entity]
    assert min(counted.values()) > 20


def test_a_page_does_not_give_the_other_peer_away(asks: Asks) -> None:
    clara, tess = asks("clara"), asks("tess")
    address = f"{E12}/indicators/ecg?{OWN}&level=country&period=cohort_6"  # England and Wales
    shown, hidden = tess.get(address).text, clara.get(address).text
    assert "All 2 peers together" in shown
    assert "would give the other one away" in hidden
    assert "peers together:" not in hidden
    assert ('id="funnel' in shown, 'id="funnel' in hidden) == (True, False)
    rows = tess.get(f"/api/v1{E12}/funnel?level=country&period=cohort_6&indicator=ecg&stratifier=all").json()["rows"]
    assert f"{rows[0]['pooled_rate']:.1%}" not in re.sub(r"<svg.*?</svg>", "", hidden, flags=re.DOTALL)
    place = clara.get(f"{E12}/organisations/organisation/EN001").text
    assert "among peers" in place


def test_addresses_of_persons_are_of_one_viewer(asks: Asks, site: Site, marts: Warehouse) -> None:
    """An address that the server wrote for another viewer, or for a person elsewhere, opens nothing."""
    tess, clara = asks("tess"), asks("clara")
    base = f"{E12}/indicators/ecg/persons"
    hers = clara.get(f"/api/v1{base}").json()["rows"][0]
    assert clara.get(hers["trace"]).status_code == 200
    assert tess.get(hers["trace"]).status_code == 404
    assert clara.get(hers["trace"][:-8] + "x" + hers["trace"][-7:]).status_code == 404
    own = {row[0] for row in marts.rows("select person_id from levels.report_attribution where organisation = 'EN001'")}
    ((elsewhere, episode),) = marts.rows(
        "select person_id, episode_id from marts.fct_indicator_result where indicator = 'ecg' "
        f"and person_id not in ({', '.join(map(str, own))}) order by all limit 1"
    )
    for name, status in (("clara", 404), ("tess", 200)):
        written = site.addresses.write(name, elsewhere, episode)
        for address in (f"{base}/{written}", f"/api/v1{base}/{written}/trace"):
            assert (clara if name == "clara" else tess).get(address).status_code == status
    # An episode of hers with a person from elsewhere, and the other way round.
    for person, key in ((elsewhere, hers["episode_id"]), (hers["person_id"], episode)):
        assert clara.get(f"{base}/{site.addresses.write('clara', person, key)}").status_code == 404


@pytest.mark.parametrize(
    "value",
    [
        "'",
        "' or '1'='1",
        "EN001'--",
        "x' union select null--",
        "{{ ref('dim_person') }}",
        "%s",
        "$1",
        "\\",
        "\x00",
        "é'",
    ],
)
def test_sql_in_parameters(asks: Asks, value: str) -> None:
    tess = asks("tess")
    for name in ("level", "entity", "indicator", "period", "stratifier", "stratum", "period_kind"):
        given = {"level": "organisation", name: value}
        answer = tess.get(f"/api/v1{E12}/results", params=given)
        if name in ("stratifier", "stratum") and value != "\x00":  # what nobody has
            assert (answer.status_code, answer.json()["rows"]) == (200, [])
        else:
            assert answer.status_code in (404, 422)
    for name in ("part", "period", "level", "kind", "status"):
        answer = tess.get(f"{E12}/indicators/ecg", params={name: f"organisation:{value}" if name == "part" else value})
        assert answer.status_code in (200, 404)
        assert "Error" not in answer.text
    given = {"report": "epilepsy12", "level": "organisation"}
    for name in ("report", "measure", "level", "entity", "period-name", "publication", "_count", "_format"):
        answer = tess.get("/fhir/MeasureReport", params=given | {name: value})
        assert answer.status_code in (404, 422), name
        assert "rror:" not in answer.text
    for address in (
        f"/reports/{quote(value)}",
        f"{E12}/indicators/{quote(value)}",
        f"/fhir/MeasureReport/{quote(value)}",
    ):
        assert tess.get(address).status_code == 404


def test_too_much_is_refused(asks: Asks) -> None:
    tess = asks("tess")
    assert tess.get(f"{E12}?x={'a' * 5000}").status_code == 414
    for query in ("_count=1001", "_count=0", "_offset=-1", f"measure={'a' * 401}", "publication=0"):
        assert tess.get(f"/fhir/MeasureReport?report=epilepsy12&{query}").status_code == 422
    for query in (
        "limit=10001",
        "limit=0",
        "limit=-1",
        "offset=-1",
        "offset=99999999999",
        "limit=x",
        f"stratum={'a' * 201}",
    ):
        answer = tess.get(f"/api/v1{E12}/results?{query}")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert "aaaa" not in answer.text
    assert (
        tess.post(
            "/sign-in", content=b"name=" + b"a" * 20_000, headers={"content-type": "application/x-www-form-urlencoded"}
        ).status_code
        == 413
    )
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"):
        assert tess.request(method, E12).status_code == 405
    assert tess.post(E12, data={"x": "y"}).status_code == 405


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "", "testserver:x", "localhost"]
)
def test_another_host_is_refused(asks: Asks, host: str) -> None:
    for address in ("/", "/sign-in", "/health", E12):
        answer = asks(None).get(address, headers={"host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text


def test_a_new_session_with_each_sign_in(asks: Asks, site: Site) -> None:
    """An id that somebody else planted is not taken over, and is worth nothing afterwards."""
    client = asks(None)
    client.cookies.set(COOKIE, "planted", domain="testserver.local", path="/")
    assert sign_in(client, "tess", PASSWORD) == 303
    first = [c.value for c in client.cookies.jar if c.name == COOKIE and c.value != "planted"]
    assert len(first) == 1
    assert site.sessions.find("planted") is None
    assert site.sessions.find(first[0]) is not None
    with TestClient(application(site), base_url="https://testserver", follow_redirects=False) as other:
        other.cookies.set(COOKIE, "planted")
        assert other.get("/").status_code == 303


def test_the_cookie_is_for_the_browser_alone(asks: Asks) -> None:
    client = asks(None)
    form = client.get("/sign-in")
    token = form.text.split('name="token" value="')[1].split('"')[0]
    answer = client.post("/sign-in", data={"name": "tess", "password": PASSWORD, "token": token})
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=") and '""' not in c]
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


def test_forms_from_elsewhere(asks: Asks) -> None:
    client = asks("tess")
    csrf = client.get("/").text.split('name="csrf" value="')[1].split('"')[0]
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert client.post("/sign-out", data={"csrf": csrf}, headers=headers).status_code == 403
    for wrong in ("", "x", csrf[:-1]):
        assert client.post("/sign-out", data={"csrf": wrong}).status_code == 403
    assert client.get("/").status_code == 200
    assert client.post("/sign-out", data={"csrf": csrf}).status_code == 303
    assert client.get("/").status_code == 303
    # A form that the browser was not given: somebody would be signed in as somebody else.
    given = {"name": "tess", "password": PASSWORD, "token": "guessed"}
    assert asks(None).post("/sign-in", data=given).status_code == 403


@pytest.mark.parametrize(
    "following", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", "/a\r\nx: y"]
)
def test_sign_in_leads_nowhere_else(asks: Asks, following: str) -> None:
    client = asks(None)
    form = client.get("/sign-in", params={"next": following})
    assert 'name="following" value="/"' in form.text
    token = form.text.split('name="token" value="')[1].split('"')[0]
    answer = client.post(
        "/sign-in", data={"name": "tess", "password": PASSWORD, "token": token, "following": following}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_guessing_passwords_gets_slower(asks: Asks, site: Site) -> None:
    client = asks(None)
    for _ in range(5):
        assert sign_in(client, "tess", "wrong") == 401
    assert sign_in(client, "tess", PASSWORD) == 429
    assert sign_in(client, "clara", PASSWORD) == 303  # from the same address
    other = asks(None)
    for number in range(45):
        assert sign_in(other, f"guess{number}", "wrong") == 401
    assert sign_in(other, "clara", PASSWORD) == 429
    # A name that there is and one that there is not are told apart by nothing.
    site.tries.__init__()  # type: ignore[misc]
    answers = []
    for name in ("tess", "nobody"):
        token = client.get("/sign-in").text.split('name="token" value="')[1].split('"')[0]
        answer = client.post("/sign-in", data={"name": name, "password": "wrong", "token": token})
        answers.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert answers[0] == answers[1]


def test_whoever_is_taken_out_of_the_file_sees_nothing(asks: Asks, access_file: Path) -> None:
    client = asks("clara")
    assert client.get(E12).status_code == 200
    said = yaml.safe_load(access_file.read_text())
    del said["people"]["clara"]
    access_file.write_text(yaml.safe_dump(said))
    assert client.get(E12).status_code == 303
    access_file.write_text("people: [")
    assert asks(None).get(E12).status_code == 303


def test_tokens_of_programs(readings: Readings, read: Read, tmp_path: Path) -> None:
    import hashlib

    file = tmp_path / "tokens.yml"
    person = {"role": "team", "tokens": [hashlib.sha256(b"the token").hexdigest()]}
    file.write_text(yaml.safe_dump({"people": {"bi": person}}))
    client = TestClient(
        application(Site(read, readings, AccessFile(file), ("testserver",))), base_url="https://testserver"
    )
    for token, status in (("the token", 200), ("another", 401), ("", 401)):
        answer = client.get("/api/v1/reports", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status


def test_the_header_of_the_proxy_counts_from_the_proxy_alone(readings: Readings, read: Read, tmp_path: Path) -> None:
    file = tmp_path / "header.yml"
    people = {"tess": {"role": "team"}}
    for proxies, headers, status in (
        (["testclient"], [("x-forwarded-user", "tess")], 200),
        (["10.0.0.1"], [("x-forwarded-user", "tess")], 403),
        (["testclient"], [], 403),
        (["testclient"], [("x-forwarded-user", "nobody")], 403),
        (["testclient"], [("x-forwarded-user", "nobody"), ("x-forwarded-user", "tess")], 403),
    ):
        file.write_text(yaml.safe_dump({"sign_in": "header", "proxies": proxies, "people": people}))
        site = Site(read, readings, AccessFile(file), ("testserver",))
        client = TestClient(application(site), base_url="https://testserver")
        assert client.get(LUNG, headers=headers).status_code == status, (proxies, headers)


def test_everyone_may_be_the_public_and_no_more(readings: Readings, read: Read, tmp_path: Path) -> None:
    file = tmp_path / "public.yml"
    file.write_text("everyone: public\n")
    client = TestClient(
        application(Site(read, readings, AccessFile(file), ("testserver",))), base_url="https://testserver"
    )
    assert "Nothing is published" in client.get("/").text
    for address in (E12, LUNG, f"/api/v1{E12}/results", "/api/v1/reports", f"{E12}/indicators/ecg/persons"):
        assert client.get(address).status_code == 404


def test_a_role_sees_nothing_in_a_report_of_another_population() -> None:
    viewer = Viewer("x", "clinician", frozenset({Entity("omop", "organisation", "EN001")}))
    from dbt_runs import ROOT
    from measuremart.pipeline import read_definitions

    report = read_definitions(ROOT / "definitions", None).plan.reports["epilepsy12"]
    assert viewer.own(report) == []


def test_no_address_is_logged(asks: Asks, caplog: pytest.LogCaptureFixture, marts: Warehouse) -> None:
    caplog.set_level("DEBUG", logger="measuremart.web")
    caplog.set_level("DEBUG", logger="uvicorn")
    client = asks("tess")
    row = client.get(f"/api/v1{E12}/indicators/ecg/persons?limit=1").json()["rows"][0]
    client.get(row["trace"])
    client.get(f"{E12}?part=organisation:EN001")
    client.get(f"/reports/person-{row['person_id']}")
    said = [record.getMessage() for record in caplog.records if record.name.startswith("measuremart")]
    assert any("/reports/{report}/indicators/{indicator}/persons/{address}/trace 200" in line for line in said)
    assert not any(row["trace"].split("/")[-2] in line or "EN001" in line or "person-" in line for line in said)
