"""The semantic layer: MetricFlow takes it, and answers each indicator with the rate of the mart."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dbt_runs import Warehouse
from measuremart.cli import app
from measuremart.pipeline import Read
from measuremart.semantic_layer import metric_names
from typer.testing import CliRunner

pytestmark = pytest.mark.xdist_group("web")
REPORTS = ("epilepsy12", "lung_mdt")
SETTINGS = {
    "name": "asked",
    "profile": "p",
    "model-paths": ["models"],
    "flags": {"send_anonymous_usage_stats": False},
    "models": {"asked": {"+materialized": "view", "+schema": "asked"}},
}


def run(project: Path, *command: str) -> None:
    environment = os.environ | {"DBT_PROFILES_DIR": str(project)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def project(marts: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the marts that the layer reads, and what the command wrote."""
    folder = tmp_path_factory.mktemp("semantic")
    database = folder / "asked.duckdb"
    shutil.copyfile(marts.database, database)
    output = {"type": "duckdb", "path": str(database), "threads": 1}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(SETTINGS))
    (folder / "profiles.yml").write_text(yaml.safe_dump({"p": {"target": "x", "outputs": {"x": output}}}))
    models = folder / "models"
    done = CliRunner().invoke(app, ["semantic", str(models / "semantic")])
    assert done.exit_code == 0, done.output
    for name in ("fct_indicator_result", "dim_date"):
        (models / f"{name}.sql").write_text(f"select * from marts.{name}\n")
    run(folder, sys.executable, "-m", "dbt.cli.main", "run", "--quiet")
    return folder


def asked(project: Path, *arguments: str) -> list[dict[str, str]]:
    file = project / "answer.csv"
    run(project, str(Path(sys.executable).with_name("mf")), "query", *arguments, "--csv", str(file))
    return list(csv.DictReader(file.open()))


def test_metricflow_takes_it(project: Path) -> None:
    run(project, str(Path(sys.executable).with_name("mf")), "validate-configs")


def test_each_indicator_has_the_rate_of_the_mart(project: Path, marts: Warehouse, read: Read) -> None:
    names = metric_names({name: read.plan.reports[name] for name in REPORTS})
    (answer,) = asked(project, "--metrics", ",".join(names.values()))
    rows = marts.rows(
        "select report, indicator, rate from marts.agg_indicator where stratifier = 'all' and period_kind = 'all_time'"
    )
    expected = {names[report, indicator]: rate for report, indicator, rate in rows if (report, indicator) in names}
    assert len(expected) == len(names) > 20
    for name, rate in expected.items():
        if rate is None:
            assert answer[name] in ("", "nan")
        else:
            assert float(answer[name]) == pytest.approx(float(rate), abs=5e-7), name


def test_periods_are_those_of_the_mart(project: Path, marts: Warehouse) -> None:
    found = asked(project, "--metrics", "lung_mdt_mdt_discussion", "--group-by", "metric_time__year")
    shown = {row["metric_time__year"][:4]: row["lung_mdt_mdt_discussion"] for row in found}
    rows = marts.rows(
        "select period, rate from marts.agg_indicator where report = 'lung_mdt' and indicator = 'mdt_discussion' "
        "and stratifier = 'all' and period_kind = 'year' and rate is not null"
    )
    assert len(rows) > 2
    for period, rate in rows:
        assert float(shown[str(period)]) == pytest.approx(float(rate), abs=5e-7)


def test_names_are_metricflows_and_each_once(read: Read) -> None:
    names = metric_names(read.plan.reports)
    assert len(set(names.values())) == len(names)
    assert not any("__" in name or name.startswith("_") for name in names.values())
