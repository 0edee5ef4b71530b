"""`measuremart report` where there is no profile, no database, or nothing in it: what to run, and nothing left behind."""

import os
import shutil
import subprocess
import sys
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


def report(profiles: Path, *more: str) -> tuple[int, str, str]:
    options = ["--project-dir", str(ROOT), "--profiles-dir", str(profiles)]
    done = CliRunner().invoke(app, ["report", "lung_mdt", *options, *more])
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


# What a report is read from, as one indicator of one report has it.
MARTS = {
    "agg_indicator": (
        "'lung_mdt' as report, 'all' as stratifier, 'all' as stratum, 'all time' as period, 'all_time' as period_kind, "
        "1 as indicator_order, 'seen' as indicator, 'proportion' as statistic, null as median_days, 'percent' as benchmark_unit, "
        "4 as eligible, 3 as met, 1 as not_met, 0 as excluded, 0 as exception, 0 as unresolved, 0 as ineligible, 0.75 as rate, "
        "0.3006 as lower_95, 0.9544 as upper_95, "
        "null as benchmark_value, 'higher' as better, 'no benchmark' as verdict, null as is_certain, date '2026-06-30' as as_of"
    ),
    "dim_indicator": "'lung_mdt' as report, 'seen' as indicator, 'Seen' as title, 'proportion' as statistic, null as unavailable_reason",
    "fct_source_freshness": (
        "'omop' as population, 'person' as source_table, date '2026-06-01' as cdm_release_date, date '2026-05-01' as last_date"
    ),
    "dim_unavailable": (
        "'x' as report, 'x' as part, 'x' as name, 'x' as construct, 'x' as definition, 'x' as reason"
    ),
    "fct_dropped_event": "'x' as construct, 'x' as definition, 'x' as reason, 1 as n_rows",
    "fct_empty_definition": (
        "'x' as pack, 'x' as remedy, 'x' as kind, 'x' as definition, 'x' as reason, 1 as n_rows"
    ),
    "agg_attribution": (
        "'x' as report, true as is_chosen, 1 as persons, 1 as unattributed, 1 as unknown_organisation"
    ),
}  # fmt: skip


def built(profiles: Path, source: str) -> None:
    marts = MARTS | {
        "dim_report": f"'lung_mdt' as report, 'omop' as population, '{source}' as data_source, null as unavailable_sub_cohorts"
    }
    with duckdb.connect(str(profiles / "built_here.duckdb")) as connection:
        connection.execute("create schema marts")
        for mart, columns in marts.items():
            connection.execute(f"create table marts.{mart} as select {columns}")


@pytest.mark.parametrize("form", ["table", "md", "html", "json"])
def test_the_demo_is_said_first(profiles: Path, form: str) -> None:
    built(profiles, "demo")
    code, said, _ = report(profiles, "--format", form)
    assert code == 0
    assert said.count("Data: the demo, invented patients") == 1
    if form == "table":
        assert said.splitlines()[0] == "Data: the demo, invented patients"
    if form in ("md", "html"):
        assert said.index("Data: the demo") < said.index("Seen")


@pytest.mark.parametrize("columns", [80, 110, 160])
def test_a_pipe_is_as_wide_as_columns_says(profiles: Path, columns: int) -> None:
    """Without COLUMNS a pipe or a log is 140 wide; with it, what is printed fits."""
    built(profiles, "files")
    command = [sys.executable, "-c", "from measuremart.cli import main; main()", "report", "lung_mdt"]
    options = ["--project-dir", str(ROOT), "--profiles-dir", str(profiles)]
    environment = {**os.environ, "COLUMNS": str(columns)}
    done = subprocess.run([*command, *options], env=environment, capture_output=True, text=True, check=True)
    title, *lines = done.stdout.splitlines()
    table = [title, *lines[: lines.index("")]]
    assert max(map(len, table)) <= columns
    assert ("outside" in done.stdout, "95% interval  benchmark" in done.stdout) == (columns == 80, columns == 160)


def test_csv_has_no_room_for_it_and_says_it_beside(profiles: Path) -> None:
    built(profiles, "demo")
    _, said, beside = report(profiles, "--format", "csv")
    assert "demo" not in said
    assert "Data: the demo, invented patients\n" in beside


def test_data_of_a_source_is_not_called_the_demo(profiles: Path) -> None:
    built(profiles, "files")
    code, said, error = report(profiles, "--vars", "{as_of: 2026-06-30, omop_source: files}")
    assert (code, "the demo" in said, "warning" in error) == (0, False, False)


def test_another_day_or_source_than_was_built_is_a_warning(profiles: Path) -> None:
    built(profiles, "demo")
    code, said, error = report(profiles, "--vars", "{as_of: 2025-12-31, omop_source: files}")
    assert code == 0
    assert "as of 2026-06-30" in said
    assert error.splitlines()[:2] == [
        f"warning: --vars says {asked}, and this report was built with {was}: run `measuremart build` with the same --vars"
        for asked, was in (
            ("as_of 2025-12-31", "as_of 2026-06-30"),
            ("omop_source files", "omop_source demo"),
        )
    ]


def test_variables_that_are_no_mapping(profiles: Path) -> None:
    assert report(profiles, "--vars", "as_of") == (
        2,
        "",
        "--vars is not a mapping, such as '{as_of: 2025-12-31}'\n",
    )


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
