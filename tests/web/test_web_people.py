"""The access file: read strictly, written for its owner alone, and the commands around it."""

import stat
from pathlib import Path

import pytest
import yaml
from measuremart.cli import app
from measuremart.web.access import NOBODY, Entity
from measuremart.web.people import AccessError, AccessFile, Person, read_access, write_person
from typer.testing import CliRunner

RUN = CliRunner()


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("people: {ann: {role: king}}", "people.ann.role"),
        ("people: {ann: {}}", "people.ann.role"),
        ("people: {ann: {role: team, passwort: x}}", "people.ann.passwort"),
        ("people: {ann: {role: team, password: secret}}", "people.ann.password"),
        ("people: {ann: {role: team, tokens: [secret]}}", "people.ann.tokens.0"),
        ("everyone: team", "everyone"),
        ("sign_in: header", "proxies"),
        ("database_roles: {team: 'x; drop table'}", "database_roles.team"),
        ("- x", "the file"),
        ("people: [", "YAML"),
        ("!!python/object/apply:os.system ['true']", "YAML"),
    ],
)
def test_a_file_is_refused_without_its_secrets(tmp_path: Path, said: str, place: str) -> None:
    file = tmp_path / "access.yml"
    file.write_text(said)
    with pytest.raises(AccessError) as refused:
        read_access(file)
    assert place in str(refused.value)
    assert "secret" not in str(refused.value)


def test_who_a_name_is(tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    file.write_text(
        "database_roles: {clinician: reader}\n"
        "people:\n"
        "  clara: {role: clinician, entities: {epilepsy12: {organisation: [EN001, EN002]}}}\n"
        "  alice: {role: clinician, database_role: alice}\n"
    )
    access = read_access(file)
    clara = access.viewer("clara")
    assert clara.entities == {Entity("epilepsy12", "organisation", name) for name in ("EN001", "EN002")}
    assert (clara.role, clara.database_role) == ("clinician", "reader")
    assert access.viewer("alice").database_role == "alice"
    assert access.viewer("CLARA") == access.viewer("") == access.viewer(None) == NOBODY


def test_a_broken_file_lets_nobody_in(tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    file.write_text("people: {tess: {role: team}}")
    access = AccessFile(file)
    assert access.read().viewer("tess").role == "team"
    file.write_text("people: {tess: {role: team}, x: }")
    assert access.read().viewer("tess") == NOBODY
    file.unlink()
    assert access.read().viewer("tess") == NOBODY


def test_a_person_is_added_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    write_person(file, "ann", Person(role="team"))
    write_person(file, "bo", Person(role="clinician", entities={"omop": {"trust": ["T1"]}}))
    write_person(file, "ann", Person(role="public"))
    assert yaml.safe_load(file.read_text()) == {
        "people": {"ann": {"role": "public"}, "bo": {"role": "clinician", "entities": {"omop": {"trust": ["T1"]}}}}
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(AccessError):
        write_person(file, "no name", Person(role="team"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["access.yml"]


def test_the_command_keeps_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "access.yml"
    given = ["account", "tess", "--access", str(file), "--role", "team"]
    done = RUN.invoke(app, given, input="a long enough password\na long enough password\n")
    assert done.exit_code == 0, done.output
    assert "a long enough password" not in done.output
    assert read_access(file).people["tess"].password.startswith("$argon2id$")  # type: ignore[union-attr]
    assert RUN.invoke(app, given, input="short\nshort\n").exit_code == 2
    done = RUN.invoke(app, [*given[:1], "bi", *given[2:], "--token"])
    token = done.stdout.split("shown once: ")[1].strip()
    assert len(token) >= 43
    assert token not in file.read_text()
    assert set(read_access(file).people) == {"tess", "bi"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--role", "clinician"], "say --entity"),
        (["--role", "clinician", "--entity", "EN001"], "population:level:entity"),
        (["--role", "king", "--token"], "role"),
    ],
)
def test_the_command_refuses(tmp_path: Path, given: list[str], said: str) -> None:
    done = RUN.invoke(app, ["account", "x", "--access", str(tmp_path / "access.yml"), *given])
    assert (done.exit_code, said in done.stderr) == (2, True), done.output
    assert not (tmp_path / "access.yml").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "say who may look"),
        (["--no-sign-in", "--access", "x.yml"], "say who may look"),
        (["--no-sign-in", "--host", "0.0.0.0"], "this machine alone"),
        (["--access", "x.yml", "--host", "10.0.0.1"], "--known-as"),
    ],
)
def test_serve_refuses_to_be_open(given: list[str], said: str) -> None:
    done = RUN.invoke(app, ["serve", *given])
    assert (done.exit_code, said in done.stderr) == (2, True), done.output


def test_without_the_extra_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fastapi" else found(name))
    done = RUN.invoke(app, ["serve", "--no-sign-in"])
    assert done.exit_code == 7
    assert "measuremart[web]" in done.stderr
