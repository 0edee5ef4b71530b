"""`measuremart report` where there is no profile, no database, or nothing in it: what to run, and nothing left behind."""

import shutil
from pathlib import Path

import duckdb
import pytest
from measuremart.cli import app
from measuremart.warehouse.profile import missing
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the example profile, whose database is in the same folder."""
    shutil.copy(ROOT / "profiles.example.yml", tmp_path / "profiles.yml")
    for name in ("DBT_PROFILES_DIR", "DBT_TARGET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MEASUREMART_DUCKDB", str(tmp_path / "built_here.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))
    return tmp_path


def report(profiles: Path) -> tuple[int, str, str]:
    options = ["--project-dir", str(ROOT), "--profiles-dir", str(profiles)]
    done = CliRunner().invoke(app, ["report", "lung_mdt", *options])
    return done.exit_code, done.stdout, done.stderr


def test_no_profile(tmp_path: Path) -> None:
    said = (
        f"dbt has no profile: there is no {tmp_path / 'profiles.yml'}; "
        "run `cp profiles.example.yml profiles.yml` in the project, or say --profiles-dir\n"
    )
    assert report(tmp_path) == (8, "", said)


def test_no_database(profiles: Path) -> None:
    database = profiles / "built_here.duckdb"
    said = f"the project is not built: there is no database {database}; run `dbt build`\n"
    assert report(profiles) == (8, "", said)
    assert not database.exists()


def test_nothing_is_built_in_the_database(profiles: Path) -> None:
    with duckdb.connect(str(profiles / "built_here.duckdb")) as connection:
        connection.execute("create table somebody_elses (n integer)")
    assert report(profiles) == (8, "", "the project is not built there, or not whole: run `dbt build`\n")


def test_marts_of_another_version(profiles: Path) -> None:
    with duckdb.connect(str(profiles / "built_here.duckdb")) as connection:
        connection.execute("create schema marts")
        for mart in ("agg_indicator", "dim_indicator", "dim_report", "fct_source_freshness"):
            connection.execute(f"create table marts.{mart} (report text, indicator text)")
    said = "what is built there was built by another version of measuremart: run `dbt build`\n"
    assert report(profiles) == (8, "", said)


@pytest.mark.parametrize("target", ["postgres", "spark", "nowhere"])
def test_other_engines_are_left_to_dbt(profiles: Path, target: str) -> None:
    assert missing(ROOT, profiles, target) is None


@pytest.mark.parametrize("path", [":memory:", "md:somewhere", "{{ env_var('NOT_SET_AT_ALL') }}", "{{ 'x' | upper }}"])
def test_what_is_no_plain_file_is_left_to_dbt(profiles: Path, path: str) -> None:
    file = profiles / "profiles.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{{ env_var('MEASUREMART_DUCKDB', 'measuremart_demo.duckdb') }}", path))
    assert missing(ROOT, profiles, None) is None


@pytest.mark.parametrize("text", ["measuremart: [", "other: {}", "measuremart: {outputs: {}}", "- x"])
def test_a_broken_profile_is_left_to_dbt(profiles: Path, text: str) -> None:
    (profiles / "profiles.yml").write_text(text)
    assert missing(ROOT, profiles, None) is None


def test_an_organisation_of_a_report_without_levels(profiles: Path) -> None:
    options = ["--project-dir", str(ROOT), "--profiles-dir", str(profiles), "--organisation", "x"]
    done = CliRunner().invoke(app, ["report", "lung_mdt", *options])
    said = "report 'lung_mdt' has no levels: --organisation needs 'levels' in its definition\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)


REPORT = """\
  {}: {{title: Acts, description: Of acts., cohorts: [{}_cohort], indicators: [{}_indicator]}}
"""
PACK = """\
cohorts:
  {0}_cohort: {{definitions: {{{0}: acted}}}}
indicators:
  {0}_indicator: {{title: Acts, description: Of acts., denominator: full_cohort, numerator: acted}}
reports:
"""


def test_every_built_report_is_named(tmp_path: Path) -> None:
    base = (ROOT / "tests" / "unit" / "bad_input" / "base.yml").read_text(encoding="utf-8")
    packs = {"base": base} | {
        pack: PACK.format(pack) + "".join(REPORT.format(report, pack, pack) for report in reports)
        for pack, reports in (("walkin", ("walkin", "by_ward")), ("bowel", ("bowel",)), ("other", ("not_built",)))
    }
    for pack, text in packs.items():
        (tmp_path / "definitions" / pack).mkdir(parents=True)
        (tmp_path / "definitions" / pack / f"{pack}.yml").write_text(text, encoding="utf-8")
    about = "title: Walk-in\nreport: walkin\nneeds: [base]\n"
    (tmp_path / "definitions" / "walkin" / "pack.yml").write_text(about, encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text("vars: {packs: [base, walkin, bowel]}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["report", "--project-dir", str(tmp_path)], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert "or --pack for the report of a pack; there are bowel, by_ward, walkin" in done.stderr
